/**
 * The table `inet rampart_bans` in the kernel, kept equal to the wanted bans: whoever changes them waits until the
 * kernel has the change, and what another program deletes comes back within two seconds.
 */
import { type Network, widen } from '../base/address.ts'
import { asFault, Fault } from '../base/fault.ts'
import type { Clock, EpochMs } from '../world/clock.ts'
import { addressIn, setNamed } from './ban-set.ts'
import {
  type BlockChange,
  changeBans,
  countOf,
  type Elements,
  find,
  holdSet,
  isSent,
  noBans,
  ownersOf,
  type Slot,
  sentOf,
  slotAt,
  slotsOf,
  tidy,
} from './bans.ts'
import type { Block, Scope } from './block.ts'
import { change, type Extent } from './change.ts'
import { type Heal, Healer } from './healer.ts'
import type { Kernel } from './kernel.ts'
import type { Listed } from './listed.ts'
import { printProbe, printRemovedTable } from './nft.ts'
import { presentElements, presentRules, presentSets } from './present.ts'
import type { Refused } from './refused.ts'
import { Sender } from './sender.ts'
import { type Wanted, wantedOf } from './wanted.ts'
import { FEW_ELEMENTS, type RuleWatch } from './watcher.ts'

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
  /** Its `now` never jumps: the kernel counts down by itself what remains to an element. */
  readonly clock: Clock
  /** Another program deleted bans, or the whole table, and they are back: so many elements were sent again. */
  readonly onHealed?: (event: { readonly cause: string; readonly elements: number }) => void
  /** Bans could not be put back, or some are refused; it is tried again and again. Undefined: all is well again. */
  readonly onFault?: (fault: Fault | undefined) => void
  /** Told of the table beside this one. */
  readonly rules?: RuleWatch | undefined
}

interface Waiting {
  readonly slots: readonly Slot[]
  /** Called with what the kernel refused of all that was sent. */
  readonly settle: (refused: Refused) => void
}

/** At the start deletions should be heard before elements are sent; a slow nft keeps no ban waiting for longer. */
const HEARING_MS = 2000
/** At the start no longer is spent on what the kernel holds of each set. */
const LOOKING_MS = 2000
const LISTING_MS = 10_000

export class BanTable {
  readonly #options: BanTableOptions
  readonly #bans = noBans()
  readonly #sender: Sender
  readonly #wanted: Wanted
  readonly #healer: Healer
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #closed = false
  /** What was told last. */
  #fault: Fault | undefined

  constructor(options: BanTableOptions) {
    const { kernel, clock } = options
    this.#options = options
    this.#sender = new Sender(kernel, clock, this.#bans)
    this.#wanted = wantedOf(this.#bans, clock, (set) => this.#sender.isDeclared(set))
    this.#healer = new Healer(kernel, clock, this.#wanted, () => this.#turn(), options.rules)
  }

