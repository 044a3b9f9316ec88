/** What failures asked for, on its way to the history. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestCounts } from '../../../src/engine/history/request-counts.ts'
import { Built, batch, settled } from '../built.ts'

const NOON = Date.UTC(2026, 10, 23, 12)
const request = (path: string, agent: string) => `192.0.2.1 - - [x] "GET ${path} HTTP/1.1" 404 1 "-" "${agent}"`

type Added = readonly [jail: string, hour: number, line: string | undefined, count: number]
type Taken = readonly [jail: string, hour: number, trait: string, value: string, count: number]

const ROWS: readonly (readonly [why: string, added: readonly Added[], taken: readonly Taken[]])[] = [
  ['nothing', [], []],
  [
    'no line, or one without a request, is not told',
    [
      ['web', 0, undefined, 1],
      ['sshd', 0, 'Failed password for root', 1],
      ['web', 0, 'x "y"', 1],
    ],
    [],
  ],
  [
    'a request has a path and an agent',
    [['web', 0, request('/a?b', 'curl'), 1]],
    [
      ['web', 0, 'path', '/a', 1],
      ['web', 0, 'agent', 'curl', 1],
    ],
  ],
  [
    'equal ones of an hour and jail are one',
    [
      ['web', 0, request('/a', '-'), 1],
      ['web', 0, request('/a?c', '-'), 4],
      ['web', 1, request('/a', '-'), 1],
      ['mail', 0, request('/a', '-'), 1],
    ],
    [
      ['web', 0, 'path', '/a', 5],
      ['web', 1, 'path', '/a', 1],
      ['mail', 0, 'path', '/a', 1],
    ],
  ],
  [
    'of a flood the first thousand are read',
    [
      ...Array.from({ length: 1000 }, (): Added => ['web', 0, request('/a', '-'), 1]),
      ['web', 0, request('/b', '-'), 3],
      ['sshd', 0, 'Failed password for root', 1],
    ],
    [
      ['web', 0, 'path', '/a', 1000],
      ['web', 0, 'path', '', 3],
      ['web', 0, 'agent', '', 3],
    ],
  ],
  [
    'values have an end',
    [['web', 0, request(`/${'a'.repeat(5000)}`, '-'), 1]],
    [['web', 0, 'path', `/${'a'.repeat(255)}`, 1]],
  ],
]
for (const [why, added, taken] of ROWS) {
  test(why, () => {
    const counts = requestCounts()
    // What was taken is gone, and lines are read again.
    for (const _ of [1, 2]) {
      for (const [jail, hour, line, count] of added) counts.add(jail, NOON + hour * 3_600_000, line, count)
      const rows = counts
        .take()
        .map(({ jail, time, trait, value, count }): Taken => [jail, (time - NOON) / 3_600_000, trait, value, count])
      assert.deepEqual(rows, taken)
    }
    assert.deepEqual(counts.take(), [])
  })
}

test('the history is told once a second; no ban waits for it', async () => {
  const built = new Built()
  await built.engine.start()
  const time = built.world.clock.now()
  for (const offset of [1, 2]) {
    const report = batch('192.0.2.1', offset, time)
    if (report.kind !== 'batch') throw new Error('no batch')
    const [found] = report.batch.failures
    const failure = { ...found!.failure, lines: [request(`/${offset}`, 'curl')] }
    await built.engine.hear({ kind: 'batch', batch: { ...report.batch, failures: [{ ...found!, failure }] } })
  }
  await settled()
  assert.deepEqual(built.told('ban'), ['192.0.2.1'])
  const told = () => built.saved.flatMap(({ traits = [] }) => traits.map(({ value, count }) => [value, count]))
  assert.deepEqual(told(), [])
  await built.pass(1)
  assert.deepEqual(told(), [
    ['/1', 1],
    ['/2', 1],
    ['curl', 2],
  ])
})
