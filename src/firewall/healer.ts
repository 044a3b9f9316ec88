/** Decides what must be sent again, and when: what somebody else deleted, or the kernel refused. */
import { parseAddress } from '../base/address.ts'
import { asFault, type Fault } from '../base/fault.ts'
import type { Cancel, Clock, MonotonicMs } from '../world/clock.ts'
import { addressIn } from './ban-set.ts'
import type { Kernel } from './kernel.ts'
import { printProbe } from './nft.ts'
import { presentRules } from './present.ts'
import type { ElementName, Wanted } from './wanted.ts'
import { type RuleWatch, Watcher } from './watcher.ts'

/** What must be sent again. */
export interface Heal {
  /**
   * `unsent`: elements that the kernel refused · `structure`: rules, chains and sets, the elements are there · `all`: those
   * too
   */
  readonly kind: 'elements' | 'unsent' | 'structure' | 'all'
  /** Undefined if nobody is known to have deleted anything: it is a precaution. */
  readonly cause: string | undefined
  readonly elements: readonly ElementName[]
}

/** In the order of what they send; the later does what the earlier does. */
const WHOLE = ['unsent', 'structure', 'all'] as const
type Whole = (typeof WHOLE)[number]

const MAX_NOTED = 1000
const TICK_MS = 1000
/** Deletions come one by one: a moment gathers those of one command. */
const GATHER_MS = 30
/** Between two times that all is sent. */
const ALL_PAUSE_MS = 1000
/** After a refusal: doubled until then. */
const MAX_RETRY_MS = 4000
/** Where it lies in the element, all others are there. A set that is full has room when bans end. */
const ELEMENT_RETRY_MS: Readonly<Record<string, number>> = { 'kernel.refused': MAX_RETRY_MS, 'kernel.full': 30_000 }
/** The mark of a transaction is heard at once, but for the million deletions that may have to be heard before it. */
const MAX_BEHIND_MS = 60_000
/** Elements sent again every second where nobody tells of deletions: 1 % of a core. */
const SWEEP = 1000

export class Healer {
  readonly #kernel: Kernel
  readonly #clock: Clock
  readonly #wanted: Wanted
  readonly #wake: () => void
  readonly watcher: Watcher
  #cancelTick: Cancel = () => {}
  #noted = new Map<string, ElementName>()
  #elementsDue: MonotonicMs = 0
  #sweep: readonly ElementName[] = []
  #whole: { kind: Whole; cause: string | undefined; due: MonotonicMs } | undefined
  /** What is being healed. */
  #current: Heal | undefined
  #lastAll: MonotonicMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #asking = false
  /** What is heard since then happened before the transaction that sends all again, which makes it good. */
  #behindSince: MonotonicMs | undefined

  constructor(kernel: Kernel, clock: Clock, wanted: Wanted, wake: () => void, rules?: RuleWatch) {
    this.#kernel = kernel
    this.#clock = clock
    this.#wanted = wanted
    this.#wake = wake
    const events = {
      structure: (what: string) => this.#noteStructure(what),
      element: (set: string, address: string) => this.#noteElement(set, address),
      missed: () => this.#missed(),
      allAgain: () => this.#allAgain(),
      gone: () => this.note('all', 'table deleted'),
    }
    this.watcher = new Watcher(kernel, clock, events, rules)
  }

