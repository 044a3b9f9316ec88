/** Of known offenders the log tells as what each failure counts: as the installed server told it, with its own words. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../../src/base/address.ts'
import { decisionLog } from '../../../src/engine/log/decision-lines.ts'
import type { GuardLog } from '../../../src/engine/log/guard-log.ts'
import { steadyClock } from '../../../src/engine/steady-clock.ts'
import { realWorld } from '../../../src/world/real.ts'

/** maxretry undefined: bans of the jail do not grow. */
const ROWS: readonly (readonly [earlier: number, maxretry: number | undefined, told: string | undefined])[] = [
  [0, 10, undefined],
  [1, undefined, undefined],
  [1, 1, undefined],
  [1, 2, '1 # -> 2.0, Ban'],
  [1, 10, '1 # -> 2.0'],
  [2, 3, '2 # -> 3.0, Ban'],
  [3, 3, '3 # -> 3, Ban'],
  [4, 10, '4 # -> 9.0'],
  [5, 10, '5 # -> 10, Ban'],
  [500, 10, '500 # -> 10, Ban'],
]

for (const [earlier, maxretry, told] of ROWS)
  test(`after ${earlier} bans, maxretry ${maxretry}: ${told ?? 'nothing'}`, () => {
    const lines: string[] = []
    const log = {
      tells: () => true,
      stamp: () => 'TIME',
      put: (_: string, __: string, line: string) => lines.push(line),
    }
    const grows = () => (maxretry === undefined ? undefined : { bantime: 600, maxretry })
    const { found } = decisionLog(log as unknown as GuardLog, steadyClock(realWorld().clock), grows)
    const counter = { count: 1, failures: 1, first: 0, last: 0, matches: [], chars: 0 }
    const network = parseNetwork('192.0.2.1')!
    found({ kind: 'found', jail: 'a', network, time: 0, attempts: 1, counter, earlier, kept: true })
    const bad = told === undefined ? [] : [`[a] Found 192.0.2.1, bad - TIME, ${told}`]
    assert.deepEqual(lines, ['[a] Found 192.0.2.1 - TIME', ...bad])
  })
