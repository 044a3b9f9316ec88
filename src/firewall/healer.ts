/**
 * Notices that somebody else deleted what we hold in the kernel, and says what must be sent again.
 *
 * Up to 50,000 elements `nft monitor` tells of every deletion. Our own transactions that delete stand between two
 * marks (a transaction's events come in its order and unmixed), so no book of expected deletions is kept. The monitor
 * costs 340 bytes an element and reads all sets when it starts (33 s at a million), so above that one element of each
 * set is asked for every second instead: that shows a flushed set, table or ruleset, but not one deleted element.
 */
import { parseAddress } from '../base/address.ts'
import { asFault } from '../base/fault.ts'
import type { Cancel, Clock, MonotonicMs } from '../world/clock.ts'
import { addressIn } from './ban-set.ts'
import type { Kernel } from './kernel.ts'
import type { MonitorEvent } from './monitor.ts'
import { BAN_TABLE, MARK, MARKS, printMark, printProbe } from './nft.ts'

export interface ElementName {
  readonly set: string
  readonly address: string
}

/** What must be sent again. */
export interface Heal {
  /** `retime`: all, and the ends too, since the wall clock was set. */
  readonly kind: 'elements' | 'all' | 'retime'
  /** Undefined if nobody is known to have deleted anything: it is a precaution. */
  readonly cause: string | undefined
  readonly elements: readonly ElementName[]
}

/** What the kernel should hold, as far as the healer asks. */
export interface Wanted {
  count(): number
  /** One element of each set that has one. */
  sample(): readonly ElementName[]
  /** Rules in our chain. */
  rules(): number
}

const MAX_MONITORED = 50_000
const MAX_NOTED = 1000
const TICK_MS = 1000
/** Deletions come one by one: a moment gathers those of one command. */
const GATHER_MS = 30
/** Between two times that all is sent. */
const ALL_PAUSE_MS = 1000

export class Healer {
  readonly #kernel: Kernel
  readonly #clock: Clock
  readonly #wanted: Wanted
  readonly #wake: () => void
  #stopMonitor: Cancel | undefined
  #cancelTick: Cancel = () => {}
  #cancelHello: Cancel = () => {}
  /** Between the marks of a transaction of our own. */
  #ours = false
  #noted = new Map<string, ElementName>()
  #all: { kind: 'all' | 'retime'; cause: string | undefined; due: MonotonicMs } | undefined
  #elementsDue: MonotonicMs = 0
  #lastAll: MonotonicMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #added = 0
  #drift = 0
  #asking = false

  constructor(kernel: Kernel, clock: Clock, wanted: Wanted, wake: () => void) {
    this.#kernel = kernel
    this.#clock = clock
    this.#wanted = wanted
    this.#wake = wake
  }

