/** The rules of `ufw status`: an application's, which are as many as it has protocols, show as one unless it is spelled out. */
import { addressText, type End, type Rule } from '../../firewall/rules/rule.ts'
import { leaves } from './columns.ts'

/**
 * The rules that show, in the order of the files. What an application's rule does counts for nothing: of two rules from and
 * to the same places by the same interfaces the second is hidden, even if it denies what the first allows.
 */
export function withoutTwins(rules: readonly Rule[]): readonly Rule[] {
  const seen = new Set<string>()
  return rules.filter((rule) => {
    const key = twinKey(rule)
    if (key === undefined) return true
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

/** For each rule its number in `status numbered`: of a rule that is hidden, that of the one which stands for it. */
export function numbersOf(rules: readonly Rule[]): readonly number[] {
  const known = new Map<string, number>()
  let last = 0
  return rules.map((rule) => {
    const key = twinKey(rule)
    const number = (key === undefined ? undefined : known.get(key)) ?? ++last
    if (key !== undefined) known.set(key, number)
    return number
  })
}

/** The same for rules of which one is shown; undefined for a rule without an application. */
export function twinKey(rule: Rule): string | undefined {
  if (rule.to.profile === undefined && rule.from.profile === undefined) return undefined
  const end = (side: End) => [addressText(side, rule.family), side.profile ?? side.ports]
  return JSON.stringify([rule.inInterface, rule.outInterface, leaves(rule), end(rule.to), end(rule.from)])
}
