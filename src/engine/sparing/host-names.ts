/**
 * The addresses of names that the admin wrote into files: looked up again in the background, so that nothing ever waits for
 * a name server. A name keeps its addresses while it cannot be looked up.
 */
import { type Network, parseAddress, printNetwork } from '../../base/address.ts'
import type { Names } from '../../world/world.ts'

export interface Wanted {
  readonly name: string
  /** It stands for one of many each time: those of before still count. */
  readonly isPool: boolean
}

/** Questions at once. */
const AT_ONCE = 8
/** Addresses kept of one name. */
const MAX_ADDRESSES = 64

export class HostNames {
  readonly #names: Pick<Names, 'addresses'>
  readonly #known = new Map<string, readonly Network[]>()

  constructor(names: Pick<Names, 'addresses'>) {
    this.#names = names
  }

  /** None if it has none, or was not looked up yet. */
  addresses(name: string): readonly Network[] {
    return this.#known.get(name) ?? []
  }

  /** Looks these up. Never rejects. */
  async lookUp(wanted: readonly Wanted[], timeoutMs: number): Promise<void> {
    const waiting = wanted.values()
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(waiting, timeoutMs)))
  }

  /** Forgets all but these. */
  retain(wanted: readonly Wanted[]): void {
    const names = new Set(wanted.map(({ name }) => name))
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name)
  }

  async #work(waiting: Iterator<Wanted>, timeoutMs: number): Promise<void> {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const { name, isPool } = next.value
      const texts = parseAddress(name) ? [name] : await this.#names.addresses(name, timeoutMs)
      const found = texts.flatMap((text) => parseAddress(text) ?? [])
      if (found.length > 0) this.#known.set(name, unique([...found, ...(isPool ? this.addresses(name) : [])]))
    }
  }
}

function unique(networks: readonly Network[]): Network[] {
  return [...new Map(networks.map((network) => [printNetwork(network), network])).values()].slice(0, MAX_ADDRESSES)
}
