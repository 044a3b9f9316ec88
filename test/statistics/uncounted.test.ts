/** Which parts of columns over time were not counted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Series } from '../../src/statistics/table.ts'
import { uncounted } from '../../src/statistics/uncounted.ts'

const gap = { from: 130, to: 140 }
const series = {
  unit: 'bans',
  period: { from: 105, to: 215 },
  zone: 'UTC',
  bucketMs: 100,
  starts: [100, 200],
  jails: [{ jail: 'sshd', counts: [0, 3] }],
  gaps: [gap],
} as const satisfies Series

const rows: Readonly<Record<string, readonly [Series, Series['gaps']]>> = {
  'before and after the span, and while no guard ran': [series, [gap, { from: 100, to: 105 }, { from: 215, to: 300 }]],
  'nothing outside of whole columns': [{ ...series, period: { from: 100, to: 300 } }, [gap]],
  'of nothing no more than while no guard ran': [{ ...series, jails: [] }, [gap]],
  'of zeros the same': [{ ...series, jails: [{ jail: 'sshd', counts: [0, 0] }] }, [gap]],
}

for (const [name, [given, wanted]] of Object.entries(rows))
  test(`not counted: ${name}`, () => assert.deepEqual(uncounted(given), wanted))
