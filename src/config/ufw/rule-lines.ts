/**
 * What iptables-restore reads of a rule: nothing here depends on these lines, an installed ufw that takes over again loads
 * them. Source: what it writes (test/config/ufw/user-rules.test.ts compares byte by byte).
 */
import { type End, fileAddress, type Protocol, type Rule } from '../../firewall/rules/rule.ts'
import { encodeProfile } from './tuple.ts'

/** Lines without their ends, in order. */
export function ruleLines(rule: Rule): string[] {
  const { protocol, from, to } = rule
  if (protocol !== 'any' || (from.ports === 'any' && to.ports === 'any')) return linesOf(rule, protocol)
  return [...linesOf(rule, 'tcp'), ...linesOf(rule, 'udp')]
}

/** The prefix of all chains. */
export function chainPrefix(family: 4 | 6): string {
  return family === 4 ? 'ufw' : 'ufw6'
}

const HOOKS = { in: 'input', out: 'output', forward: 'forward' } as const

function linesOf(rule: Rule, protocol: Protocol): string[] {
  const prefix = chainPrefix(rule.family)
  const hook = HOOKS[rule.path]
  const user = `-A ${prefix}-user-${hook}${matchOf(rule, protocol)}`
  const note = profileNote(rule)
  const lines = verdicts(rule.action, protocol, prefix).map((verdict) => `${user} ${verdict}${note}`)
  return rule.log === 'none' ? lines : [...logLines(rule, protocol, user, `${prefix}-user-logging-${hook}`), ...lines]
}

function logLines(rule: Rule, protocol: Protocol, user: string, logging: string): string[] {
  const { log, action } = rule
  const match = matchOf(rule, protocol)
  const what = log === 'log' ? ' -m conntrack --ctstate NEW' : ''
  const prefix = { allow: 'ALLOW', limit: 'LIMIT', deny: 'BLOCK', reject: 'BLOCK' }[action]
  return [
    `-A ${logging}${match}${what} -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW ${prefix}] "`,
    `-A ${logging}${match} -j RETURN`,
    `${user} -j ${logging}`,
  ]
}

function verdicts(action: Rule['action'], protocol: Protocol, prefix: string): string[] {
  switch (action) {
    case 'allow':
      return ['-j ACCEPT']
    case 'deny':
      return ['-j DROP']
    case 'reject':
      return [protocol === 'tcp' ? '-j REJECT --reject-with tcp-reset' : '-j REJECT']
    case 'limit':
      return [
        '-m conntrack --ctstate NEW -m recent --set',
        `-m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j ${prefix}-user-limit`,
        `-j ${prefix}-user-limit-accept`,
      ]
  }
}

/** Begins with a blank where it is not empty. */
function matchOf({ family, inInterface, outInterface, from, to }: Rule, protocol: Protocol): string {
  const address = (end: End) => (end.network === undefined ? '' : fileAddress(end, family))
  const several = (from.ports !== 'any' || to.ports !== 'any') && /[,:]/.test(from.ports + to.ports)
  return (
    option('-i', inInterface) +
    option('-o', outInterface) +
    option('-p', protocol === 'any' ? '' : protocol) +
    (several
      ? option('-m multiport --dports', portsOf(to)) +
        option('-m multiport --sports', portsOf(from)) +
        option('-d', address(to)) +
        option('-s', address(from))
      : option('-d', address(to)) +
        option('--dport', portsOf(to)) +
        option('-s', address(from)) +
        option('--sport', portsOf(from)))
  )
}

function option(name: string, value: string | undefined): string {
  return value ? ` ${name} ${value}` : ''
}

function portsOf({ ports }: End): string {
  return ports === 'any' ? '' : ports
}

function profileNote({ from, to }: Rule): string {
  if (to.profile === undefined && from.profile === undefined) return ''
  const names = [
    to.profile === undefined ? '' : `dapp_${encodeProfile(to.profile)}`,
    from.profile === undefined ? '' : `sapp_${encodeProfile(from.profile)}`,
  ].filter((name) => name !== '')
  return ` -m comment --comment '${names.join(',')}'`
}
