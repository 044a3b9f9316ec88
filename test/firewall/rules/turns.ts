/** Rulesets that differ in all but this: udp port 1000 is allowed, udp port 1001 is not. */
import type { Rule } from '../../../src/firewall/rules/rule.ts'
import type { LogLevel, Policy, Ruleset } from '../../../src/firewall/rules/ruleset.ts'
import { end, rule, ruleset } from './rulesets.ts'

const LEVELS: readonly LogLevel[] = ['off', 'low', 'medium', 'off']
const POLICIES: readonly Policy[] = ['drop', 'reject']

export function rulesetOfTurn(turn: number): Ruleset {
  const around = (from: number, count: number): Rule[] =>
    Array.from({ length: count }, (_, index) =>
      rule({
        action: (turn + index) % 5 === 0 ? 'limit' : 'deny',
        protocol: index % 7 === 0 ? 'tcp' : 'any',
        from: end(`198.51.${from}.${(index * 7 + turn) % 256}`),
      }),
    )
  const rules = [
    ...around(1, (turn * 13) % 40),
    rule({ protocol: 'udp', to: end(undefined, '1000') }),
    ...around(2, (turn * 29) % 60),
    ...(turn % 2 === 0 ? [rule({ action: 'deny', protocol: 'udp', to: end(undefined, '1001') })] : []),
  ]
  const policy = POLICIES[turn % 2]!
  return ruleset(rules, {
    logging: LEVELS[turn % 4]!,
    policies: { in: policy, out: 'accept', forward: policy },
    containers: turn % 3 > 0,
  })
}
