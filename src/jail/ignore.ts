/** The list of who is never banned, and the word that says why. */
import { contains, type Network, printNetwork, widen, width } from '../base/address.ts'

export interface Spared {
  readonly network: Network
  /** Completes "is never banned: ..." */
  readonly why: string
}

/** Why an address or network may not be banned, or undefined. A network that holds a spared address is spared too. */
export type IgnoreList = (network: Network) => string | undefined

export function ignoreList(spared: readonly Spared[]): IgnoreList {
  // One look-up per prefix length in use, however long the list.
  const byPrefix = new Map<string, { family: 4 | 6; prefix: number; why: Map<string, string> }>()
  for (const { network, why } of spared) {
    const key = `${network.family}/${network.prefix}`
    const group = byPrefix.get(key) ?? { family: network.family, prefix: network.prefix, why: new Map() }
    group.why.set(printNetwork(network), why)
    byPrefix.set(key, group)
  }
  return (network) => {
    for (const { family, prefix, why } of byPrefix.values()) {
      if (family !== network.family || prefix > network.prefix) continue
      const found = why.get(printNetwork(widen(network, prefix)))
      if (found !== undefined) return found
    }
    if (network.prefix === width(network.family)) return undefined
    return spared.find((one) => contains(network, one.network))?.why
  }
}
