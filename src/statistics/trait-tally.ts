/** Adds up what bans asked for. A ban counts once for each value, and so does an address. */
import type { CountedUnit } from '../store/statistics/counts.ts'
import type { Group } from './places.ts'

export interface TraitGroups {
  readonly groups: readonly Group[]
  /** Bans or addresses of which the history does not tell. */
  readonly unknown: number
}

/** As text, or as a number that stands for it. */
export type Address = string | number

export interface TraitTally {
  /** @param values of one ban, each once */
  add(values: readonly string[], address: Address): void
  end(): TraitGroups
}

export function traitTally(unit: CountedUnit): TraitTally {
  return unit === 'ips' ? new AddressTally() : new BanTally()
}

class BanTally implements TraitTally {
  readonly #counts = new Map<string, number>()
  #without = 0

  add(values: readonly string[]): void {
    if (values.length === 0) this.#without++
    for (const value of values) this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
  }

  end(): TraitGroups {
    return { groups: [...this.#counts].map(([key, count]) => ({ key, label: key, count })), unknown: this.#without }
  }
}

class AddressTally implements TraitTally {
  readonly #addresses = new Map<string, Set<Address>>()
  readonly #without = new Set<Address>()

  add(values: readonly string[], address: Address): void {
    if (values.length === 0) this.#without.add(address)
    for (const value of values) {
      const seen = this.#addresses.get(value)
      if (seen) seen.add(address)
      else this.#addresses.set(value, new Set([address]))
    }
  }

  /** One whose bans tell in part is known. */
  end(): TraitGroups {
    if (this.#without.size > 0) {
      for (const addresses of this.#addresses.values()) for (const address of addresses) this.#without.delete(address)
    }
    return {
      groups: [...this.#addresses].map(([key, { size }]) => ({ key, label: key, count: size })),
      unknown: this.#without.size,
    }
  }
}
