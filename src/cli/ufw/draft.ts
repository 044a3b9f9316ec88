/** A Draft: what the clauses of a rule say, before services, profiles and families are looked into. */
import type { End, Protocol } from '../../firewall/rules/rule.ts'

export interface Draft {
  readonly inInterface?: string
  readonly outInterface?: string
  /** undefined: not given. */
  readonly protocol?: Protocol
  readonly from: DraftEnd
  readonly to: DraftEnd
  /** A normalised address is another than the one that was given. */
  readonly changed?: boolean
}

export interface DraftEnd {
  /** undefined: any address. */
  readonly address?: { readonly family: 4 | 6; readonly end: Pick<End, 'network' | 'written' | 'mask'> }
  /** The name of a list, in the place of an address. */
  readonly list?: string
  /** A number, a checked list, or the name of a service; undefined: any. */
  readonly port?: string
  /** As it was given. */
  readonly profile?: string
}

/** Protocols that know no ports. */
const PORTLESS: readonly Protocol[] = ['ah', 'esp', 'gre', 'vrrp', 'ipv6', 'igmp']

const PROTOCOLS: readonly Protocol[] = ['any', 'tcp', 'udp', ...PORTLESS]

export function asProtocol(word: string): Protocol | undefined {
  return PROTOCOLS.find((protocol) => protocol === word)
}

export function isPortless(protocol: Protocol): boolean {
  return PORTLESS.includes(protocol)
}

/** IPv4 alone has them. */
export function isOnly4(protocol: Protocol): boolean {
  return protocol === 'ipv6' || protocol === 'igmp'
}
