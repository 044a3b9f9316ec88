/**
 * The table `inet rampart_bans` in the kernel, kept equal to the wanted bans: whoever changes them waits until the
 * kernel has the change, and what another program deletes comes back within two seconds.
 */
import { type Network, widen } from '../base/address.ts'
import { asFault, Fault } from '../base/fault.ts'
import type { Clock, EpochMs } from '../world/clock.ts'
import { addressIn } from './ban-set.ts'
import { type BlockChange, changeBans, noBans, type Slot, tidy } from './bans.ts'
import type { Block } from './block.ts'
import { change } from './change.ts'
import { type ElementName, type Heal, Healer } from './healer.ts'
import type { Kernel } from './kernel.ts'
import { BAN_TABLE, countRules, MARKS, printProbe, printRemovedTable } from './nft.ts'
import { Sender } from './sender.ts'

/** What the kernel holds of a ban. */
export interface Held {
  /** Name of the kernel's set. */
  readonly set: string
  readonly network: Network
  /** undefined: for ever. */
  readonly until: EpochMs | undefined
  /** Who wants it; empty for an element that nobody here asked for. */
  readonly owners: readonly string[]
}

export interface BanTableOptions {
  readonly kernel: Kernel
  readonly clock: Clock
  /** Another program deleted bans, or the whole table, and they are back: so many elements were sent again. */
  readonly onHealed?: (event: { readonly cause: string; readonly elements: number }) => void
  /** Bans could not be put back; it will be tried again, after 30 s at the latest. */
  readonly onFault?: (fault: Fault) => void
}

interface Waiting {
  readonly slots: readonly Slot[]
  /** Called with what the kernel refused of all that was sent. */
  readonly settle: (failed: ReadonlyMap<Slot, Fault>) => void
}

export class BanTable {
  readonly #options: BanTableOptions
  readonly #bans = noBans()
  readonly #sender: Sender
  readonly #healer: Healer
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #closed = false

