/**
 * All that a reader reads: files by path or pattern, journals, the kernel's log, and logs that are fed to it. It hands out
 * chunks in turns, so that no log starves another, and sleeps while nothing changes.
 */
import type { Fault } from '../base/fault.ts'
import type { Cancel, MonotonicMs } from '../world/clock.ts'
import type { Chunk } from './chunk.ts'
import { Fed } from './fed.ts'
import { MAX_LINE_BYTES } from './follow.ts'
import { checkPath, Followed } from './followed.ts'
import type { Hands, Input, OnState, Start } from './input.ts'
import { Journal } from './journal.ts'
import { checkMatches, type JournalChoice } from './journal-arguments.ts'
import { KernelLog } from './kernel.ts'
import type { Mark } from './position.ts'

/** What to read. */
export type Wanted =
  /** An absolute path or a pattern. `start` is for files that are there when it is first wanted; later ones are read whole. */
  | {
      readonly kind: 'file'
      readonly pattern: string
      readonly start: Start
      /** Looked at once a second, without the kernel's word that something changed. */
      readonly poll?: boolean
    }
  /** Its log is `journal:NAME`; another choice needs another name. */
  | {
      readonly kind: 'journal'
      readonly name: string
      readonly choice: JournalChoice
      readonly start: Start
      /** With `end`: entries from so many seconds before come too. */
      readonly backSeconds?: number
    }
  /** Its log is `kmsg`. */
  | { readonly kind: 'kernel'; readonly start: Start }

export interface SourceOptions {
  readonly onState: OnState
  /** Where a log was left, as its last chunk's `end` said. */
  readonly position?: (log: string) => Mark | undefined
  /** All that is known of where logs were left: a file may have got another name since. */
  readonly left?: Iterable<readonly [log: string, mark: Mark]>
  /**
   * Whether a line of a file that is read for the first time, or after a pause, is too old to count; undefined if it does
   * not say. What is too old is not read, as far as lines stand in the order of time.
   */
  readonly isOld?: (log: string, line: Uint8Array) => boolean | undefined
  /** What concerns no single log, told once. */
  readonly onFault?: (fault: Fault) => void
  readonly maxLineBytes?: number
  /** Bytes of one log before the next has its turn; default 1 MiB. */
  readonly turnBytes?: number
}

const POLL_MS = 1000
const DEFAULT_TURN_BYTES = 1024 * 1024
/** Work without a pause for timers, watches and pipes. */
const MAX_STRETCH_MS = 10

/** @throws Fault `source.relative` for a path that is not absolute, `source.bad-match` */
export function checkWanted(wanted: readonly Wanted[]): void {
  for (const one of wanted) {
    if (one.kind === 'journal') checkMatches(one.choice.matches ?? [])
    if (one.kind === 'file') checkPath(one.pattern)
  }
}

/** The world's timers and watches keep no process alive: who waits for the next chunk needs something else that does. */
export class Source {
  readonly #hands: Hands
  readonly #options: SourceOptions
  readonly #turnBytes: number
  readonly #maxLine: number
  readonly #files: Followed
  readonly #streams = new Map<string, Input>()
  readonly #fed = new Map<string, Fed>()
  #others: readonly Input[] = []
  #inputs: readonly Input[] = []
  #gathered: { readonly files: readonly Input[]; readonly others: readonly Input[] } = { files: [], others: [] }
  readonly #stopPoll: Cancel
  #turn = 0
  #handed: Fed | undefined
  #wake: (() => void) | undefined
  #rested: MonotonicMs
  #closed = false

  constructor(hands: Hands, options: SourceOptions) {
    this.#hands = hands
    this.#options = options
    this.#turnBytes = options.turnBytes ?? DEFAULT_TURN_BYTES
    this.#maxLine = options.maxLineBytes ?? MAX_LINE_BYTES
    this.#rested = hands.clock.monotonic()
    const { onState, onFault = () => {}, position = () => undefined, left = [], isOld } = options
    const onBusy = () => this.#wakeUp()
    this.#files = new Followed(hands, { onState, onFault, position, left, isOld, maxLineBytes: this.#maxLine, onBusy })
    this.#stopPoll = hands.clock.every(POLL_MS, () => this.#look())
  }

