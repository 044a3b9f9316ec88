/** Values by network, found by any address in it: one look-up per family and prefix length in use, however many there are. */
import { type Network, width } from '../base/address.ts'

export interface NetworkMap<Value> {
  set(network: Network, value: Value): void
  delete(network: Network): void
  /** The value of the narrowest network that holds this one. */
  around(network: Network): Value | undefined
  /** Those of all networks that hold it, the narrowest first. */
  allAround(network: Network): Value[]
}

interface Group<Value> {
  readonly family: 4 | 6
  readonly prefix: number
  /** Bits behind the prefix. */
  readonly rest: bigint
  /** By the bits of the prefix. */
  readonly values: Map<bigint, Value>
}

export function networkMap<Value>(): NetworkMap<Value> {
  let groups: readonly Group<Value>[] = []
  const groupOf = ({ family, prefix }: Network) =>
    groups.find((group) => group.family === family && group.prefix === prefix)
  return {
    set(network, value) {
      const { family, prefix, bits } = network
      let group = groupOf(network)
      if (!group) {
        group = { family, prefix, rest: BigInt(width(family) - prefix), values: new Map() }
        groups = [...groups, group].sort((a, b) => b.prefix - a.prefix)
      }
      group.values.set(bits >> group.rest, value)
    },
    delete(network) {
      const group = groupOf(network)
      group?.values.delete(network.bits >> group.rest)
      if (group?.values.size === 0) groups = groups.filter((other) => other !== group)
    },
    around(network) {
      for (const group of groups) {
        const found = valueIn(group, network)
        if (found !== undefined) return found
      }
      return undefined
    },
    allAround: (network) => groups.map((group) => valueIn(group, network)).filter((found) => found !== undefined),
  }
}

function valueIn<Value>({ family, prefix, rest, values }: Group<Value>, network: Network): Value | undefined {
  return family === network.family && prefix <= network.prefix ? values.get(network.bits >> rest) : undefined
}
