/** What iptables-restore reads of the log level and of limits, for an installed ufw that takes over again. */
import type { LogLevel, Policy } from '../../firewall/rules/ruleset.ts'
import { chainPrefix } from './rule-lines.ts'
import type { UfwState } from './state.ts'

const PATHS = [
  ['in', 'input'],
  ['out', 'output'],
  ['forward', 'forward'],
] as const

const RATE = '-m limit --limit 3/min --limit-burst 10'

/** Between `### LOGGING ###` and its end. */
export function logLines(state: Pick<UfwState, 'logging' | 'policies'>, family: 4 | 6): string[] {
  const chains = chainPrefix(family)
  const { logging } = state
  if (logging === 'off') return PATHS.map(([, name]) => `-I ${chains}-user-logging-${name} -j RETURN`)
  const low = logging === 'low'
  const rate = low || logging === 'medium' ? ` ${RATE}` : ''
  const log = (prefix: string) => `-j LOG --log-prefix "[UFW ${prefix}] "`
  return [
    ...PATHS.filter(([path]) => !low || state.policies[path] !== 'accept').map(
      ([path, name]) => `-A ${chains}-after-logging-${name} ${log(verdict(state.policies[path]))}${rate}`,
    ),
    low
      ? `-I ${chains}-logging-deny -m conntrack --ctstate INVALID -j RETURN ${RATE}`
      : `-A ${chains}-logging-deny -m conntrack --ctstate INVALID ${log('AUDIT INVALID')}${rate}`,
    `-A ${chains}-logging-deny ${log('BLOCK')}${rate}`,
    `-A ${chains}-logging-allow ${log('ALLOW')}${rate}`,
    ...(low ? [] : PATHS.map(([, name]) => `-I ${chains}-before-logging-${name} ${log('AUDIT')}${audited(logging)}`)),
  ]
}

/** Between `### RATE LIMITING ###` and its end. */
export function limitLines(logging: LogLevel, family: 4 | 6): string[] {
  const chain = `${chainPrefix(family)}-user-limit`
  const log = `-A ${chain} -m limit --limit 3/minute -j LOG --log-prefix "[UFW LIMIT BLOCK] "`
  return [...(logging === 'off' ? [] : [log]), `-A ${chain} -j REJECT`, `-A ${chain}-accept -j ACCEPT`]
}

function verdict(policy: Policy): string {
  return policy === 'accept' ? 'ALLOW' : 'BLOCK'
}

function audited(logging: LogLevel): string {
  return { off: '', low: '', medium: ` -m conntrack --ctstate NEW ${RATE}`, high: ` ${RATE}`, full: '' }[logging]
}
