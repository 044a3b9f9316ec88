/** What a rule says to the kernel: statements of nft. Every word is one of ours, a number, or was checked here. */
import { parseAddress, width } from '../../base/address.ts'
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { limiterName } from './limiter.ts'
import { type ListSet, type ListSets, printLookup, type Wording } from './list-sets.ts'
import { logStatement } from './logging.ts'
import { daddr, type KernelSet, saddr } from './printed.ts'
import { type End, PROTOCOL_NUMBERS, type Protocol, type Rule } from './rule.ts'

/**
 * Which destination of a packet counts: the one that it has now, or the one that its client asked for, before it was sent on
 * to another (a container, say).
 */
export type Destination = 'now' | 'asked'

/**
 * The last statement for each protocol decides, and counts.
 * @throws Fault `rule.interface`, `rule.ports`, `rule.address`
 */
export function printRule(rule: Rule, { logging, lists }: Wording, destination: Destination = 'now'): string[] {
  return protocolsOf(rule).flatMap((protocol) =>
    waysOf(rule, lists).flatMap((way) => {
      const match = printMatch(rule, protocol, destination, way)
      const say = (...words: readonly string[]) => [...match, ...words].join(' ')
      return [
        ...(rule.log === 'none' || logging === 'off' ? [] : [say(logRule(rule))]),
        ...(rule.action === 'limit' ? [say('ct state new', `jump ${limiterName(rule)}`)] : []),
        say('counter', verdict(rule, protocol)),
      ]
    }),
  )
}

/** In which sets the addresses are to be found. */
interface Way {
  readonly from?: ListSet
  readonly to?: ListSet
}

/** A list has a set for each length of prefix, and a rule for each of them: the first that matches decides. */
function waysOf({ family, from, to }: Rule, lists: ListSets | undefined): readonly Way[] {
  const sets = ({ list }: End) => (list === undefined ? [undefined] : (lists?.(list, family) ?? []))
  return sets(from).flatMap((source) =>
    sets(to).map((target) => ({ ...(source && { from: source }), ...(target && { to: target }) })),
  )
}

/** The decision for all sources that a set holds; it counts for each of them. */
export function printRun(rule: Rule, set: string, destination: Destination = 'now'): string[] {
  return protocolsOf(rule).map((protocol) => {
    const match = printMatch({ ...rule, from: { ...rule.from, network: undefined } }, protocol, destination)
    return [`${saddr(rule.family)} @${set}`, ...match, verdict(rule, protocol)].join(' ')
  })
}

/** A port without a protocol is one of tcp and one of udp: they are refused in two ways, and logged apart. */
function protocolsOf({ protocol, from, to }: Rule): readonly Protocol[] {
  const hasPorts = from.ports !== 'any' || to.ports !== 'any'
  return protocol === 'any' && hasPorts ? ['tcp', 'udp'] : [protocol]
}

/** Source: UFW 0.36.2's user.rules: reset for tcp, else port unreachable, were it an answer to tcp. */
function verdict({ action }: Rule, protocol: Protocol): string {
  switch (action) {
    case 'allow':
    case 'limit':
      return 'accept'
    case 'deny':
      return 'drop'
    case 'reject':
      return protocol === 'tcp' ? 'reject with tcp reset' : 'reject with icmpx port-unreachable'
    default:
      return action satisfies never
  }
}

function logRule({ action, log }: Rule): string {
  const prefix = action === 'allow' ? 'ALLOW' : action === 'limit' ? 'LIMIT' : 'BLOCK'
  return logStatement(prefix, { limited: true, onlyNew: log === 'log' })
}

function printMatch(rule: Rule, protocol: Protocol, destination: Destination, way: Way = {}): string[] {
  const { family, from, to } = rule
  const hasAskedPort = destination === 'asked' && to.ports !== 'any'
  const saysProtocol = protocol !== 'any' && (hasAskedPort || (from.ports === 'any' && to.ports === 'any'))
  const address = destination === 'asked' ? `ct original ${daddr(family)}` : daddr(family)
  const port = destination === 'asked' ? 'ct original proto-dst' : `${protocol} dport`
  return [
    ...printInterface('iifname', rule.inInterface),
    ...printInterface('oifname', rule.outInterface),
    ...(way.from ? [printLookup(saddr(family), way.from)] : printAddress(saddr(family), family, from)),
    ...(way.to ? [printLookup(address, way.to)] : printAddress(address, family, to)),
    ...(saysProtocol ? [`meta l4proto ${PROTOCOL_NUMBERS[protocol]}`] : []),
    ...printPorts(`${protocol} sport`, protocol, from.ports),
    ...printPorts(port, protocol, to.ports),
  ]
}

