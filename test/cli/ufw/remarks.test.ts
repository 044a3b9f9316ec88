/** How often ufw passes on what ip6tables remarks on protocol ah, in sequences as the installed ufw was asked them (firewall on). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide, isChanging } from '../../../src/cli/ufw/decision.ts'
import { parseSentence } from '../../../src/cli/ufw/sentence.ts'
import type { UfwState } from '../../../src/config/ufw/state.ts'
import { STOCK_STATE } from '../../../src/config/ufw/stock.ts'
import { profilesOf } from './profiles-of.ts'

const PROFILES = profilesOf({ One: '71/tcp', Two: '81/tcp|82,83/udp', Any: '91' })

const ROWS: readonly (readonly (readonly [sentence: string, remarks: number])[])[] = [
  [
    ['allow proto ah from any', 0],
    ['allow 22', 0],
    ['deny 22', 2],
    ['insert 1 allow 80', 2],
    ['prepend allow from 10.0.0.2', 1],
    ['delete allow from 10.0.0.2', 1],
    ['delete allow 7777', 0],
    ['deny proto ah from any', 2],
    ['logging medium', 0],
    ['reload', 0],
    ['delete deny proto ah from any', 1],
    ['delete allow 80', 0],
  ],
  [
    ['allow proto ah from any', 0],
    ['allow log proto ah from any', 5],
    ['limit proto ah from fd77::1', 0],
    ['limit proto ah from fd77::1 comment x', 7],
    ['allow One', 0],
    ['deny Any', 0],
    ['app update all', 7],
    ['insert 1 allow Two', 28],
    ['disable', 0],
    ['delete deny Any', 0],
  ],
]

for (const row of ROWS) {
  test(`remarks on ah: ${row.map(([sentence]) => sentence).join('; ')}`, () => {
    let state: UfwState = { ...STOCK_STATE, enabled: true }
    for (const [sentence, count] of row) {
      const { command } = parseSentence(sentence.split(' '), {
        services: () => undefined,
        profiles: () => PROFILES,
        ipv6: true,
      })
      assert.ok(isChanging(command))
      const { next, remarks = '' } = decide(state, command, PROFILES)
      assert.equal(remarks.split('never matched protocol: ah').length - 1, count, sentence)
      state = next
    }
  })
}
