/**
 * Prints the bans as nft text. Nothing from outside gets in: names come from `banSet`, addresses from `printNetwork`,
 * all else is a number. (nft would ask the name service for anything in an element that is no address.)
 */
import { networkOf, printNetwork, width } from '../base/address.ts'
import type { PortSet } from '../base/ports.ts'
import type { EpochMs } from '../world/clock.ts'
import { type BanSet, MAX_ELEMENTS } from './ban-set.ts'
import type { End } from './bans.ts'
import type { Step } from './change.ts'

/** The table of the bans. The rules have their own: a rule change never touches a ban. */
export const BAN_TABLE = 'rampart_bans'
const TABLE = `inet ${BAN_TABLE}`
const CHAIN = `${TABLE} bans`
/** Where `reject` goes. One rule for each set: `nft monitor` 1.0.6 forgets a set when two rules that use it go. */
const REFUSE = { reject: 'refuse', unreachable: 'unreachable' } as const

/**
 * Before the raw table (-300), hence before connection tracking (-200) and DNAT (-100): an open connection dies with
 * the ban, the port is the one that the client asked for, forwarded traffic is covered, a banned packet costs no entry
 * in the connection table, and no other program's accept can come first. After defragmentation (-400), so that ports
 * can be seen in fragments.
 */
const PRIORITY = -310

/**
 * Table, sets, chain and all its rules: makes them, or makes them so again; elements stay. The bans are in force at
 * every moment, since one transaction holds it all. `leftover` are names of sets that no rule uses any more.
 * @param mark `beginAll` if every element is sent with it and after it
 */
export function printStructure(
  sets: readonly BanSet[],
  { leftover = [], flushed = [], mark = 'beginAll' }: Around = {},
): string[] {
  return [
    `add table ${TABLE}`,
    `add set ${TABLE} ${MARKS} { type mark; size 16; }`,
    ...printMark(MARK[mark]),
    ...sets.map(printSet),
    `add chain ${CHAIN} { type filter hook prerouting priority ${PRIORITY}; policy accept; }`,
    `flush chain ${CHAIN}`,
    ...Object.values(REFUSE).flatMap((name) => [`add chain ${TABLE} ${name}`, `flush chain ${TABLE} ${name}`]),
    `add rule ${TABLE} ${REFUSE.reject} meta l4proto tcp reject with tcp reset`,
    // An open connection is cut all the same.
    `add rule ${TABLE} ${REFUSE.unreachable} tcp flags & (fin | syn | rst | ack) != syn reject with tcp reset`,
    ...Object.values(REFUSE).map((name) => `add rule ${TABLE} ${name} reject with icmpx port-unreachable`),
    `add rule ${CHAIN} iif lo accept`,
    // A neighbour's solicitation comes from its global address (RFC 4861 7.2.2): without an answer to it the ban of one
    // neighbour would cut replies to it, and a banned /64 of ours the router. Hop limit 255: it has crossed no router.
    `add rule ${CHAIN} icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept`,
    ...sets.map(printRule),
    ...leftover.map((name) => `delete set ${TABLE} ${name}`),
    ...flushed.map(printFlushedSet),
    ...printMark(MARK.end),
  ]
}

interface Around {
  /** Sets that go. */
  readonly leftover?: readonly string[]
  /** Sets of which every element goes. */
  readonly flushed?: readonly string[]
  readonly mark?: 'begin' | 'beginAll'
}

/** One more set and its rules, in a table that stands. */
export function printAddedSet(set: BanSet): string[] {
  return [printSet(set), printRule(set)]
}

/** How many rules `printStructure` makes. */
export function countRules(sets: readonly BanSet[]): number {
  return 6 + sets.length
}

export function printRemovedTable(): string[] {
  // `add` first: deleting what is not there would be refused.
  return [`add table ${TABLE}`, `delete table ${TABLE}`]
}

function printFlushedSet(name: string): string {
  return `flush set ${TABLE} ${name}`
}

/** Every element of these sets goes. */
export function printEmptied(sets: readonly BanSet[]): string[] {
  return [...printMark(MARK.begin), ...sets.map(({ name }) => printFlushedSet(name)), ...printMark(MARK.end)]
}

/**
 * Elements with the time that remains to them at `now`. A removal adds first, because the kernel may have let the
 * element expire, and deleting what is not there would be refused. A new end is add, delete, add: kernels before 6.13
 * do not move the end of an element that is there.
 */
