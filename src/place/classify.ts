/**
 * Which addresses can be anywhere, told by ourselves: data of places has no record of the others, or a wrong one.
 * Sources: IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890) and the RFCs named below.
 */
import { type Network, parseNetwork } from '../base/address.ts'
import type { Kind } from './place.ts'

export interface Classified {
  readonly kind: Kind
  /** Whose place is asked for: the address, or the IPv4 address that an address of a transition mechanism carries. Only where `public`. */
  readonly whom?: Network
}

/**
 * An IPv4-mapped address is its IPv4 address. So is one of 6to4 and of NAT64, and a Teredo client's, which carry the address
 * that somebody has in the world; where that is not a public one they are `reserved`: no such packet is genuine (RFC 3964, 2).
 */
export function classify(text: string): Classified {
  const network = parseNetwork(text.trim())
  if (!network) return { kind: 'garbage' }
  if (network.family === 4) return kind4(network)
  const carried = carried4(network.bits)
  if (carried === undefined) return kind6(network)
  const inner = parseNetwork(dotted(carried))!
  return kind4(inner).kind === 'public' ? { kind: 'public', whom: inner } : { kind: 'reserved' }
}

function kind4(whom: Network): Classified {
  const bits = Number(whom.bits)
  for (const [start, end, kind] of RANGES4) if (bits >= start && bits <= end) return { kind }
  return { kind: 'public', whom }
}

function kind6(whom: Network): Classified {
  for (const { network, rest, kind } of RANGES6) if (whom.bits >> rest === network) return { kind }
  // 2000::/3 is all that is given out so far (RFC 4291, 2.4).
  return whom.bits >> 125n === 1n ? { kind: 'public', whom } : { kind: 'reserved' }
}

/** The IPv4 address in an address of 6to4 (RFC 3056), NAT64 (RFC 6052) or Teredo (RFC 4380: all its bits turned round). */
function carried4(bits: bigint): number | undefined {
  if (bits >> 112n === 0x2002n) return Number((bits >> 80n) & 0xffffffffn)
  if (bits >> 32n === 0x64ff9bn << 64n) return Number(bits & 0xffffffffn)
  if (bits >> 96n === 0x20010000n) return Number((bits & 0xffffffffn) ^ 0xffffffffn)
  return undefined
}

function dotted(bits: number): string {
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.')
}

type Row = readonly [string, Kind]

/** The first that holds it counts. */
const SPECIAL4: readonly Row[] = [
  ['0.0.0.0/8', 'reserved'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  // Two of them are the anycast addresses of PCP and TURN, which answer nearby.
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  // Relays of 6to4, given back (RFC 7526).
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  // Benchmarks: RFC 2544.
  ['198.18.0.0/15', 'reserved'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  // RFC 6676.
  ['233.252.0.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
]

const SPECIAL6: readonly Row[] = [
  ['::1', 'loopback'],
  // Translation within a site: RFC 8215.
  ['64:ff9b:1::/48', 'private'],
  // ORCHID twice, benchmarks: RFC 4843, 7343, 5180.
  ['2001:10::/28', 'reserved'],
  ['2001:20::/28', 'reserved'],
  ['2001:2::/48', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['3fff::/20', 'documentation'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  // Addresses of a site, given up: RFC 3879.
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
]

const RANGES4 = SPECIAL4.map(([text, kind]) => {
  const { bits, prefix } = parseNetwork(text)!
  return [Number(bits), Number(bits) + 2 ** (32 - prefix) - 1, kind] as const
})

const RANGES6 = SPECIAL6.map(([text, kind]) => {
  const { bits, prefix } = parseNetwork(text)!
  const rest = BigInt(128 - prefix)
  return { network: bits >> rest, rest, kind }
})
