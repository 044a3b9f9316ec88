/** Rules from tuples, as user.rules has them. */
import { parseTuple } from '../../../src/config/ufw/tuple.ts'
import type { Rule } from '../../../src/firewall/rules/rule.ts'

/** An address of IPv6 in it makes it one of IPv6. */
export function ruleOf(tuple: string): Rule {
  const family = /\s\S*::/.test(tuple) ? 6 : 4
  const rule = parseTuple(tuple, family, () => undefined)
  if (typeof rule === 'string') throw new Error(`${tuple}: ${rule}`)
  return rule
}
