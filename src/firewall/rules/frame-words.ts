/**
 * What the frame's statements say of the first packet of a connection: the words that the frame is compiled to (config/ufw/frame),
 * read again. Whoever asks for what no packet alone tells (a mark, a list, chance) is not known here.
 */
import { contains, type Network, parseAddress, parseNetwork } from '../../base/address.ts'
import type { Packet } from './explain.ts'

/** The packet on its way: what the tables before may have rewritten. */
export interface OnItsWay extends Packet {
  /** undefined: of no protocol that is known by number. */
  readonly number: number | undefined
  /** `new`, unless the table raw took it out of what is tracked. */
  readonly state: 'new' | 'untracked'
}

export interface Said {
  /** Whether all that it asks is so; undefined: not known. */
  readonly isSo: boolean | undefined
  /** It goes by what was before, or by chance: the next packet may meet with something else. */
  readonly isFleeting: boolean
  /** What it does then: `drop`, `jump NAME`, `redirect to :80`; empty: nothing that matters here. */
  readonly does: string
}

/** @param rule one of a FrameChain's */
export function readRule(rule: string, packet: OnItsWay): Said {
  let isSo: boolean | undefined = true
  let isFleeting = false
  let rest = rule
  while (
    rest !== '' &&
    !/^(accept|drop|return|reject|jump|goto|redirect|dnat|snat|masquerade|queue|notrack|synproxy)\b/.test(rest)
  ) {
    const word = WORDS.map(({ form, ask }) => ({ found: form.exec(rest), ask })).find(({ found }) => found !== null)
    if (!word) return { isSo: isSo === false ? isSo : undefined, isFleeting, does: verdictIn(rest) }
    const answer = word.ask(word.found!, packet)
    const isCounting = /^(limit|update|add|numgen|quota|ct count)\b/.test(rest)
    if (answer === false && !isCounting) return { isSo: false, isFleeting: false, does: '' }
    if (answer === false) isSo = false
    if (answer === undefined && isSo) isSo = undefined
    isFleeting ||= isCounting
    rest = rest.slice(word.found![0].length)
  }
  return { isSo, isFleeting, does: rest }
}

function verdictIn(rest: string): string {
  return /(?:^| )((?:accept|drop|return|reject|jump|goto|redirect|dnat)\b.*)$/.exec(rest)?.[1] ?? ''
}

interface Word {
  readonly form: RegExp
  readonly ask: (found: RegExpExecArray, packet: OnItsWay) => boolean | undefined
}

const SYN = 2
const MULTICAST = [parseNetwork('224.0.0.0/4')!, parseNetwork('ff00::/8')!]

