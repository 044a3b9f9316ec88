/** Brings steps to the kernel in transactions, and finds out which of them it refuses. */
import { asFault, type Fault } from '../base/fault.ts'
import type { Clock } from '../world/clock.ts'
import type { BanSet } from './ban-set.ts'
import { type Bans, countOf, noteSent, slotsOf, UNSURE } from './bans.ts'
import { change, changes, emptied, type Step, taken } from './change.ts'
import type { Kernel } from './kernel.ts'
import { printAddedSet, printEmptied, printRemovedTable, printSteps, printStructure } from './nft.ts'
import { Refused } from './refused.ts'

export interface Sent {
  /** What the kernel does not have now; all else it has. */
  readonly refused: Refused
  /** If the table was gone and all was sent again: how many elements. */
  readonly rebuilt: number | undefined
}

/** Elements in one transaction: with more, each costs the kernel more, and nft more memory (25 MB at 50,000). */
const MAX_CHUNK = 50_000
const MIN_CHUNK = 100

/** Faults that may go away with fewer elements, or lie in one of them. */
const SPLITTABLE: readonly string[] = ['kernel.refused', 'kernel.full', 'kernel.large']
/** What the kernel says where another version's table, with another idea of our chain or sets, stands in the way. */
const IN_THE_WAY = /File exists|Invalid argument|not supported/
/** Elements of a set refused one by one; then the rest is not asked: of a full set one is enough. */
const MAX_SINGLE = 20

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
    const refused = new Refused()
    const rest = await this.#empty(steps)
    for (let start = 0; start < rest.length; ) {
      const chunk = rest.slice(start, start + this.#chunk)
      start += chunk.length
      const gone = await this.#sendChunk(chunk, refused)
      if (gone) return this.#rebuild(steps, gone)
    }
    return { refused, rebuilt: undefined }
  }

  /**
   * Structure and every element, in transactions; between two of them `pause` may send something else. With `present`,
   * the sets that the kernel has: those that nobody wants go, and if all elements fit into one transaction, so do
   * elements that nobody wants.
   * @returns the number of elements that the kernel has
   * @throws Fault as `Kernel.apply`
   */
  async sendAll({
    present = [],
    pause,
  }: {
    readonly present?: readonly string[]
    readonly pause?: () => Promise<void>
  } = {}): Promise<{ readonly elements: number; readonly refused: Refused }> {
    const steps = changes(slotsOf(this.#bans), this.#clock.now(), 'again')[Symbol.iterator]()
    const refused = new Refused()
    let elements = 0
    let chunk = next(steps, this.#chunk)
    let rest = chunk.slice(await this.#sendFirst(chunk, present))
    while (chunk.length > 0) {
      const gone = await this.#sendChunk(rest, refused)
      if (gone) throw gone
      elements += chunk.length
      chunk = next(steps, this.#chunk)
      rest = chunk
      if (chunk.length > 0) await pause?.()
    }
    return { elements: elements - refused.size, refused }
  }

  /**
   * Table, sets, chain and rules anew; elements stay.
   * @throws Fault as `Kernel.apply`
   */
  async sendStructure(): Promise<void> {
    const sets = [...this.#bans.sets.values()].map(({ set }) => set)
    await this.#applyStructure(printStructure(sets, { mark: 'begin' }))
    this.#declare(sets)
  }

  /** How many of the steps went with it: all or none. */
  async #sendFirst(steps: readonly Step[], present: readonly string[]): Promise<number> {
    const sets = [...this.#bans.sets.values()].map(({ set }) => set)
    const names = new Set(sets.map(({ name }) => name))
    const leftover = present.filter((name) => !names.has(name))
    const isAll = countOf(this.#bans) <= this.#chunk
    const flushed = isAll ? present.filter((name) => names.has(name)) : []
    try {
      const structure = printStructure(sets, { leftover, flushed })
      await this.#kernel.apply([...structure, ...printSteps(steps, this.#clock.now())])
      this.#declare(sets)
      taken(steps)
      return steps.length
    } catch (thrown) {
      const { code } = asFault(thrown, 'kernel.refused')
      if (!SPLITTABLE.includes(code)) throw thrown
      if (code === 'kernel.large') this.#shrink(steps.length)
    }
    await this.#applyStructure(printStructure(sets, { leftover }))
    this.#declare(sets)
    return 0
  }

  async #applyStructure(structure: readonly string[]): Promise<void> {
    try {
      await this.#kernel.apply(structure)
    } catch (thrown) {
      const { code, message } = asFault(thrown, 'kernel.refused')
      if (code !== 'kernel.refused' || !IN_THE_WAY.test(message)) throw thrown
      await this.#kernel.apply([...printRemovedTable(), ...structure])
    }
  }

  #declare(sets: readonly BanSet[]): void {
    this.#declared.clear()
    for (const { name } of sets) this.#declared.add(name)
  }

  /** Empties the sets of which all goes. @returns the steps that remain: all of them if that is refused */
  async #empty(steps: readonly Step[]): Promise<readonly Step[]> {
    const whole = new Set(emptied(steps))
    if (whole.size === 0) return steps
    try {
      await this.#kernel.apply(printEmptied([...whole].map(({ set }) => set)))
    } catch {
      return steps
    }
    const isDone = ({ kind, slot }: Step) => kind === 'remove' && whole.has(slot.of)
    taken(steps.filter(isDone))
    return steps.filter((step) => !isDone(step))
  }

  /** Halves what is refused until the element at fault stands alone. Gives the Fault if a set or the table is gone. */
  async #sendChunk(steps: readonly Step[], refused: Refused): Promise<Fault | undefined> {
    const set = steps[0]?.slot.of
    if (!set) return undefined
    try {
      await this.#apply(steps)
      return undefined
    } catch (thrown) {
      const fault = asFault(thrown, 'kernel.refused')
      if (fault.code === 'kernel.gone') return fault
      const isEnough = refused.countIn(set) >= (fault.code === 'kernel.full' ? 1 : MAX_SINGLE)
      if (steps.length === 1 || !SPLITTABLE.includes(fault.code) || isEnough) {
        refuse(steps, fault, refused)
        return undefined
      }
      if (fault.code === 'kernel.large') this.#shrink(steps.length)
      const [first, second] = halves(steps)
      return (await this.#sendChunk(first, refused)) ?? (await this.#sendChunk(second, refused))
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
    const sets = new Set(steps.map(({ slot }) => slot.of.set))
    return [...sets].filter(({ name }) => !this.#declared.has(name))
  }

  async #rebuild(steps: readonly Step[], gone: Fault): Promise<Sent> {
    try {
      const { elements, refused } = await this.sendAll()
      return { refused, rebuilt: elements }
    } catch {
      const refused = new Refused()
      const lacking = change(new Set(steps.map(({ slot }) => slot)), this.#clock.now())
      for (const { slot } of lacking) refused.add(slot, gone)
      return { refused, rebuilt: undefined }
    }
  }

  #shrink(refused: number): void {
    this.#chunk = Math.max(MIN_CHUNK, Math.floor(refused / 2))
  }
}

function refuse(steps: readonly Step[], fault: Fault, refused: Refused): void {
  for (const { kind, slot } of steps) {
    refused.add(slot, fault)
    if (kind === 'add') noteSent(slot, UNSURE)
  }
}

/**
 * The first set's and the others'; of one set what makes room in it and the rest; else the halves. So a full set refuses
 * nothing that is another's, and takes what there is room for.
 */
function halves(steps: readonly Step[]): [Step[], Step[]] {
  const set = steps[0]!.slot.of
  for (const isFirst of [({ slot }: Step) => slot.of === set, ({ kind }: Step) => kind === 'remove']) {
    const first = steps.filter(isFirst)
    if (first.length > 0 && first.length < steps.length) return [first, steps.filter((step) => !isFirst(step))]
  }
  const middle = Math.ceil(steps.length / 2)
  return [steps.slice(0, middle), steps.slice(middle)]
}

function next(steps: Iterator<Step>, count: number): Step[] {
  const some: Step[] = []
  while (some.length < count) {
    const step = steps.next()
    if (step.done) break
    some.push(step.value)
  }
  return some
}
