/** The core takes nothing from the reader that the reader would not say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asReport } from '../../../src/engine/reader/report.ts'

const FAILURE = { id: '192.0.2.1', kind: 'ip', time: 1, lines: ['x'], attempts: 1, fields: { user: 'bob' } }
const BATCH = { log: '/x', mark: { offset: 1 }, lines: 2, failures: [{ jail: 'a', failure: FAILURE }] }

const good: readonly unknown[] = [
  { kind: 'batch', batch: BATCH },
  { kind: 'batch', batch: { ...BATCH, failures: [] } },
  { kind: 'log', log: '/x', jails: ['a'], state: 'pending', why: 'absent' },
  { kind: 'progress', log: '/x', jails: ['a'], cut: 3, behind: 0 },
  { kind: 'fault', code: 'a.b', message: 'm', hint: 'h', jail: 'a' },
  { kind: 'checked', faults: [{ jail: 'a', code: 'a.b', message: 'm', hint: 'h', at: { file: '/x', line: 1 } }] },
]

for (const message of good)
  test(`${JSON.stringify(message)} is a report`, () => assert.deepEqual(asReport(message), message))

const bad: readonly [sentence: string, message: unknown][] = [
  ['nothing', null],
  ['a list', []],
  ['an unknown kind', { kind: 'exec', command: 'id' }],
  ['a batch without a mark', { kind: 'batch', batch: { ...BATCH, mark: 'x' } }],
  [
    'a time that is no number',
    { kind: 'batch', batch: { ...BATCH, failures: [{ jail: 'a', failure: { ...FAILURE, time: '1' } }] } },
  ],
  ['a count of cut lines that is none', { kind: 'progress', log: '/x', jails: ['a'], cut: '3', behind: 0 }],
  ['an endless time', { kind: 'batch', batch: { ...BATCH, lines: Number.POSITIVE_INFINITY } }],
  [
    'a kind of id that there is none of',
    { kind: 'batch', batch: { ...BATCH, failures: [{ jail: 'a', failure: { ...FAILURE, kind: 'all' } }] } },
  ],
  [
    'fields that are no text',
    { kind: 'batch', batch: { ...BATCH, failures: [{ jail: 'a', failure: { ...FAILURE, fields: { a: {} } } }] } },
  ],
  ['a fault at no place', { kind: 'checked', faults: [{ jail: 'a', code: 'a.b', message: 'm', at: '/x:1' }] }],
  ['a state of a log that is none', { kind: 'log', log: '/x', jails: ['a'], state: '\x1b[2J' }],
  ['a text without end', { kind: 'fault', code: 'a', message: 'x'.repeat(300_000) }],
]

for (const [sentence, message] of bad)
  test(`${sentence} is refused`, () => assert.throws(() => asReport(message), { code: 'wire.bad' }))