  /**
   * Says all that is to be read from now on, at the start and at each reload: what is read already goes on undisturbed.
   * @throws Fault `source.relative` for a path that is not absolute, `source.bad-match`; then nothing has changed
   */
  want(wanted: readonly Wanted[]): void {
    checkWanted(wanted)
    this.#files.want(wanted.filter((one) => one.kind === 'file'))
    const streams = new Map<string, () => Input>()
    for (const one of wanted) {
      if (one.kind === 'journal') streams.set(`journal:${one.name}`, () => this.#journal(one))
      if (one.kind === 'kernel') streams.set('kmsg', () => this.#kernel(one.start))
    }
    for (const [log, input] of this.#streams) {
      if (streams.has(log)) continue
      input.close()
      this.#streams.delete(log)
    }
    for (const [log, start] of streams) if (!this.#streams.has(log)) this.#streams.set(log, start())
    this.#others = [...this.#streams.values(), ...this.#fed.values()]
    if (this.busy) this.#wakeUp()
  }

  /** The logs that are read, fed, or waited for. */
  get logs(): readonly string[] {
    this.#gather()
    return this.#inputs.map(({ log }) => log)
  }

  /** Whether there is more to read at this moment. */
  get busy(): boolean {
    this.#gather()
    return this.#inputs.some(({ busy }) => busy)
  }

  /**
   * The next chunk that is there already. Its bytes lie in `buffer` and are valid until the next call.
   * @throws Fault `source.small-buffer` if the buffer or a turn could not hold the longest line
   */
  take(buffer: Uint8Array): Chunk | undefined {
    this.#handed?.done()
    this.#handed = undefined
    this.#gather()
    const turn = buffer.length > this.#turnBytes ? buffer.subarray(0, this.#turnBytes) : buffer
    for (let i = this.#inputs.length; i > 0; i--) {
      this.#turn = (this.#turn + 1) % this.#inputs.length
      const input = this.#inputs[this.#turn]!
      if (!input.busy) continue
      const fed = input instanceof Fed
      const chunk = input.read(fed ? buffer : turn)
      if (fed) this.#handed = input
      if (chunk) return chunk
    }
    return undefined
  }

  /** The next chunk, as soon as there is one; undefined once closed. One caller at a time. */
  async next(buffer: Uint8Array): Promise<Chunk | undefined> {
    while (!this.#closed) {
      if (this.#hands.clock.monotonic() - this.#rested > MAX_STRETCH_MS) await this.#rest()
      const chunk = this.take(buffer)
      if (chunk) return chunk
      if (this.busy) continue
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#rested = this.#hands.clock.monotonic()
    }
    return undefined
  }

  /** Does not open this log any more, whatever patterns name it: it will be fed. */
  leave(log: string): void {
    this.#files.leave(log)
  }

  /**
   * Hands in a chunk of a log that this process may not open. Its position is the feeder's.
   * @returns resolved when it has been dealt with, that is when the next chunk is asked for
   * @throws Fault `source.overfed` if the feeder does not wait
   */
  feed(log: string, chunk: Chunk): Promise<void> {
    if (this.#closed) return Promise.resolve()
    let fed = this.#fed.get(log)
    if (!fed) {
      fed = new Fed(log)
      this.#fed.set(log, fed)
      this.#others = [...this.#others, fed]
    }
    const done = fed.feed(chunk)
    this.#wakeUp()
    return done
  }

  close(): void {
    this.#closed = true
    this.#stopPoll()
    this.#files.close()
    for (const input of this.#others) input.close()
    this.#others = []
    this.#wakeUp()
  }

  #journal({ name, choice, start, backSeconds = 0 }: Wanted & { readonly kind: 'journal' }): Journal {
    const mark = this.#options.position?.(`journal:${name}`)
    return new Journal(this.#hands, name, choice, {
      start: mark && 'cursor' in mark ? mark : start,
      backMs: backSeconds * 1000,
      onState: this.#options.onState,
      onBusy: () => this.#wakeUp(),
      maxLineBytes: this.#maxLine,
    })
  }

  #kernel(start: Start): KernelLog {
    const mark = this.#options.position?.('kmsg')
    return new KernelLog(this.#hands, {
      start: mark && 'sequence' in mark ? mark : start,
      onState: this.#options.onState,
      onBusy: () => this.#wakeUp(),
    })
  }

  #look(): void {
    this.#files.look()
    for (const input of this.#streams.values()) input.look()
    if (this.busy) this.#wakeUp()
  }

  /** Files come and go by themselves. */
  #gather(): void {
    if (this.#gathered.files === this.#files.inputs && this.#gathered.others === this.#others) return
    this.#gathered = { files: this.#files.inputs, others: this.#others }
    this.#inputs = [...this.#files.inputs, ...this.#others]
  }

  async #rest(): Promise<void> {
    await new Promise<void>((resolve) => void this.#hands.clock.after(0, resolve))
    this.#rested = this.#hands.clock.monotonic()
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
