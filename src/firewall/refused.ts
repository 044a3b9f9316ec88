/** What the kernel refused, and why. */
import type { Fault } from '../base/fault.ts'
import type { Elements, Slot } from './bans.ts'

export class Refused {
  readonly #faults = new Map<Elements, Map<number, Fault>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add({ of, id }: Slot, fault: Fault): void {
    const faults = this.#faults.get(of) ?? new Map<number, Fault>()
    this.#faults.set(of, faults)
    if (!faults.has(id)) this.#size++
    faults.set(id, fault)
  }

  countIn(of: Elements): number {
    return this.#faults.get(of)?.size ?? 0
  }

  why({ of, id }: Slot): Fault | undefined {
    return this.#faults.get(of)?.get(id)
  }

  /** One of them, if there is any. */
  first(): Fault | undefined {
    return this.#faults.values().next().value?.values().next().value
  }
}
