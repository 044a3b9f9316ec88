/**
 * Which rule decides a new connection: what the rules and the policies say, read from the same value that the kernel's are
 * printed from. What before.rules and after.rules say beside them is not asked.
 */
import { contains, type Network } from '../../base/address.ts'
import type { AddressList } from '../list/address-list.ts'
import { holds } from '../list/layer.ts'
import { BRIDGES } from './containers.ts'
import type { End, Rule } from './rule.ts'
import type { Policy, Ruleset } from './ruleset.ts'

/** The first packet of a connection. */
export interface Packet {
  readonly path: Rule['path']
  readonly protocol: Rule['protocol']
  /** One address. */
  readonly from: Network
  readonly fromPort: number | undefined
  readonly to: Network
  readonly toPort: number | undefined
  /** undefined: not known; then a rule for some interface is taken not to be for this. */
  readonly inInterface: string | undefined
  readonly outInterface: string | undefined
  /** Of a routed one: what its client asked for, before the host sent it on to another. */
  readonly asked?: Target
}

export interface Target {
  readonly to: Network
  readonly toPort: number | undefined
}

export interface Explained {
  /** `limit` accepts: this is the first packet. */
  readonly verdict: Policy
  /** What decides; `container`: it comes from one; `published`: the policy for what comes in, for a port of a container. */
  readonly by: Rule | 'policy' | 'no IPv6' | 'container' | 'published'
}

export type Asked = Pick<Ruleset, 'rules' | 'policies' | 'ipv6' | 'containers' | 'lists'>

/** @throws Fault `list.damaged`, `file.*` of a list that has to be looked into */
export function explain(ruleset: Asked, packet: Packet): Explained {
  if (packet.from.family === 6 && !ruleset.ipv6) return { verdict: 'drop', by: 'no IPv6' }
  const rule = ruleset.rules.find((one) => matches(one, packet, ruleset.lists))
  if (rule) return { verdict: VERDICTS[rule.action], by: rule }
  return ofContainers(ruleset, packet) ?? { verdict: ruleset.policies[packet.path], by: 'policy' }
}

/** What stands behind the route rules; see containers.ts. */
function ofContainers({ rules, policies, containers, lists }: Asked, packet: Packet): Explained | undefined {
  if (!containers || packet.path !== 'forward') return undefined
  if (isBridge(packet.inInterface)) return { verdict: 'accept', by: 'container' }
  if (!packet.asked || !isBridge(packet.outInterface)) return undefined
  const incoming: Packet = { ...packet, ...packet.asked, path: 'in' }
  const rule = rules.find((one) => matches(one, incoming, lists))
  return rule ? { verdict: VERDICTS[rule.action], by: rule } : { verdict: policies.in, by: 'published' }
}

function isBridge(name: string | undefined): boolean {
  return name !== undefined && BRIDGES.elements!.some((one) => name.startsWith(one.slice(1, -2)))
}

const VERDICTS = { allow: 'accept', limit: 'accept', deny: 'drop', reject: 'reject' } as const

function matches(rule: Rule, packet: Packet, lists: Ruleset['lists']): boolean {
  return (
    rule.path === packet.path &&
    rule.family === packet.from.family &&
    isInterface(rule.inInterface, packet.inInterface) &&
    isInterface(rule.outInterface, packet.outInterface) &&
    isProtocol(rule, packet.protocol) &&
    isEnd(rule.from, packet.from, packet.fromPort) &&
    isEnd(rule.to, packet.to, packet.toPort) &&
    // Asked last: they may have to be read.
    isListed(rule.from, packet.from, lists) &&
    isListed(rule.to, packet.to, lists)
  )
}

function isInterface(wanted: string | undefined, name: string | undefined): boolean {
  if (wanted === undefined) return true
  if (name === undefined) return false
  return wanted.endsWith('+') ? name.startsWith(wanted.slice(0, -1)) : wanted === name
}

function isProtocol({ protocol, from, to }: Rule, wanted: Rule['protocol']): boolean {
  if (protocol !== 'any') return protocol === wanted
  return (from.ports === 'any' && to.ports === 'any') || wanted === 'tcp' || wanted === 'udp'
}

function isListed({ list }: End, address: Network, lists: Ruleset['lists']): boolean {
  if (list === undefined) return true
  const found: AddressList | undefined = lists?.get(list)
  return found !== undefined && holds(found.layers(), address)
}

function isEnd({ network, list, mask, ports }: End, address: Network, port: number | undefined): boolean {
  if (ports !== 'any' && (port === undefined || !hasPort(ports, port))) return false
  if (list !== undefined) return true
  if (mask) return (address.bits & bitsOf(mask.mask)) === bitsOf(mask.bits)
  return network === undefined || contains(network, address)
}

function hasPort(ports: string, port: number): boolean {
  return ports.split(',').some((item) => {
    const [first = 0, last = first] = item.split(':').map(Number)
    return first <= port && port <= last
  })
}

/** Of a mask of IPv4: `255.0.255.0`. */
function bitsOf(text: string): bigint {
  return text.split('.').reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n)
}
