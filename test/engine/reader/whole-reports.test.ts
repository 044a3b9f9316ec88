/** Parts of a batch become the batch again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch, Found, Report } from '../../../src/engine/reader/report.ts'
import { wholeReports } from '../../../src/engine/reader/whole-reports.ts'

const found = (id: string): Found => ({
  jail: 'a',
  failure: { id, kind: 'ip', time: 0, lines: [], attempts: 1, fields: {} },
})
const part = (log: string, ids: string, passed?: number): Report => ({
  kind: 'batch',
  batch: {
    log,
    mark: passed === undefined ? undefined : { passed },
    lines: passed ?? 0,
    failures: [...ids].map(found),
  } satisfies Batch,
})

test('parts of several logs are told with the last part of each, other reports as they come', () => {
  const whole = wholeReports()
  const told: (string | undefined)[] = []
  const reports: readonly Report[] = [
    part('x', 'ab'),
    part('y', 'c'),
    { kind: 'fault', code: 'f', message: 'f' },
    part('x', 'd'),
    part('z', 'e', 9),
    part('x', 'f', 5),
    part('x', 'g', 6),
    part('y', '', 3),
  ]
  for (const report of reports) {
    const known = whole(report)
    if (known?.kind === 'batch') {
      const { log, lines, failures } = known.batch
      told.push(`${log} ${lines} ${failures.map(({ failure }) => failure.id).join('')}`)
    } else told.push(known?.kind)
  }
  assert.deepEqual(told, [undefined, undefined, 'fault', undefined, 'z 9 e', 'x 5 abdf', 'x 6 g', 'y 3 c'])
})

test('parts without an end are refused', () => {
  const whole = wholeReports()
  const many = part('x', 'a'.repeat(100_000))
  assert.throws(
    () => {
      for (let i = 0; i < 10; i++) whole(many)
    },
    { code: 'wire.bad' },
  )
})