const WORDS: readonly Word[] = [
  {
    form: /^meta l4proto (!= )?(\{[^}]*\}|\d+) ?/,
    ask: ([, not, list], { number }) => (number === undefined ? undefined : isIn(list!, number) !== Boolean(not)),
  },
  {
    form: /^(?:tcp|udp|th|sctp|dccp|udplite) ([sd])port (!= )?(\{[^}]*\}|[\d-]+) ?/,
    ask: ([, side, not, list], packet) => {
      const port = side === 's' ? packet.fromPort : packet.toPort
      return port === undefined ? undefined : isIn(list!, port) !== Boolean(not)
    },
  },
  {
    form: /^ip6? ([sd])addr (!= )?(\{[^}]*\}|[\da-f.:/-]+) ?/,
    ask: ([, side, not, list], packet) => isAmong(list!, endOf(packet, side!)) !== Boolean(not),
  },
  {
    form: /^ip6? ([sd])addr & (\S+) (==|!=) (\S+) ?/,
    ask: ([, side, mask, sign, bits], packet) => {
      const under = endOf(packet, side!).bits & parseAddress(mask!)!.bits
      return (under === parseAddress(bits!)!.bits) === (sign === '==')
    },
  },
  {
    form: /^(i|o)ifname (!= )?"([^"]*)" ?/,
    ask: ([, side, not, name], packet) => {
      const own = side === 'i' ? packet.inInterface : packet.outInterface
      // Not known: not one that a rule names.
      const isIt = own !== undefined && (name!.endsWith('*') ? own.startsWith(name!.slice(0, -1)) : own === name)
      return isIt !== Boolean(not)
    },
  },
  { form: /^ct state & \(([a-z| ]+)\) == 0 ?/, ask: ([, list], { state }) => !list!.split(' | ').includes(state) },
  { form: /^ct state ([a-z,]+) ?/, ask: ([, list], { state }) => list!.split(',').includes(state) },
  { form: /^ct direction (original|reply) ?/, ask: ([, word], { state }) => state === 'new' && word === 'original' },
  {
    form: /^fib ([sd])addr(?: \. [io]if)? type (\{[^}]*\}|\w+) ?/,
    ask: ([, side, list], packet) => {
      const type = typeOf(packet, side!)
      return type === undefined ? undefined : list!.split(/[^a-z]+/).includes(type)
    },
  },
  {
    form: /^tcp flags & 0x([\da-f]+) (==|!=) 0x([\da-f]+) ?/,
    ask: ([, mask, sign, set], { number }) =>
      number === 6 && ((SYN & Number.parseInt(mask!, 16)) === Number.parseInt(set!, 16)) === (sign === '=='),
  },
  {
    form: /^icmp(?:v6)? (?:type|code)[^a-z]*(?:icmp(?:v6)? code[^a-z]*)?/,
    ask: (_, { number }) => (number === 1 || number === 58 ? undefined : false),
  },
  // The first packet is below every limit.
  { form: /^limit rate (over )?\S+ burst \d+ packets ?/, ask: ([, over]) => !over },
  { form: /^(?:update|add) @\S+ \{[^}]*\b(?:limit rate|ct count) (over )?[^}]*\} ?/, ask: ([, over]) => !over },
  { form: /^ct count (over )?\d+ ?/, ask: ([, over]) => !over },
  { form: /^(?:update|add|delete) @\S+ \{[^}]*\} ?/, ask: () => true },
  // Nobody is in a list yet.
  { form: /^ip6? [sd]addr(?: & \S+)? @\S+ ?/, ask: () => undefined },
  {
    form: /^log(?: prefix "[^"]*")?(?: (?:level|flags|group|snaplen|queue-threshold) (?:tcp |ip )?[\w,]+)* ?/,
    ask: () => true,
  },
  { form: /^(?:meta|ct) (?:mark|priority|nftrace|zone) set [^"]*$/, ask: () => true },
]

function endOf(packet: Packet, side: string): Network {
  return side === 's' ? packet.from : packet.to
}

/** Numbers and ranges of them. */
function isIn(list: string, number: number): boolean {
  return members(list).some((word) => {
    const [from, to = from] = word.split('-').map(Number)
    return number >= from! && number <= to!
  })
}

function isAmong(list: string, host: Network): boolean {
  return members(list).some((word) => {
    const [from, to] = word.split('-').map((each) => parseNetwork(each))
    if (from && to) return host.bits >= from.bits && host.bits <= to.bits
    return from !== undefined && contains(from, host)
  })
}

function members(list: string): string[] {
  return list
    .replace(/[{}]/g, '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

/** What the routes would say of an address; undefined: it takes the routes to know. */
function typeOf(packet: Packet, side: string): string | undefined {
  const address = endOf(packet, side)
  if (MULTICAST.some((network) => contains(network, address))) return 'multicast'
  if (address.text === '255.255.255.255') return 'broadcast'
  if (side === 's') return packet.path === 'out' ? 'local' : 'unicast'
  // What comes to this host is for it, or for all on its network.
  if (packet.path === 'in') return /\.255$/.test(address.text) ? undefined : 'local'
  return 'unicast'
}