  constructor(options: BanTableOptions) {
    const { kernel, clock } = options
    this.#options = options
    this.#sender = new Sender(kernel, clock, this.#bans)
    const wanted = { count: () => this.#count(), sample: () => this.#sample(), rules: () => this.#rules() }
    this.#healer = new Healer(kernel, clock, wanted, () => this.#turn())
  }

  /**
   * Makes table, sets and chain, and the kernel's bans equal to `blocks`. Bans that are in the kernel already stay in
   * force at every moment. Up to 50,000 go in one transaction, and elements that are not wanted go with it; with more,
   * those stay until their own end. Called once, before anything else.
   * @throws Fault as `Kernel.apply`, `block.*`
   */
  async open(blocks: Iterable<Block>): Promise<void> {
    for (const block of blocks) changeBans(this.#bans, { kind: 'add', block })
    await this.#sender.sendAll('again', await this.#presentSets())
    this.#healer.start()
  }

  /**
   * Resolves when the kernel has all of these changes. What arrives while a transaction runs goes with the next one.
   * @throws Fault the first of what `putEach` tells, `kernel.closed`
   */
  async put(changes: readonly BlockChange[]): Promise<void> {
    for (const fault of (await this.putEach(changes)).values()) throw fault
  }

  /**
   * The same for many, each for itself: when the kernel refuses one, the others are held all the same. Blocks that were
   * refused stay wanted, so that putting them again tries again.
   * @returns why, by the change's index: as `Kernel.apply`, `block.*`; empty where the kernel has all
   * @throws Fault `kernel.closed`
   */
  async putEach(changes: readonly BlockChange[]): Promise<ReadonlyMap<number, Fault>> {
    if (this.#closed) throw new Fault('kernel.closed', 'the ban table is closed already')
    const refused = new Map<number, Fault>()
    const touched = changes.map((change, index) => {
      try {
        return changeBans(this.#bans, change)
      } catch (thrown) {
        refused.set(index, asFault(thrown, 'block.refused'))
        return undefined
      }
    })
    const slots = touched.filter((slot) => slot !== undefined)
    if (slots.length === 0) return refused
    const failed = await new Promise<ReadonlyMap<Slot, Fault>>((settle) => {
      this.#waiting.push({ slots, settle })
      this.#turn()
    })
    if (failed.size === 0) return refused
    for (const [index, slot] of touched.entries()) {
      const fault = slot && failed.get(slot)
      if (fault) refused.set(index, fault)
    }
    return refused
  }

  /**
   * The elements in the kernel that cover this address or network. The cost does not depend on the sets' size.
   * @throws Fault as `Kernel.apply`; `kernel.gone` in the moment when another program has deleted the table
   */
  async holds(network: Network): Promise<readonly Held[]> {
    const places = [...this.#bans.sets.values()]
      .filter(({ set }) => set.family === network.family && set.prefix <= network.prefix)
      .filter(({ set }) => this.#sender.isDeclared(set.name))
      .map(({ set, slots }) => {
        const around = widen(network, set.prefix)
        return { set: set.name, address: addressIn(around), network: around, slot: slots.get(addressIn(around)) }
      })
    const present = places.length === 0 ? [] : await this.#options.kernel.probe(printProbe(places))
    return present.map((index) => {
      const { set, network, slot } = places[index]!
      const until = slot?.sent === Number.POSITIVE_INFINITY ? undefined : slot?.sent
      return { set, network, until, owners: [...(slot?.owners.keys() ?? [])] }
    })
  }

  /**
   * Waits for what was put; with `keep` the bans stay in force until their ends, else the table goes.
   * @throws Fault as `Kernel.apply`
   */
  async close({ keep }: { readonly keep: boolean }): Promise<void> {
    this.#closed = true
    this.#healer.stop()
    while (this.#running) await this.#running
    if (!keep) await this.#options.kernel.apply(printRemovedTable())
  }

  #turn(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (this.#waiting.length > 0 || (!this.#closed && this.#healer.isDue())) this.#turn()
    })
  }

  async #run(): Promise<void> {
    await Promise.resolve() // Puts of the same moment go together.
    const heal = this.#closed ? undefined : this.#healer.take()
    if (heal) await this.#heal(heal)
    const waiting = this.#waiting
    this.#waiting = []
    if (waiting.length > 0) await this.#serve(waiting)
  }

  async #serve(waiting: readonly Waiting[]): Promise<void> {
    const slots = new Set(waiting.flatMap(({ slots }) => slots))
    const steps = change(slots, this.#options.clock.now())
    const { failed, rebuilt } = await this.#sender.send(steps)
    this.#healer.added(steps.length)
    for (const { settle } of waiting) settle(failed)
    for (const slot of slots) tidy(this.#bans, slot)
    if (rebuilt !== undefined) this.#options.onHealed?.({ cause: 'table deleted', elements: rebuilt })
  }

  async #heal(heal: Heal): Promise<void> {
    try {
      const elements =
        heal.kind === 'elements'
          ? await this.#sendAgain(heal.elements)
          : await this.#sender.sendAll(heal.kind === 'retime' ? 'retime' : 'again')
      this.#healer.healed()
      if (heal.cause !== undefined && (heal.kind === 'all' || elements > 0)) {
        this.#options.onHealed?.({ cause: heal.cause, elements })
      }
    } catch (thrown) {
      this.#healer.again(heal)
      this.#options.onFault?.(asFault(thrown, 'kernel.refused'))
    }
  }

  /** Those of the deleted elements that are wanted. */
  async #sendAgain(elements: readonly ElementName[]): Promise<number> {
    const slots = elements.map(({ set, address }) => this.#bans.sets.get(set)?.slots.get(address))
    const steps = change(
      slots.filter((slot) => slot !== undefined),
      this.#options.clock.now(),
      'again',
    )
    const { failed } = await this.#sender.send(steps)
    for (const fault of failed.values()) throw fault
    return steps.length
  }

  async #presentSets(): Promise<string[]> {
    const names: string[] = []
    for (const { set } of await this.#options.kernel.structure()) {
      if (set?.['family'] !== 'inet' || set['table'] !== BAN_TABLE) continue
      const name = String(set['name'])
      // Only what we could have named: the name goes into nft text again.
      if (name !== MARKS && /^[a-z][\w.-]*$/.test(name)) names.push(name)
    }
    return names
  }

  #count(): number {
    let count = 0
    for (const { slots } of this.#bans.sets.values()) count += slots.size
    return count
  }

  #sample(): ElementName[] {
    const soon = this.#options.clock.now() + 10_000
    const sample: ElementName[] = []
    for (const { set, slots } of this.#bans.sets.values()) {
      for (const { address, sent } of slots.values()) {
        if (sent === undefined || sent < soon) continue
        sample.push({ set: set.name, address })
        break
      }
    }
    return sample
  }

  #rules(): number {
    const sets = [...this.#bans.sets.values()].map(({ set }) => set)
    return countRules(sets.filter(({ name }) => this.#sender.isDeclared(name)))
  }
}