  /**
   * Before `open`: one of the blocks that the table begins with.
   * @throws Fault `block.*`
   */
  want(block: Block): void {
    changeBans(this.#bans, { kind: 'add', block })
  }

  /**
   * Before `open`: what the kernel holds in these scopes, for who may have forgotten it.
   * @throws Fault as `Kernel.elements`
   */
  async list(scopes: readonly Scope[]): Promise<Listed[]> {
    const { kernel, clock } = this.#options
    const sets = (await presentSets(kernel)).flatMap((name) => setNamed(name, scopes) ?? [])
    return presentElements(kernel, sets, { now: clock.now, withinMs: LOOKING_MS })
  }

  /**
   * Makes table, sets and chain, and the kernel's bans equal to what is wanted. Bans that are in the kernel already stay
   * in force at every moment. Up to 50,000 go in one transaction, and elements that are not wanted go with it; with more,
   * those stay until their own end. Called once, before anything is put.
   * @param keep elements of these scopes stay in any case
   * @returns why the kernel refused some blocks: those are not held (`isHeld`) and will be tried again
   * @throws Fault as `Kernel.apply` if there can be no table, `block.*`
   */
  async open(blocks: Iterable<Block> = [], keep: readonly Scope[] = []): Promise<Fault | undefined> {
    for (const block of blocks) this.want(block)
    const opening = this.#open(keep).finally(() => {
      this.#running = undefined
    })
    this.#running = opening.then(
      () => {},
      () => {},
    )
    const fault = await opening
    this.#healer.start()
    // What became due meanwhile has called already, and was not heard.
    if (this.#waiting.length > 0 || this.#healer.isDue()) this.#turn()
    return fault
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
    const faults = new Map<number, Fault>()
    const touched = changes.map((change, index) => {
      try {
        return changeBans(this.#bans, change)
      } catch (thrown) {
        faults.set(index, asFault(thrown, 'block.refused'))
        return undefined
      }
    })
    const slots = touched.filter((slot) => slot !== undefined)
    if (slots.length === 0) return faults
    const refused = await new Promise<Refused>((settle) => {
      this.#waiting.push({ slots, settle })
      this.#turn()
    })
    if (refused.size === 0) return faults
    for (const [index, slot] of touched.entries()) {
      const fault = slot && refused.why(slot)
      if (fault) faults.set(index, fault)
    }
    return faults
  }

  /** Whether the kernel has a block of exactly this network in this scope, as far as is known without asking it. */
  isHeld(scope: Scope, network: Network): boolean {
    if (this.#healer.isHurt) return false
    const slot = find(this.#bans, scope, network)
    return slot !== undefined && isSent(slot)
  }

  /** Whether somebody else deleted of it what is not back yet: nobody can be said to be banned. */
  get isHurt(): boolean {
    return this.#healer.isHurt
  }

  /**
   * The elements in the kernel that cover this address or network. The cost does not depend on the sets' size.
   * @throws Fault as `Kernel.apply`; `kernel.gone` in the moment when another program has deleted the table
   */
  async holds(network: Network): Promise<readonly Held[]> {
    const places = [...this.#bans.sets.values()]
      .filter(({ set }) => set.family === network.family && set.prefix <= network.prefix)
      .filter(({ set }) => this.#sender.isDeclared(set.name))
      .map((of) => {
        const around = widen(network, of.set.prefix)
        return { of, set: of.set.name, address: addressIn(around), network: around }
      })
    const present = places.length === 0 ? [] : await this.#options.kernel.probe(printProbe(places))
    return present.map((index) => {
      const { of, set, network, address } = places[index]!
      const slot = slotAt(of, address)
      const end = slot && sentOf(slot)
      const until = end === Number.POSITIVE_INFINITY ? undefined : end
      return { set, network, until, owners: slot ? ownersOf(this.#bans, slot) : [] }
    })
  }

  /**
   * `set address` of every element that the kernel holds in our sets.
   * @throws Fault as `Kernel.elements`
   */
  async elements(): Promise<ReadonlySet<string>> {
    const { kernel, clock } = this.#options
    const sets = [...this.#bans.sets.values()].map(({ set }) => set).filter(({ name }) => this.#sender.isDeclared(name))
    const listed = await presentElements(kernel, sets, { now: clock.now, withinMs: LISTING_MS })
    return new Set(listed.map(({ set, network }) => `${set.name} ${addressIn(network)}`))
  }

  /** Whether rules of ours are not in the kernel. @throws Fault as `Kernel.structure` */
  async lacksRules(): Promise<boolean> {
    return (await presentRules(this.#options.kernel)) < this.#wanted.rules()
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

  async #open(keep: readonly Scope[]): Promise<Fault | undefined> {
    const present = this.#keepSets(await presentSets(this.#options.kernel), keep)
    const count = countOf(this.#bans)
    if (count > FEW_ELEMENTS) {
      // Who hears from the start need not send as a precaution what was sent before he heard.
      await this.#sender.sendStructure()
      this.#healer.watcher.suit(count)
      await this.#healer.watcher.hears(HEARING_MS)
    }
    const { refused } = await this.#sender.sendAll({ present })
    this.#healer.healed(refused.first())
    this.#tell(refused.first())
    return refused.first()
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
    await this.#serve()
  }

  async #serve(): Promise<void> {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    const slots = distinct(waiting)
    const steps = change(slots, this.#options.clock.now())
    const { refused, rebuilt } = await this.#sender.send(steps)
    this.#healer.watcher.added(steps.length)
    for (const { settle } of waiting) settle(refused)
    for (const slot of slots) tidy(slot)
    if (rebuilt !== undefined) this.#options.onHealed?.({ cause: 'table deleted', elements: rebuilt })
  }

  async #heal(heal: Heal): Promise<void> {
    try {
      const { elements, refused } = await this.#sendAgain(heal)
      this.#healer.healed(refused?.first())
      this.#tell(refused?.first())
      if (heal.cause !== undefined && (heal.kind !== 'elements' || elements > 0)) {
        this.#options.onHealed?.({ cause: heal.cause, elements })
      }
    } catch (thrown) {
      this.#healer.again(heal)
      this.#tell(asFault(thrown, 'kernel.refused'))
    }
  }

  async #sendAgain(heal: Heal): Promise<{ readonly elements: number; readonly refused?: Refused }> {
    switch (heal.kind) {
      case 'elements': {
        const slots = heal.elements.flatMap(({ set, address }) => {
          const of = this.#bans.sets.get(set)
          return (of && slotAt(of, address)) ?? []
        })
        return this.#sendSlots(slots, 'again')
      }
      case 'unsent':
        return this.#sendSlots(slotsOf(this.#bans), 'changed')
      case 'structure':
        await this.#sender.sendStructure()
        return { elements: countOf(this.#bans) }
      case 'all':
        return this.#sender.sendAll({ pause: () => this.#serve() })
      default:
        return heal.kind satisfies never
    }
  }

  async #sendSlots(slots: Iterable<Slot>, extent: Extent): Promise<{ elements: number; refused: Refused }> {
    const steps = change(slots, this.#options.clock.now(), extent)
    const { refused, rebuilt } = await this.#sender.send(steps)
    return { elements: rebuilt ?? steps.length - refused.size, refused }
  }

  #tell(fault: Fault | undefined): void {
    if (fault?.code !== this.#fault?.code) this.#options.onFault?.(fault)
    this.#fault = fault
  }

  /** @returns the sets of which nothing is to be kept */
  #keepSets(present: readonly string[], keep: readonly Scope[]): readonly string[] {
    return present.filter((name) => {
      const set = setNamed(name, keep)
      if (set) holdSet(this.#bans, set)
      return set === undefined
    })
  }
}

/** A slot that many changes touch is looked at once. */
function distinct(waiting: readonly Waiting[]): Slot[] {
  const seen = new Map<Elements, Set<number>>()
  const slots: Slot[] = []
  for (const slot of waiting.flatMap(({ slots }) => slots)) {
    const ids = seen.get(slot.of) ?? new Set<number>()
    if (ids.has(slot.id)) continue
    seen.set(slot.of, ids.add(slot.id))
    slots.push(slot)
  }
  return slots
}
