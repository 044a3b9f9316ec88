/** What UFW's files say, all but before.rules and after.rules: what a command reads, changes and writes back whole. */
import type { Rule } from '../../firewall/rules/rule.ts'
import type { LogLevel, Policy } from '../../firewall/rules/ruleset.ts'

export interface UfwState {
  /** `ENABLED` of ufw.conf. */
  readonly enabled: boolean
  readonly logging: LogLevel
  /** `IPV6` of /etc/default/ufw. */
  readonly ipv6: boolean
  readonly policies: Readonly<Record<'in' | 'out' | 'forward', Policy>>
  readonly profilePolicy: 'accept' | 'drop' | 'reject' | 'skip'
  /** In the order of the files: those of user.rules, then those of user6.rules. */
  readonly rules: readonly Rule[]
}