  start(): void {
    this.#lastAll = this.#clock.monotonic()
    this.watcher.suit(this.#wanted.count())
    this.#cancelTick = this.#clock.every(TICK_MS, () => this.#tick())
  }

  stop(): void {
    this.#cancelTick()
    this.watcher.stop()
    this.#noted.clear()
    this.#whole = undefined
    this.#sweep = []
  }

  /** Whether the kernel may lack any of what it was told; a few elements are back before anybody has looked. */
  get isHurt(): boolean {
    const isWhole = this.#current !== undefined && this.#current.kind !== 'elements'
    return this.#failures > 0 || this.#whole?.cause !== undefined || (isWhole && this.#current?.cause !== undefined)
  }

  /** What is due now; it is taken as done unless `again` is called. */
  take(): Heal | undefined {
    const heal = this.#due()
    this.#current = heal
    return heal
  }

  isDue(): boolean {
    const now = this.#clock.monotonic()
    return this.#isWholeDue(now) || (this.#noted.size > 0 && this.#elementsDue <= now) || this.#sweep.length > 0
  }

  /** @param refused why the kernel does not have some elements */
  healed(refused: Fault | undefined): void {
    const cause = this.#current?.cause
    this.#current = undefined
    const pause = refused && ELEMENT_RETRY_MS[refused.code]
    if (refused && pause === undefined) this.again({ kind: 'unsent', cause })
    else this.#failures = 0
    if (pause !== undefined) this.note('unsent', undefined, pause)
  }

  /** The kernel refused: later. */
  again({ kind, cause }: Pick<Heal, 'kind' | 'cause'>): void {
    this.#failures++
    this.#current = undefined
    this.#behindSince = undefined
    const pause = Math.min(250 * 2 ** this.#failures, MAX_RETRY_MS)
    this.note(kind === 'elements' ? 'all' : kind, cause, pause)
  }

  note(kind: Whole, cause: string | undefined, wait = GATHER_MS): void {
    const earliest = kind === 'all' ? this.#lastAll + ALL_PAUSE_MS : 0
    const due = Math.max(this.#clock.monotonic() + wait, earliest)
    const before = this.#whole
    const isLess = before !== undefined && WHOLE.indexOf(before.kind) > WHOLE.indexOf(kind)
    this.#whole = {
      kind: isLess ? before.kind : kind,
      // A table goes rule by rule: what is told last says it best.
      cause: isLess ? (before.cause ?? cause) : (cause ?? before?.cause),
      due: Math.min(due, before?.due ?? due),
    }
    this.#wakeAt(this.#whole.due)
  }

  #due(): Heal | undefined {
    const now = this.#clock.monotonic()
    if (this.#whole && this.#isWholeDue(now)) {
      const { kind, cause } = this.#whole
      this.#whole = undefined
      if (kind === 'all') {
        this.#noted.clear()
        this.#lastAll = now
        this.#behindSince = this.watcher.isDeaf ? undefined : now
      }
      return { kind, cause, elements: [] }
    }
    if (this.#noted.size > 0 && this.#elementsDue <= now) {
      const elements = [...this.#noted.values()]
      this.#noted.clear()
      return { kind: 'elements', cause: 'elements were deleted', elements }
    }
    const sweep = this.#sweep
    this.#sweep = []
    return sweep.length > 0 ? { kind: 'elements', cause: undefined, elements: sweep } : undefined
  }

  #isWholeDue(now: MonotonicMs): boolean {
    return this.#whole !== undefined && this.#whole.due <= now
  }

  #wakeAt(due: MonotonicMs): void {
    const rest = due - this.#clock.monotonic()
    // A timer may fire early: it counts from the beginning of the event loop's turn that set it.
    if (rest <= 0) this.#wake()
    else this.#clock.after(Math.ceil(rest), () => this.#wakeAt(due))
  }

  #allAgain(): void {
    this.#behindSince = undefined
    this.#noted.clear()
    const isMet = this.#whole?.kind === 'all' || this.#whole?.kind === 'structure'
    if (isMet && this.#failures === 0) this.#whole = undefined
  }

  #missed(): void {
    this.#behindSince = undefined
    this.note('all', undefined)
  }

  #noteStructure(what: string): void {
    if (this.#behindSince === undefined)
      this.note(what === 'table' || what === 'set' ? 'all' : 'structure', `${what} deleted`)
  }

  #noteElement(set: string, text: string): void {
    // Of a set that was flushed a million are told: once all is to be sent they are let be.
    const isMet = this.#behindSince !== undefined || (this.#whole?.kind === 'all' && this.#whole.cause !== undefined)
    const network = isMet ? undefined : parseAddress(text)
    if (!network) return
    if (this.#noted.size >= MAX_NOTED) {
      this.#noted.clear()
      this.note('all', 'many elements were deleted')
      return
    }
    const address = addressIn(network)
    if (this.#noted.size === 0) {
      this.#elementsDue = this.#clock.monotonic() + GATHER_MS
      this.#wakeAt(this.#elementsDue)
    }
    this.#noted.set(`${set} ${address}`, { set, address })
  }

  #tick(): void {
    if (this.#behindSince !== undefined && this.#clock.monotonic() - this.#behindSince > MAX_BEHIND_MS) this.#missed()
    this.watcher.suit(this.#wanted.count())
    if (this.watcher.isDeaf && !this.#asking) void this.#ask()
  }

  /** One element of each set shows whether the set was flushed; of the rest some are sent again at each turn. */
  async #ask(): Promise<void> {
    this.#asking = true
    try {
      const sample = this.#wanted.sample()
      const present = await this.#kernel.probe(printProbe(sample))
      if (present.length < sample.length) this.note('all', 'a set was flushed')
      if ((await presentRules(this.#kernel)) < this.#wanted.rules()) this.note('structure', 'rules were deleted')
      this.#sweep = this.#wanted.next(SWEEP)
      this.#wake()
    } catch (thrown) {
      if (asFault(thrown, 'kernel.refused').code === 'kernel.gone') this.note('all', 'table deleted')
    } finally {
      this.#asking = false
    }
  }
}
