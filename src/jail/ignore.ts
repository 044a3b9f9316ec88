/** The list of who is never banned, and the word that says why. */
import { contains, type Network, width } from '../base/address.ts'

export interface Spared {
  readonly network: Network
  /** Completes "is never banned: ..." */
  readonly why: string
}

/** Why an address or network may not be banned, or undefined. A network that holds a spared address is spared too. */
export type IgnoreList = (network: Network) => string | undefined

export function ignoreList(spared: readonly Spared[]): IgnoreList {
  // One look-up per prefix length in use, however long the list. By bits, since this is asked for every failure.
  const byPrefix = new Map<string, Group>()
  for (const { network, why } of spared) {
    const { family, prefix } = network
    const key = `${family}/${prefix}`
    const group = byPrefix.get(key) ?? { family, prefix, rest: BigInt(width(family) - prefix), why: new Map() }
    group.why.set(network.bits >> group.rest, why)
    byPrefix.set(key, group)
  }
  const groups = [...byPrefix.values()]
  return (network) => {
    for (const { family, prefix, rest, why } of groups) {
      if (family !== network.family || prefix > network.prefix) continue
      const found = why.get(network.bits >> rest)
      if (found !== undefined) return found
    }
    if (network.prefix === width(network.family)) return undefined
    return spared.find((one) => contains(network, one.network))?.why
  }
}

/** The spared networks of one prefix length. */
interface Group {
  readonly family: 4 | 6
  readonly prefix: number
  /** Bits behind the prefix. */
  readonly rest: bigint
  /** By the bits of the prefix. */
  readonly why: Map<bigint, string>
}
