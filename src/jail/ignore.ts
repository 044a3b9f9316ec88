/** The list of who is never banned, and the word that says why. */
import { contains, type Network, networkOf, width } from '../base/address.ts'

export interface Spared {
  readonly network: Network
  /** Completes "is never banned: ..." */
  readonly why: string
}

/** Why an address or network may not be banned, or undefined. A network that holds a spared address is spared too. */
export type IgnoreList = (network: Network) => string | undefined

/** One that can grow: 100,000 networks take 5 MB, and a question about them as many look-ups as there are prefix lengths. */
export interface IgnoreTable {
  readonly size: number
  readonly why: IgnoreList
  /** Of the same network the last word holds. */
  add(network: Network, why: string): void
}

export function ignoreList(spared: readonly Spared[]): IgnoreList {
  const table = ignoreTable()
  for (const { network, why } of spared) table.add(network, why)
  return table.why
}

export function ignoreTable(): IgnoreTable {
  const groups = { 4: [] as Group<number>[], 6: [] as Group<bigint>[] }
  return {
    get size() {
      return [...groups[4], ...groups[6]].reduce((sum, { why }) => sum + why.size, 0)
    },
    add({ family, prefix, bits }, why) {
      if (family === 4) groupOf(groups[4], prefix).why.set(key4(Number(bits), prefix), why)
      else groupOf(groups[6], prefix).why.set(key6(bits, prefix), why)
    },
    why(network) {
      const found = network.family === 4 ? around4(groups[4], network) : around6(groups[6], network)
      return found ?? (network.prefix === width(network.family) ? undefined : inside(groups[network.family], network))
    },
  }
}

/** The spared networks of one prefix length, by the bits of their prefix. */
interface Group<Key> {
  readonly prefix: number
  readonly why: Map<Key, string>
}

function groupOf<Key>(groups: Group<Key>[], prefix: number): Group<Key> {
  const known = groups.find((group) => group.prefix === prefix)
  if (known) return known
  const group = { prefix, why: new Map<Key, string>() }
  groups.push(group)
  // The narrowest says it best.
  groups.sort((a, b) => b.prefix - a.prefix)
  return group
}

/** Of 32 bits with a sign: such numbers take no room of their own. */
function key4(bits: number, prefix: number): number {
  return prefix === 0 ? 0 : bits >> (32 - prefix)
}

function key6(bits: bigint, prefix: number): bigint {
  return bits >> BigInt(128 - prefix)
}

/** Asked for every failure: nothing here allocates. */
function around4(groups: readonly Group<number>[], network: Network): string | undefined {
  const bits = Number(network.bits)
  for (const { prefix, why } of groups) {
    if (prefix > network.prefix) continue
    const found = why.get(key4(bits, prefix))
    if (found !== undefined) return found
  }
  return undefined
}

function around6(groups: readonly Group<bigint>[], network: Network): string | undefined {
  for (const { prefix, why } of groups) {
    if (prefix > network.prefix) continue
    const found = why.get(key6(network.bits, prefix))
    if (found !== undefined) return found
  }
  return undefined
}

/** Whom a network holds: rarely asked, so each is looked at. */
function inside(groups: readonly Group<number | bigint>[], network: Network): string | undefined {
  const { family } = network
  for (const { prefix, why } of groups) {
    if (prefix <= network.prefix) continue
    for (const [key, word] of why) {
      const bits = BigInt.asUintN(prefix, BigInt(key)) << BigInt(width(family) - prefix)
      if (contains(network, networkOf(family, bits, prefix))) return word
    }
  }
  return undefined
}
