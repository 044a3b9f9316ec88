/**
 * Hears of what others delete in our table. Our own transactions that delete stand between two marks (a transaction's
 * events come in its order and unmixed), so no book of expected deletions is kept.
 *
 * For few elements by `nft monitor`, else by the listener, which needs 2 MB more but nothing for an element. Where there
 * is no Perl, `nft monitor` serves up to 50,000 (and hears of the rules only what is deleted); above that nobody tells, and
 * whoever wants to know must ask. Where there are rules the listener listens, however few the bans.
 */
import { asFault } from '../base/fault.ts'
import type { Cancel, Clock, MonotonicMs } from '../world/clock.ts'
import type { Kernel } from './kernel.ts'
import type { MonitorEvent } from './monitor.ts'
import { BAN_TABLE, MARK, MARKS, printMark } from './nft.ts'

export interface WatcherEvents {
  /** Somebody else deleted a rule, a chain, a set or the table. */
  structure(what: string): void
  /** Somebody else deleted this element; the address as it was told. */
  element(set: string, address: string): void
  /** What was deleted up to now may not have been told. */
  missed(): void
  /** Our own transaction that sends all again begins: it makes good whatever was told before. */
  allAgain(): void
  /** The table is not there. */
  gone(): void
}

/** Who looks after the table of the rules. */
export interface RuleWatch {
  /** Whether there shall be rules: then additions are listened to as well, which `nft monitor` would tell of every ban. */
  isOn(): boolean
  /** Somebody has changed that table, perhaps ufw itself, or may have done so unheard. */
  changed(): void
}

/** Elements up to which `nft monitor` takes less memory than the listener. */
export const FEW_ELEMENTS = 5000
const MAX_NFT_ELEMENTS = 50_000
const HELLO_EVERY_MS = 250
/** Until Perl is looked for again. */
const ABSENT_MS = 600_000

interface Ear {
  readonly kind: 'nft' | 'listener'
  cancel: Cancel
  hears: boolean
  /** Between the marks of a transaction of our own. */
  ours: boolean
  /** Elements added while it listens. */
  added: number
}

export class Watcher {
  readonly #kernel: Kernel
  readonly #clock: Clock
  readonly #events: WatcherEvents
  readonly #rules: RuleWatch | undefined
  /** The newest last: what it replaces goes when it hears. */
  #ears: Ear[] = []
  #cancelHello: Cancel = () => {}
  #noListenerUntil: MonotonicMs = Number.NEGATIVE_INFINITY
  #count = 0
  #waiting: (() => void)[] = []

  constructor(kernel: Kernel, clock: Clock, events: WatcherEvents, rules?: RuleWatch) {
    this.#kernel = kernel
    this.#clock = clock
    this.#events = events
    this.#rules = rules
  }

  /** Watches in the way that suits this many elements. */
  suit(count: number): void {
    this.#count = count
    const current = this.#ears.at(-1)
    const kind = this.#kindFor(count, current?.kind)
    // It remembers each element that it saw come, though it may have gone long since.
    const isFull = current?.kind === 'nft' && current.added > 2 * Math.max(FEW_ELEMENTS, count)
    if (kind === undefined) this.stop()
    else if (kind !== current?.kind || isFull) this.#listen(kind)
  }

  /** Nobody tells of anything, for want of a program, or not yet. */
  get isDeaf(): boolean {
    return !this.#ears.some(({ hears }) => hears)
  }

  /** Resolves as soon as whatever is deleted is heard, or after `ms`. The table must stand. */
  async hears(ms: number): Promise<void> {
    if (this.#ears.length === 0 || !this.isDeaf) return
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
      this.#clock.after(ms, resolve)
    })
  }

  added(count: number): void {
    for (const ear of this.#ears) ear.added += count
  }

  stop(): void {
    this.#cancelHello()
    for (const ear of this.#ears) ear.cancel()
    this.#ears = []
  }

  #kindFor(count: number, current: Ear['kind'] | undefined): Ear['kind'] | undefined {
    const few = current === 'listener' ? FEW_ELEMENTS / 2 : FEW_ELEMENTS
    if (count <= few && !this.#rules?.isOn()) return 'nft'
    if (this.#clock.monotonic() > this.#noListenerUntil) return 'listener'
    return count <= (current === 'nft' ? MAX_NFT_ELEMENTS : MAX_NFT_ELEMENTS / 2) ? 'nft' : undefined
  }

  #listen(kind: Ear['kind']): void {
    const ear: Ear = { kind, cancel: () => {}, hears: false, ours: false, added: 0 }
    // Of those that wait to be replaced one that hears is enough.
    for (const other of this.#ears.filter(({ hears }) => !hears)) this.#end(other)
    this.#ears.push(ear)
    ear.cancel = this.#kernel.watch(kind, BAN_TABLE, (event) => this.#hear(ear, event))
  }

  #end(ear: Ear): void {
    ear.cancel()
    this.#ears = this.#ears.filter((other) => other !== ear)
  }

  #hear(ear: Ear, event: MonitorEvent): void {
    switch (event.kind) {
      case 'started':
        Object.assign(ear, { hears: false, ours: false, added: 0 })
        if (ear.kind === 'nft') this.#sayHello()
        return
      case 'listening':
        this.#heard(ear)
        return
      case 'absent':
        if (ear.kind !== 'listener') return
        this.#noListenerUntil = this.#clock.monotonic() + ABSENT_MS
        this.#end(ear)
        this.suit(this.#count)
        if (this.#ears.length === 0) this.#settle()
        return
      case 'structure':
        // A set without a name of its own goes with its rule.
        if (!ear.ours && !event.name?.startsWith('__')) this.#events.structure(event.what)
        return
      case 'rules':
        this.#rules?.changed()
        return
      case 'element':
        for (const address of event.addresses) {
          if (event.set === MARKS) this.#hearMark(ear, Number(address))
          else if (!ear.ours) this.#events.element(event.set, address)
        }
        return
      default:
        event satisfies never
    }
  }

  #hearMark(ear: Ear, mark: number): void {
    if (mark === MARK.hello) this.#heard(ear)
    if (mark === MARK.beginAll) this.#events.allAgain()
    ear.ours = mark === MARK.begin || mark === MARK.beginAll
  }

  #heard(ear: Ear): void {
    if (ear.hears) return
    const wasHeard = !this.isDeaf
    ear.hears = true
    for (const other of this.#ears.filter((other) => other !== ear && other.hears)) this.#end(other)
    if (this.#ears.every(({ hears }) => hears)) this.#cancelHello()
    if (!wasHeard) this.#events.missed()
    // The listener hears of more than what it replaces.
    this.#rules?.changed()
    this.#settle()
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** `nft monitor` does not tell when it listens: a mark is sent until it is heard. */
  #sayHello(): void {
    this.#cancelHello()
    const say = () => {
      this.#kernel.apply(printMark(MARK.hello)).catch((thrown: unknown) => {
        if (asFault(thrown, 'kernel.refused').code === 'kernel.gone') this.#events.gone()
      })
    }
    this.#cancelHello = this.#clock.every(HELLO_EVERY_MS, say)
    say()
  }
}
