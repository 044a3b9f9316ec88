/** Brings steps to the kernel in transactions, and finds out which of them it refuses. */
import { asFault, type Fault } from '../base/fault.ts'
import type { Clock } from '../world/clock.ts'
import type { BanSet } from './ban-set.ts'
import { type Bans, type Slot, slotsOf } from './bans.ts'
import { change, type Extent, type Step, taken } from './change.ts'
import type { Kernel } from './kernel.ts'
import { printAddedSet, printFlushedSet, printRemovedTable, printSteps, printStructure } from './nft.ts'

export interface Sent {
  /** What the kernel refused; all else it has. */
  readonly failed: ReadonlyMap<Slot, Fault>
  /** If the table was gone and all was sent again: how many elements. */
  readonly rebuilt: number | undefined
}

/** Elements in one transaction: with more, each costs the kernel more, and nft more memory (25 MB at 50,000). */
const MAX_CHUNK = 50_000
const MIN_CHUNK = 100

/** Faults that may go away with fewer elements, or lie in one of them. */
const SPLITTABLE: readonly string[] = ['kernel.refused', 'kernel.full', 'kernel.large']

export class Sender {
  readonly #kernel: Kernel
  readonly #clock: Clock
  readonly #bans: Bans
  readonly #declared = new Set<string>()
  /** Less in a container, whose sockets may hold less. */
  #chunk = MAX_CHUNK

  constructor(kernel: Kernel, clock: Clock, bans: Bans) {
    this.#kernel = kernel
    this.#clock = clock
    this.#bans = bans
  }

  isDeclared(set: string): boolean {
    return this.#declared.has(set)
  }

  async send(steps: readonly Step[]): Promise<Sent> {
    const failed = new Map<Slot, Fault>()
    for (let start = 0; start < steps.length; ) {
      const chunk = steps.slice(start, start + this.#chunk)
      start += chunk.length
      const gone = await this.#sendChunk(chunk, failed)
      if (gone) return this.#rebuild(steps, gone)
    }
    return { failed, rebuilt: undefined }
  }

  /**
   * Structure and every element. With `present`, the sets that the kernel has: those that nobody wants go, and if all
   * elements fit into one transaction, so do elements that nobody wants. Gives the number of elements.
   * @throws Fault as `Kernel.apply`
   */
  async sendAll(extent: Extent, present: readonly string[] = []): Promise<number> {
    const sets = [...this.#bans.sets.values()].map(({ set }) => set)
    const names = new Set(sets.map(({ name }) => name))
    const structure = printStructure(
      sets,
      present.filter((name) => !names.has(name)),
    )
    const steps = change(slotsOf(this.#bans), this.#clock.now(), extent)
    const flushed = steps.length <= this.#chunk ? present.filter((name) => names.has(name)).map(printFlushedSet) : []
    const first = await this.#sendStructure(structure, flushed, steps.slice(0, this.#chunk))
    this.#declared.clear()
    for (const name of names) this.#declared.add(name)
    const failed = new Map<Slot, Fault>()
    for (let start = first; start < steps.length; ) {
      const chunk = steps.slice(start, start + this.#chunk)
      start += chunk.length
      const gone = await this.#sendChunk(chunk, failed)
      if (gone) throw gone
    }
    for (const fault of failed.values()) throw fault
    return steps.length
  }

  /** How many of the steps went with it: all or none. */
  async #sendStructure(structure: readonly string[], flushed: readonly string[], steps: readonly Step[]) {
    try {
      await this.#kernel.apply([...structure, ...flushed, ...printSteps(steps, this.#clock.now())])
      taken(steps)
      return steps.length
    } catch (thrown) {
      if (!SPLITTABLE.includes(codeOf(thrown))) throw thrown
      if (codeOf(thrown) === 'kernel.large') this.#shrink(steps.length)
    }
    try {
      await this.#kernel.apply(structure)
    } catch (thrown) {
      if (codeOf(thrown) !== 'kernel.refused') throw thrown
      // Another version's table, with another idea of our chain, stands in the way.
      await this.#kernel.apply([...printRemovedTable(), ...structure])
    }
    return 0
  }

  /** Halves what is refused until the element at fault stands alone. Gives the Fault if a set or the table is gone. */
  async #sendChunk(steps: readonly Step[], failed: Map<Slot, Fault>): Promise<Fault | undefined> {
    if (steps.length === 0) return undefined
    try {
      await this.#apply(steps)
      return undefined
    } catch (thrown) {
      const fault = asFault(thrown, 'kernel.refused')
      if (fault.code === 'kernel.gone') return fault
      if (steps.length === 1 || !SPLITTABLE.includes(fault.code)) {
        for (const { slot } of steps) failed.set(slot, fault)
        return undefined
      }
      if (fault.code === 'kernel.large') this.#shrink(steps.length)
      const middle = Math.ceil(steps.length / 2)
      return (
        (await this.#sendChunk(steps.slice(0, middle), failed)) ?? (await this.#sendChunk(steps.slice(middle), failed))
      )
    }
  }

  async #apply(steps: readonly Step[]): Promise<void> {
    const added = this.#undeclared(steps)
    await this.#kernel.apply([...added.flatMap(printAddedSet), ...printSteps(steps, this.#clock.now())])
    for (const { name } of added) this.#declared.add(name)
    taken(steps)
  }

  /** Sets that these steps are the first to need. */
  #undeclared(steps: readonly Step[]): BanSet[] {
    const sets = new Set(steps.map(({ slot }) => slot.set))
    return [...sets].filter(({ name }) => !this.#declared.has(name))
  }

  async #rebuild(steps: readonly Step[], gone: Fault): Promise<Sent> {
    try {
      return { failed: new Map(), rebuilt: await this.sendAll('again') }
    } catch {
      const lacking = change(new Set(steps.map(({ slot }) => slot)), this.#clock.now())
      return { failed: new Map(lacking.map(({ slot }) => [slot, gone])), rebuilt: undefined }
    }
  }

  #shrink(refused: number): void {
    this.#chunk = Math.max(MIN_CHUNK, Math.floor(refused / 2))
  }
}

function codeOf(thrown: unknown): string {
  return asFault(thrown, 'kernel.refused').code
}