  start(): void {
    this.#drift = this.#clock.now() - this.#clock.monotonic()
    this.#lastAll = this.#clock.monotonic()
    if (this.#wanted.count() <= MAX_MONITORED) this.#startMonitor()
    this.#cancelTick = this.#clock.every(TICK_MS, () => this.#tick())
  }

  stop(): void {
    this.#cancelTick()
    this.#endMonitor()
    this.#noted.clear()
    this.#all = undefined
  }

  /** What is due now; it is taken as done unless `again` is called. */
  take(): Heal | undefined {
    const now = this.#clock.monotonic()
    if (this.#all && this.#all.due <= now) {
      const { kind, cause } = this.#all
      this.#all = undefined
      this.#noted.clear()
      this.#lastAll = now
      return { kind, cause, elements: [] }
    }
    if (this.#noted.size === 0 || this.#elementsDue > now) return undefined
    const elements = [...this.#noted.values()]
    this.#noted.clear()
    return { kind: 'elements', cause: 'elements were deleted', elements }
  }

  isDue(): boolean {
    const now = this.#clock.monotonic()
    return (this.#all !== undefined && this.#all.due <= now) || (this.#noted.size > 0 && this.#elementsDue <= now)
  }

  healed(): void {
    this.#failures = 0
  }

  /** The kernel refused: all, later, at most 30 s later. */
  again(heal: Heal): void {
    this.#failures++
    const pause = Math.min(500 * 2 ** this.#failures, 30_000)
    this.noteAll(heal.cause, pause, heal.kind === 'retime' ? 'retime' : 'all')
  }

  /** Elements were added: the monitor remembers each, so it is started afresh now and then. */
  added(count: number): void {
    this.#added += count
  }

  noteAll(cause: string | undefined, wait = GATHER_MS, kind: 'all' | 'retime' = 'all'): void {
    const due = Math.max(this.#clock.monotonic() + wait, this.#lastAll + ALL_PAUSE_MS)
    const before = this.#all
    this.#all = {
      kind: before?.kind === 'retime' ? 'retime' : kind,
      cause: before?.cause ?? cause,
      due: Math.min(due, before?.due ?? due),
    }
    this.#wakeAt(this.#all.due)
  }

  #wakeAt(due: MonotonicMs): void {
    const rest = due - this.#clock.monotonic()
    // A timer may fire early: it counts from the beginning of the event loop's turn that set it.
    if (rest <= 0) this.#wake()
    else this.#clock.after(Math.ceil(rest), () => this.#wakeAt(due))
  }

  #hear(event: MonitorEvent): void {
    switch (event.kind) {
      case 'started':
        this.#ours = false
        this.#added = 0
        this.#sayHello()
        return
      case 'structure':
        if (!this.#ours) this.noteAll(`${event.what} deleted`)
        return
      case 'element':
        if (event.set === MARKS) for (const address of event.addresses) this.#hearMark(Number(address))
        else if (!this.#ours) for (const address of event.addresses) this.#noteElement(event.set, address)
        return
      default:
        event satisfies never
    }
  }

  #hearMark(mark: number): void {
    if (mark === MARK.hello) {
      this.#cancelHello()
      this.noteAll(undefined) // What happened before the monitor listened.
    }
    if (mark === MARK.beginAll) {
      // What was deleted before this is in this transaction and those after it.
      this.#noted.clear()
      if (this.#all?.kind === 'all' && this.#failures === 0) this.#all = undefined
    }
    this.#ours = mark === MARK.begin || mark === MARK.beginAll
  }

  #noteElement(set: string, text: string): void {
    const network = parseAddress(text)
    if (!network) return
    if (this.#noted.size >= MAX_NOTED) {
      this.#noted.clear()
      this.noteAll('many elements were deleted')
      return
    }
    const address = addressIn(network)
    if (this.#noted.size === 0) {
      this.#elementsDue = this.#clock.monotonic() + GATHER_MS
      this.#wakeAt(this.#elementsDue)
    }
    this.#noted.set(`${set} ${address}`, { set, address })
  }

  #startMonitor(): void {
    this.#stopMonitor = this.#kernel.watch(BAN_TABLE, (event) => this.#hear(event))
  }

  #endMonitor(): void {
    this.#cancelHello()
    this.#stopMonitor?.()
    this.#stopMonitor = undefined
  }

  /** The monitor does not tell when it listens: a mark is sent until it is heard. */
  #sayHello(): void {
    this.#cancelHello()
    const say = () => {
      this.#kernel.apply(printMark(MARK.hello)).catch((thrown: unknown) => {
        if (asFault(thrown, 'kernel.refused').code === 'kernel.gone') this.noteAll('table deleted')
      })
    }
    this.#cancelHello = this.#clock.every(250, say)
    say()
  }

  #tick(): void {
    const drift = this.#clock.now() - this.#clock.monotonic()
    // The kernel counts down on a clock that does not jump.
    if (Math.abs(drift - this.#drift) > 1000) this.noteAll(undefined, 0, 'retime')
    this.#drift = drift
    const count = this.#wanted.count()
    if (this.#stopMonitor && (count > MAX_MONITORED || this.#added > 2 * MAX_MONITORED)) this.#endMonitor()
    if (!this.#stopMonitor && count <= MAX_MONITORED / 2) this.#startMonitor()
    if (!this.#stopMonitor && !this.#asking) void this.#ask()
  }

  async #ask(): Promise<void> {
    this.#asking = true
    try {
      const sample = this.#wanted.sample()
      const present = await this.#kernel.probe(printProbe(sample))
      if (present.length < sample.length) this.noteAll('a set was flushed')
      const structure = await this.#kernel.structure()
      const rules = structure.filter(({ rule }) => rule?.['family'] === 'inet' && rule['table'] === BAN_TABLE)
      if (rules.length < this.#wanted.rules()) this.noteAll('rules were deleted')
    } catch (thrown) {
      if (asFault(thrown, 'kernel.refused').code === 'kernel.gone') this.noteAll('table deleted')
    } finally {
      this.#asking = false
    }
  }
}
