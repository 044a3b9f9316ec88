import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../../src/base/address.ts'
import { later } from '../../../src/engine/history/later.ts'
import type { Deed } from '../../../src/store/deed.ts'

const HOUR = 3_600_000
const network = parseNetwork('198.51.100.7')!
const other = parseNetwork('198.51.100.8')!
const one = { jail: 'sshd', network }
const counter = (count: number) => ({ ...one, count, first: 1, last: count, matches: [`line ${count}`] })
const position = (log: string, offset: number) => ({
  log,
  position: { device: 1, inode: 2, head: '', headBytes: 0, offset },
})

const rows: readonly [sentence: string, deeds: readonly Deed[], kept: Partial<Deed>][] = [
  [
    'of a counter the last stand is kept',
    [{ counters: [counter(1)] }, { counters: [counter(2)] }],
    { counters: [counter(2)] },
  ],
  [
    'failures of the same address and hour are added up',
    [
      { failures: [{ ...one, time: HOUR + 5, count: 2 }] },
      { failures: [{ jail: 'sshd', network: other, time: HOUR, count: 1 }] },
      { failures: [{ ...one, time: HOUR + 9, count: 3 }] },
    ],
    {
      failures: [
        { ...one, time: HOUR + 9, count: 5 },
        { jail: 'sshd', network: other, time: HOUR, count: 1 },
      ],
    },
  ],
  [
    'failures of two hours, or of two jails, stay apart',
    [
      { failures: [{ ...one, time: HOUR, count: 1 }] },
      {
        failures: [
          { ...one, time: 2 * HOUR, count: 1 },
          { jail: 'ufw', network, time: HOUR, count: 1 },
        ],
      },
    ],
    {
      failures: [
        { ...one, time: HOUR, count: 1 },
        { jail: 'ufw', network, time: HOUR, count: 1 },
        { ...one, time: 2 * HOUR, count: 1 },
      ],
    },
  ],
  [
    'failures of who is not kept apart are one row a jail and hour',
    [
      { others: [{ jail: 'sshd', time: HOUR, count: 2 }] },
      { others: [{ jail: 'ufw', time: HOUR, count: 1 }] },
      { others: [{ jail: 'sshd', time: HOUR + 5, count: 3 }] },
      { others: [{ jail: 'sshd', time: 2 * HOUR, count: 1 }] },
    ],
    {
      others: [
        { jail: 'sshd', time: HOUR + 5, count: 5 },
        { jail: 'ufw', time: HOUR, count: 1 },
        { jail: 'sshd', time: 2 * HOUR, count: 1 },
      ],
    },
  ],
  [
    'a counter that is forgotten is forgotten, also in the history',
    [{ counters: [counter(1)] }, { forgotten: [one] }],
    { forgotten: [one] },
  ],
  [
    'a counter that begins again after it was forgotten is kept',
    [{ forgotten: [one] }, { counters: [counter(1)] }],
    { counters: [counter(1)] },
  ],
  [
    'of a log the last position is kept',
    [{ positions: [position('a', 1), position('b', 1)] }, { positions: [position('a', 2)] }],
    { positions: [position('a', 2), position('b', 1)] },
  ],
  [
    'events are kept in their order',
    [
      { events: [{ seq: 1, time: 1, kind: 'ban', body: '{}' }] },
      { events: [{ seq: 2, time: 1, kind: 'unban', body: '{}' }] },
    ],
    {
      events: [
        { seq: 1, time: 1, kind: 'ban', body: '{}' },
        { seq: 2, time: 1, kind: 'unban', body: '{}' },
      ],
    },
  ],
]

const empty = {
  bans: [],
  ends: [],
  traits: [],
  events: [],
  failures: [],
  others: [],
  counters: [],
  forgotten: [],
  positions: [],
}

for (const [sentence, deeds, kept] of rows) {
  test(sentence, () => {
    const waiting = later()
    for (const deed of deeds) waiting.add(deed)
    assert.deepEqual(waiting.take(), { ...empty, ...kept })
    assert.equal(waiting.rows, 0)
    assert.equal(waiting.take(), undefined)
  })
}

test('what waits is counted in rows', () => {
  const waiting = later()
  waiting.add({ counters: [counter(1)], failures: [{ ...one, time: 1, count: 1 }], positions: [position('a', 1)] })
  waiting.add({ counters: [counter(2)] })
  assert.equal(waiting.rows, 3)
})
