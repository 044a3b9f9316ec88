/**
 * Values by jail and network. Two look-ups instead of one with a joined key: a storm of bans would make a million of those,
 * each a string to build, to hash and to throw away.
 */
import { type Network, printNetwork } from '../base/address.ts'

export interface Named {
  readonly jail: string
  readonly network: Network
}

export class ByNetwork<V> {
  readonly #jails = new Map<string, Map<string, V>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  sizeOf(jail: string): number {
    return this.#jails.get(jail)?.size ?? 0
  }

  has({ jail, network }: Named): boolean {
    return this.#jails.get(jail)?.has(printNetwork(network)) ?? false
  }

  get({ jail, network }: Named): V | undefined {
    return this.#jails.get(jail)?.get(printNetwork(network))
  }

  set({ jail, network }: Named, value: V): void {
    let values = this.#jails.get(jail)
    if (!values) {
      values = new Map()
      this.#jails.set(jail, values)
    }
    const before = values.size
    values.set(printNetwork(network), value)
    this.#size += values.size - before
  }

  delete({ jail, network }: Named): boolean {
    const deleted = this.#jails.get(jail)?.delete(printNetwork(network)) ?? false
    if (deleted) this.#size--
    return deleted
  }

  /** One of them, if there is any. */
  first(): V | undefined {
    for (const values of this.#jails.values()) for (const value of values.values()) return value
    return undefined
  }

  values(): V[] {
    return [...this.#jails.values()].flatMap((values) => [...values.values()])
  }
}
