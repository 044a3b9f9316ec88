/** The doctor looks where the guard does, unless it is told to look elsewhere. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/base/fault.ts'
import { type Where, whereOf } from '../../../src/cli/rampart/doctor/where.ts'
import type { GuardFolders, Status } from '../../../src/engine/status.ts'

const USUAL: Where = { stockFolder: '/stock', config: ['/etc/fail2ban', '/etc/rampart'], state: '/var/lib/rampart' }
const GUARD: GuardFolders = {
  stock: '/other/stock',
  config: ['/srv/a', '/srv/b'],
  chooses: true,
  history: '/srv/state',
}
const OF_GUARD = { stockFolder: '/other/stock', config: ['/srv/a', '/srv/b'], chooses: true, state: '/srv/state' }

const rows: readonly [sentence: string, named: string[] | undefined, guard: GuardFolders | undefined | null, Where][] =
  [
    ['without a guard it looks where one would', undefined, null, USUAL],
    ['a guard that does not tell looks where one would', undefined, undefined, USUAL],
    ['a guard that tells is believed', undefined, GUARD, OF_GUARD],
    [
      'what is named comes first, but for the history',
      ['/x'],
      GUARD,
      { ...USUAL, config: ['/x'], state: '/srv/state' },
    ],
    ['what is named without a guard', ['/x'], null, { ...USUAL, config: ['/x'] }],
    [
      'a folder that is all there is has no stock below it, and a guard that only looks has no history',
      undefined,
      { ...GUARD, stock: null, chooses: false, history: null },
      { ...OF_GUARD, stockFolder: undefined, chooses: false, state: USUAL.state },
    ],
  ]

for (const [sentence, named, guard, expected] of rows) {
  test(sentence, () => {
    const status = guard === null ? new Fault('control.no-guard', 'none') : ({ folders: guard } as Status)
    assert.deepEqual(whereOf(named, status, USUAL), expected)
  })
}
