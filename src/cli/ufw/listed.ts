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

/** The same for rules of which one is shown; undefined for a rule without an application. */
export function twinKey(rule: Rule): string | undefined {
  if (rule.to.profile === undefined && rule.from.profile === undefined) return undefined
  const end = (side: End) => [addressText(side, rule.family), side.profile ?? side.ports]
  return JSON.stringify([rule.inInterface, rule.outInterface, leaves(rule), end(rule.to), end(rule.from)])
}