/** `+` at the end stands for any end. Source: iptables(8), `--in-interface`. */
function printInterface(field: string, name: string | undefined): string[] {
  if (name === undefined || name === '+') return []
  if (!/^[\w.+,=%@-]{1,15}$/.test(name)) {
    throw new Fault('rule.interface', `no interface can be called "${printable(name)}"`)
  }
  return [`${field} "${name.replace(/\+$/, '*')}"`]
}

function printAddress(field: string, family: 4 | 6, { network, mask }: End): string[] {
  if (mask) return [`${field} & ${address4(mask.mask)} == ${address4(mask.bits)}`]
  if (network === undefined || network.prefix === 0) return []
  if (network.family === family) return [`${field} ${network.text}`]
  if (network.family === 6) throw new Fault('rule.address', `${network.text} is no address of IPv4`)
  // An IPv4 address written as one of IPv6.
  return [`${field} ::ffff:${network.text.split('/')[0]}/${network.prefix + 96}`]
}

function address4(text: string): string {
  const address = parseAddress(text)
  if (address?.family !== 4) throw new Fault('rule.address', `"${printable(text)}" is no address of IPv4`)
  return address.text
}

function printPorts(field: string, protocol: Protocol, ports: string): string[] {
  if (ports === 'any') return []
  if ((protocol !== 'tcp' && protocol !== 'udp') || !/^\d{1,5}(:\d{1,5})?(,\d{1,5}(:\d{1,5})?)*$/.test(ports)) {
    throw new Fault('rule.ports', `"${printable(ports)}" are no ports of ${protocol}`)
  }
  return [`${field} ${ports.includes(',') ? `@${portSetName(ports)}` : ports.replace(':', '-')}`]
}

/**
 * Of its lists of ports. Rules of the same ports have one set: a set of each rule's own costs the kernel a look at all of them
 * when it is made, 0.4 s for 1,000 rules.
 */
export function portSets({ from, to }: Rule): KernelSet[] {
  return [from.ports, to.ports]
    .filter((ports) => ports.includes(','))
    .map((ports) => ({
      name: portSetName(ports),
      body: ports.includes(':') ? 'type inet_service; flags interval; auto-merge;' : 'type inet_service;',
      elements: ports.replaceAll(':', '-').split(','),
    }))
}

/** `ports-80.443.6000-6010`; at most 15 places. */
function portSetName(ports: string): string {
  return `ports-${ports.replaceAll(',', '.').replaceAll(':', '-')}`
}

/** Whether it asks where to: such a rule is another one for the destination that a client asked for. */
export function asksDestination({ to }: Rule): boolean {
  return to.ports !== 'any' || to.network !== undefined || to.mask !== undefined
}

/** Whether a rule's source may stand in a set beside those of its neighbours that say the same of theirs. */
export function canStandInSet({ action, log, from, to, family }: Rule): boolean {
  return (
    action !== 'limit' &&
    log === 'none' &&
    from.mask === undefined &&
    from.list === undefined &&
    to.list === undefined &&
    from.network?.family === family &&
    from.network.prefix === width(family) &&
    // `10.0.0.1/032` beside `10.0.0.1` is another rule, of the same element.
    !from.written?.includes('/')
  )
}

/** Whether two rules may stand in one set: all that `besideSource` says is the same. */
export function isSameBesideSource(one: Rule, other: Rule): boolean {
  return (
    one.action === other.action &&
    one.inInterface === other.inInterface &&
    one.outInterface === other.outInterface &&
    one.protocol === other.protocol &&
    one.from.ports === other.from.ports &&
    one.to.ports === other.to.ports &&
    (one.to === other.to || printDestination(one.to) === printDestination(other.to))
  )
}

/** What is the same in neighbours that stand in one set. */
export function besideSource(rule: Rule): string {
  const { action, inInterface = '', outInterface = '', protocol, from, to } = rule
  return [action, inInterface, outInterface, protocol, from.ports, printDestination(to), to.ports].join(' ')
}

function printDestination({ mask, network }: End): string {
  return mask ? `${mask.bits}&${mask.mask}` : (network?.text ?? '')
}
