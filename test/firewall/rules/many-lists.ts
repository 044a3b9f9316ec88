/** Rulesets whose lists differ in all but this: who sends to udp port 1000 is let in by a list, who sends to 1001 is denied by one. */
import { listEnd, type Rule } from '../../../src/firewall/rules/rule.ts'
import type { Ruleset } from '../../../src/firewall/rules/ruleset.ts'
import { addressList } from '../../config/list/lists.ts'
import { end, rule, ruleset } from './rulesets.ts'

const MANY = 20_000

export function manyLists(turn: number): Ruleset {
  // Of two turns the second differs by a few.
  const few = Array.from({ length: 50 }, (_, i) => `10.250.${turn}.${i}`)
  const good = addressList('good', ...manyHosts(turn - (turn % 2)), ...few, '192.0.2.128/29')
  const bad = addressList('bad', ...few, `172.16.${turn}.0/24`, '192.0.2.130')
  const of = (name: string): Partial<Rule> => ({ protocol: 'udp', from: { ...end(undefined), ...listEnd(name, 4) } })
  return ruleset(
    [
      rule({ ...of('bad'), action: 'deny', to: end(undefined, '1001') }),
      rule({ ...of('good'), to: end(undefined, '1000') }),
      rule({ protocol: 'udp', to: end(undefined, '1001') }),
    ],
    { lists: new Map([good, bad].map((list) => [list.name, list])) },
  )
}

function manyHosts(turn: number): string[] {
  return Array.from({ length: MANY }, (_, i) => `10.${turn % 200}.${i >> 8}.${i & 255}`)
}
