/** What stays when an earlier change is taken back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../../fuzz/random.ts'
import { addRules, deleteRules } from '../../../src/cli/ufw/change.ts'
import { withoutChange } from '../../../src/cli/ufw/without-change.ts'
import type { UfwState } from '../../../src/config/ufw/state.ts'
import { STOCK_STATE } from '../../../src/config/ufw/stock.ts'
import { printTuple } from '../../../src/config/ufw/tuple.ts'
import type { Rule } from '../../../src/firewall/rules/rule.ts'
import { rule } from '../../firewall/rules/rulesets.ts'

const RULES = Array.from({ length: 12 }, (_, index) =>
  rule({
    family: index % 3 === 2 ? 6 : 4,
    protocol: 'tcp',
    to: { network: undefined, ports: String(100 + index), profile: undefined },
  }),
)
const POLICIES = ['accept', 'drop', 'reject'] as const
const LEVELS = ['off', 'low', 'full'] as const

type Deed = (state: UfwState) => UfwState

/** Of these rules only, so that two deeds may be about different ones. */
function randomDeed(next: () => number, rules: readonly Rule[]): Deed {
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!
  const some = one(rules)
  const action = one(['allow', 'deny'] as const)
  const place = one(['append', 'prepend', 'append'] as const)
  if (next() < 0.4) return (state) => ({ ...state, rules: deleteRules(state.rules, [some]).rules })
  return (state) => ({ ...state, rules: addRules(state.rules, [{ ...some, action }], place).rules })
}

const tuples = ({ rules }: UfwState) => rules.map((one) => `${one.family} ${printTuple(one)}`)

test('2,000 times: nothing came between: all is as before', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const next = random(seed)
    const before = deeds(next, RULES, 8)(STOCK_STATE)
    const after = { ...deeds(next, RULES, 3)(before), logging: LEVELS[seed % 3]!, enabled: next() < 0.5 }
    assert.deepEqual(withoutChange({ before, after }, after), before)
    assert.deepEqual(withoutChange({ before, after: before }, after), after)
  }
})

test('2,000 times: what came between is as if the change had never been', () => {
  const [own, others] = [RULES.filter((_, index) => index % 2 === 0), RULES.filter((_, index) => index % 2 === 1)]
  for (let seed = 1; seed <= 2000; seed++) {
    const next = random(seed)
    const before = deeds(next, RULES, 8)(STOCK_STATE)
    const later = deeds(next, others, 3)
    const after = deeds(next, own, 3)({ ...before, policies: { ...before.policies, in: POLICIES[seed % 3]! } })
    const found = withoutChange({ before, after }, { ...later(after), logging: 'high' })
    assert.deepEqual(tuples(found).toSorted(), tuples(later(before)).toSorted(), `seed ${seed}`)
    assert.deepEqual([found.logging, found.policies], ['high', before.policies])
    // Those that nobody has touched since are in the order that they had.
    const touched = new Set(others.map(({ to }) => to.ports))
    const still = (state: UfwState) =>
      tuples({ ...state, rules: state.rules.filter(({ to }) => !touched.has(to.ports)) })
    assert.deepEqual(still(found), still(before), `seed ${seed}`)
  }
})

test('a rule that both have changed is what was said last', () => {
  const [one] = RULES
  const before = { ...STOCK_STATE, rules: [one!] }
  const after = { ...before, rules: [{ ...one!, action: 'deny' as const }] }
  const now = { ...before, rules: [{ ...one!, action: 'reject' as const }] }
  assert.deepEqual(withoutChange({ before, after }, now).rules, now.rules)
})

function deeds(next: () => number, rules: readonly Rule[], most: number): Deed {
  const list = Array.from({ length: Math.floor(next() * (most + 1)) }, () => randomDeed(next, rules))
  return (state) => list.reduce((now, deed) => deed(now), state)
}
