/**
 * Where a rule is inserted. `ufw status numbered` counts a profile's rules as one and IPv4's before IPv6's; a sentence for
 * both families names one place, and the other family's is found beside the rule that stands there. Measured on UFW 0.36.2
 * (test/cli/ufw/positions.test.ts): inserting, it counts a profile's rules of IPv4 one by one, but never lands within them.
 */
import type { Rule } from '../../firewall/rules/rule.ts'
import { withoutTwins } from './listed.ts'
import { likeness } from './same-rule.ts'

/** Counted from 1 over all rules of its family; 0: behind the last. */
export type Position = number

/** IPv4's place for what is inserted at `number` in both families. */
export function position4(number: number, rules4: readonly Rule[], rules6: readonly Rule[]): Position {
  const shown4 = withoutTwins(rules4).length
  return number <= shown4 ? number : besides(withoutTwins(rules6)[number - shown4 - 1], rules4)
}

/** IPv6's. @param rules4 as they are now that IPv4's rule has been inserted, or was there already */
export function position6(number: number, rules4: readonly Rule[], rules6: readonly Rule[]): Position {
  // What stood at `number` has moved on by one: UFW takes it so, even where nothing was inserted.
  const moved = number + 1
  const shown4 = withoutTwins(rules4)
  return moved > shown4.length ? moved - shown4.length : besides(shown4[moved - 1], rules6)
}

/** The rules with these at the position, or behind the profile's rules that it is amidst of. */
export function insertAt(rules: readonly Rule[], position: Position, added: readonly Rule[]): readonly Rule[] {
  if (position === 0) return [...rules, ...added]
  const first = new Set(withoutTwins(rules))
  let at = position - 1
  while (at < rules.length && !first.has(rules[at]!)) at += 1
  return rules.toSpliced(at, 0, ...added)
}

/** Where in the other family's rules the rule's likeness stands; 0 where it has none. */
function besides(rule: Rule | undefined, others: readonly Rule[]): Position {
  if (!rule) return 0
  const wanted = likeness(rule)
  return others.findIndex((other) => likeness(other) === wanted) + 1
}
