/** A Rule: one sentence of ufw, for one family. `ufw allow 22` makes two, one of an application profile as many as it has lists of ports. */
import { type Network, networkOf } from '../../base/address.ts'

export interface Rule {
  readonly family: 4 | 6
  readonly action: 'allow' | 'deny' | 'reject' | 'limit'
  /** Of a `limit` that has a list of its own; undefined: UFW's, and the list that all of those share. */
  readonly rate?: Rate
  /** `forward`: a route rule. */
  readonly path: 'in' | 'out' | 'forward'
  /** `in on IFACE`; undefined: any. `eth+` means all that begin with eth. */
  readonly inInterface: string | undefined
  /** `out on IFACE`. */
  readonly outInterface: string | undefined
  /** `log`: new connections, `log-all`: every packet. */
  readonly log: 'none' | 'log' | 'log-all'
  readonly protocol: Protocol
  readonly from: End
  readonly to: End
  readonly comment: string | undefined
}

/** So many new connections of one source in so many seconds are let in; the next one is refused. */
export interface Rate {
  readonly connections: number
  readonly seconds: number
}

/** Each connection is a place in a ring of sets (limiter.ts). */
export const MOST_CONNECTIONS = 60
export const MOST_SECONDS = 86_400

/** `10/60s`; undefined for what is none, or none that can be kept. */
export function parseRate(text: string): Rate | undefined {
  const [, connections, seconds] = /^([1-9]\d?)\/([1-9]\d{0,4})s$/.exec(text)?.map(Number) ?? []
  if (connections === undefined || seconds === undefined) return undefined
  return connections >= 2 && connections <= MOST_CONNECTIONS && seconds <= MOST_SECONDS
    ? { connections, seconds }
    : undefined
}

export function printRate({ connections, seconds }: Rate): string {
  return `${connections}/${seconds}s`
}

/** `any` with a port means tcp and udp. */
export type Protocol = 'any' | 'tcp' | 'udp' | 'ah' | 'esp' | 'gre' | 'vrrp' | 'ipv6' | 'igmp'

/** Source: IANA's protocol numbers. nft has names for some only. */
export const PROTOCOL_NUMBERS: Readonly<Record<Exclude<Protocol, 'any'>, number>> = {
  igmp: 2,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  vrrp: 112,
}

/** One side of a rule. */
export interface End {
  /** undefined: any address of the family. */
  readonly network: Network | undefined
  /**
   * The address as UFW keeps it, where that is another text than the network's: `2001:db8::1/64` (host bits of IPv6 stay),
   * `10.0.0.0/024`, `::ffff:192.0.2.1`. Two rules with other texts are two rules.
   */
  readonly written?: string
  /** An IPv4 mask that is no prefix, `255.0.255.0`: of `network`, only those with these `bits` under it are meant. */
  readonly mask?: { readonly bits: string; readonly mask: string }
  /** The name of a list: any address of the family that it holds is meant, and `network` only stands for it in UFW's files. */
  readonly list?: string
  /** As UFW keeps it: `any`, `22`, `80,443`, `6000:6007`, sorted and separated by commas. */
  readonly ports: string
  /** The application profile that the ports came from. */
  readonly profile: string | undefined
}

export const ANYWHERE: End = { network: undefined, ports: 'any', profile: undefined }

/** The addresses of one side as a sentence names them: any address is `0.0.0.0/0` or `::/0`, a list `list:NAME`. */
export function addressText(end: End, family: 4 | 6): string {
  return end.list === undefined ? fileAddress(end, family) : `${LIST}${end.list}`
}

/** Begins the name of a list in a sentence. */
export const LIST = 'list:'

/** The same as UFW's files have it. */
export function fileAddress(end: End, family: 4 | 6): string {
  return end.written ?? end.network?.text ?? (family === 4 ? '0.0.0.0/0' : '::/0')
}

/**
 * What stands for a list in UFW's files, where it has no word for it: an address that no packet has (240.0.0.0/5 is reserved, 100::/64
 * discarded, RFC 6666), always the same for a name. (docs/decisions/012-address-lists.md)
 */
export function listEnd(name: string, family: 4 | 6): Pick<End, 'network' | 'list'> {
  const hash = hash64(name)
  const network =
    family === 4 ? networkOf(4, 0xf0000000n | (hash >> 37n), 32) : networkOf(6, (0x100n << 112n) | hash, 128)
  return { network, list: name }
}

/** FNV-1a of 64 bits. */
export function hash64(text: string): bigint {
  let value = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n)
  return value
}
