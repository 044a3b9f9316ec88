/** A state as the lines of a file that makes it again. */
import type { ReadUfw } from '../../../config/ufw/read-ufw.ts'
import { policyWord } from '../../ufw/status.ts'
import { ruleLines } from './rule-lines.ts'
import { wantedContext } from './wanted-context.ts'

/** Settings, then rules in their order; of the sentences that make a rule for both families, one. Safe for a terminal. */
export function wantedLines(ufw: Pick<ReadUfw, 'state' | 'services' | 'profiles'>): readonly string[] {
  const { enabled, logging, policies, profilePolicy, rules } = ufw.state
  return [
    enabled ? 'enable' : 'disable',
    `logging ${logging}`,
    `default ${policyWord(policies.in)} incoming`,
    `default ${policyWord(policies.out)} outgoing`,
    `default ${policyWord(policies.forward)} routed`,
    `app default ${profilePolicy === 'skip' ? 'skip' : policyWord(profilePolicy)}`,
    ...ruleLines(rules, wantedContext(ufw)),
  ]
}
