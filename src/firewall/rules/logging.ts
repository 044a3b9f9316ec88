/** What the levels of `ufw logging` write to the kernel's log besides the rules' own. Source: UFW 0.36.2, each level and policy of it read back. */
import type { Chain } from './printed.ts'
import type { LogLevel, Policy, Ruleset } from './ruleset.ts'
import { PATHS, ufwChain } from './ufw-chains.ts'

export type Prefix = 'ALLOW' | 'BLOCK' | 'LIMIT' | 'LIMIT BLOCK' | 'AUDIT' | 'AUDIT INVALID'

/** @param limited at most three a minute after the first ten */
export function logStatement(prefix: Prefix, { limited = false, onlyNew = false } = {}): string {
  const words = [onlyNew ? 'ct state new' : '', limited ? LIMITED : '', `log prefix "[UFW ${prefix}] "`]
  return words.filter((word) => word !== '').join(' ')
}

/** What stands in UFW's chains for logging. */
export function loggingChains(family: 4 | 6, { logging, policies }: Ruleset): readonly Chain[] {
  const chain = (name: string, rules: readonly string[]) => ({ name: ufwChain(family, name), rules })
  return [
    ...PATHS.flatMap(({ path, hook }) => [
      chain(`before-logging-${hook}`, audit(logging)),
      chain(`after-logging-${hook}`, ofPolicy(logging, policies[path])),
    ]),
    chain('logging-deny', denied(logging)),
    chain('logging-allow', logging === 'off' ? [] : [logStatement('ALLOW', { limited: isLimited(logging) })]),
    chain('user-limit', [
      ...(logging === 'off' ? [] : [`limit rate 3/minute burst 5 packets ${logStatement('LIMIT BLOCK')}`]),
      'counter reject with icmpx port-unreachable',
    ]),
    chain('user-limit-accept', ['accept']),
  ]
}

const LIMITED = 'limit rate 3/minute burst 10 packets'

function isLimited(level: LogLevel): boolean {
  return level === 'low' || level === 'medium'
}

function audit(level: LogLevel): string[] {
  if (level === 'off' || level === 'low') return []
  return [logStatement('AUDIT', { limited: level !== 'full', onlyNew: level === 'medium' })]
}

function ofPolicy(level: LogLevel, policy: Policy): string[] {
  if (level === 'off') return []
  if (policy !== 'accept') return [logStatement('BLOCK', { limited: isLimited(level) })]
  return level === 'low' ? [] : [logStatement('ALLOW', { limited: isLimited(level) })]
}

/** At level low a flood of what is invalid is logged after all: only three a minute of it return. */
function denied(level: LogLevel): string[] {
  if (level === 'off') return []
  const limited = isLimited(level)
  const invalid =
    level === 'low'
      ? `ct state invalid ${LIMITED} return`
      : `ct state invalid ${logStatement('AUDIT INVALID', { limited })}`
  return [invalid, logStatement('BLOCK', { limited })]
}
