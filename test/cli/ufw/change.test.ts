/**
 * What becomes of rules: 144 states and commands with what the installed ufw made of them (firewall off), chosen from 1,500
 * random ones so that each kind of answer is among them. Of all 1,500 these were other, and are meant to be:
 * - a profile of several lists that is inserted at a place of the other family, or of three and more: ufw scatters its rules
 *   over both families, or fails half way; here they stand together
 * - a rule that is inserted in both families, updated in one and refused in the other: ufw leaves the one; here nothing is done
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Fault } from '../../../src/base/fault.ts'
import { decide, isChanging } from '../../../src/cli/ufw/decision.ts'
import { parseSentence } from '../../../src/cli/ufw/sentence.ts'
import type { UfwState } from '../../../src/config/ufw/state.ts'
import { STOCK_STATE } from '../../../src/config/ufw/stock.ts'
import { parseTuple, printTuple } from '../../../src/config/ufw/tuple.ts'
import { profilesOf } from './profiles-of.ts'

interface Row {
  readonly words: readonly string[]
  /** Tuples of IPv4, of IPv6. */
  readonly before: readonly [readonly string[], readonly string[]]
  readonly says: string
  readonly error: string
  /** null: as before. */
  readonly after: readonly [readonly string[], readonly string[]] | null
}

const PROFILES = profilesOf({ One: '71/tcp', Two: '81/tcp|82/udp', Multi: '80,443/tcp|53|6000:6003/udp' })
const ROWS: readonly Row[] = readFileSync(new URL('change-rows.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

for (const [number, { words, before, says, error, after }] of ROWS.entries()) {
  test(`row ${number + 1}: ufw ${words.join(' ')}`, () => {
    const state = stateOf(before)
    const result = attempt(state, words)
    assert.deepEqual(result, { says, error, after: after ?? before })
  })
}

test('with IPV6=no it is told of both families that a profile has no rules', () => {
  const { command } = parseSentence(['delete', 'allow', 'One'], {
    services: () => undefined,
    profiles: () => PROFILES,
    ipv6: false,
  })
  assert.ok(isChanging(command))
  const { told } = decide({ ...STOCK_STATE, ipv6: false }, command, PROFILES)
  assert.equal(told, 'Could not delete non-existent rule\nCould not delete non-existent rule (v6)\n')
})

function attempt(state: UfwState, words: readonly string[]) {
  try {
    const { command } = parseSentence(words, { services: () => undefined, profiles: () => PROFILES, ipv6: true })
    assert.ok(isChanging(command))
    const { next, told } = decide(state, command, PROFILES)
    return { says: told, error: '', after: tuples(next) }
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return { says: '', error: `ERROR: ${thrown.message}\n`, after: tuples(state) }
  }
}

function stateOf(before: Row['before']): UfwState {
  const rules = ([4, 6] as const).flatMap((family, at) =>
    before[at]!.map((tuple) => {
      const rule = parseTuple(tuple, family, () => undefined)
      assert.notEqual(typeof rule, 'string', tuple)
      return rule as Exclude<typeof rule, string>
    }),
  )
  return { ...STOCK_STATE, rules }
}

function tuples({ rules }: UfwState) {
  return ([4, 6] as const).map((family) => rules.filter((rule) => rule.family === family).map(printTuple))
}