export function printSteps(steps: readonly Step[], now: EpochMs): string[] {
  const lines: string[] = []
  for (const [name, group] of groups(steps)) {
    const present: string[] = []
    const deleted: string[] = []
    const retimed: string[] = []
    for (const { kind, slot, end } of group) {
      if (end === undefined) present.push(`${slot.address} timeout 9s`)
      else (kind === 'add' ? present : retimed).push(slot.address + printTimeout(end, now))
      if (kind !== 'add') deleted.push(slot.address)
    }
    present.push(...retimed)
    for (const [verb, elements] of [
      ['add', present],
      ['delete', deleted],
      ['add', retimed],
    ] as const) {
      if (elements.length > 0) lines.push(`${verb} element ${TABLE} ${name} { ${elements.join(', ')} }`)
    }
  }
  if (!lines.some((line) => line.startsWith('delete'))) return lines
  return [...printMark(MARK.begin), ...lines, ...printMark(MARK.end)]
}

/**
 * An element goes, in whatever state it is.
 * @param next it stays until another end
 */
export function printRelease(
  { name }: BanSet,
  address: string,
  next?: { readonly end: End; readonly now: EpochMs },
): string[] {
  const set = `element ${TABLE} ${name}`
  const gone = [`add ${set} { ${address} timeout 9s }`, `delete ${set} { ${address} }`]
  return next ? [...gone, `add ${set} { ${address}${printTimeout(next.end, next.now)} }`] : gone
}

/** One line for each element: which of them would be new? For `Kernel.probe`. */
export function printProbe(elements: readonly { readonly set: string; readonly address: string }[]): string[] {
  return elements.map(({ set, address }) => `create element ${TABLE} ${set} { ${address} }`)
}

/** A set whose elements come and go within one transaction, so that our own deletions can be told in `nft monitor`. */
export const MARKS = 'marks'
/** `begin` and `end` enclose a transaction of ours that deletes, `hello` asks whether the monitor listens. */
export const MARK = { begin: 1, end: 2, hello: 3, beginAll: 4 } as const

export function printMark(mark: number): string[] {
  return ['add', 'delete'].map((verb) => `${verb} element ${TABLE} ${MARKS} { ${mark} }`)
}

function printSet({ name, family }: BanSet): string {
  return `add set ${TABLE} ${name} { type ipv${family}_addr; size ${MAX_ELEMENTS}; flags timeout; }`
}

function printRule(set: BanSet): string {
  const { protocol, ports, verdict } = set.scope
  const match = `${printMatch(protocol, ports)} ${printSource(set)} @${set.name}`.trim()
  return `add rule ${CHAIN} ${match} ${verdict === 'drop' ? 'drop' : `goto ${REFUSE[verdict]}`}`
}

function printSource({ family, prefix }: BanSet): string {
  const field = family === 4 ? 'ip saddr' : 'ip6 saddr'
  const bits = width(family)
  if (prefix === bits) return field
  const mask = ((1n << BigInt(prefix)) - 1n) << BigInt(bits - prefix)
  return `${field} & ${printNetwork(networkOf(family, mask, bits))}`
}

function printMatch(protocol: 'tcp' | 'udp' | 'all', ports: PortSet): string {
  if (ports === 'all') return protocol === 'all' ? '' : `meta l4proto ${protocol}`
  const list = ports.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
  // The protocols whose destination port stands where TCP's does.
  const head = protocol === 'all' ? 'meta l4proto { tcp, udp, udplite, sctp, dccp } th' : protocol
  return `${head} dport { ${list} }`
}

/** nft reads at most eight digits of a unit, and no more than 99,999 days: what lasts longer has no end. */
function printTimeout(end: End, now: EpochMs): string {
  const rest = Math.max(1, Math.ceil(end - now))
  const days = Math.floor(rest / 86_400_000)
  if (!(days <= 99_999)) return ''
  return ` timeout ${days}d${Math.floor(rest / 1000) % 86_400}s${rest % 1000}ms`
}

function groups(steps: readonly Step[]): Map<string, Step[]> {
  const result = new Map<string, Step[]>()
  for (const step of steps) {
    const { name } = step.slot.of.set
    const group = result.get(name)
    if (group) group.push(step)
    else result.set(name, [step])
  }
  return result
}
