/** What a rule is about, whatever it does: to UFW, two rules with the same subject are one. */
import { addressText, type End, type Rule } from '../../../firewall/rules/rule.ts'

/** As `isSameSubject`, to be looked up. */
export function subjectOf({ family, path, protocol, inInterface, outInterface, to, from }: Rule): string {
  const end = (side: End) => `${addressText(side, family)} ${side.ports} ${side.profile ?? ''}`
  return [family, path, protocol, inInterface, outInterface, end(to), end(from)].join('|')
}
