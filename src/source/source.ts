/**
 * All that a reader reads: files by path or pattern, journals, the kernel's log, and logs that are fed to it. It hands out
 * chunks in turns, so that no log starves another, and sleeps while nothing changes.
 */
import type { Fault } from '../base/fault.ts'
import type { Cancel, MonotonicMs } from '../world/clock.ts'
import type { Chunk } from './chunk.ts'
import { Fed } from './fed.ts'
import { checkPath, Followed } from './followed.ts'
import type { Hands, Input, OnState, Start } from './input.ts'
import { checkMatches } from './journal-arguments.ts'
import { MAX_LINE_BYTES } from './lines.ts'
import { Packed } from './packed.ts'
import type { Mark } from './position.ts'
import { Streams, type WantedStream } from './streams.ts'

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
  /** Files that gzip packed: each is read once, whole. */
  | { readonly kind: 'packed'; readonly pattern: string }
  | WantedStream

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
  /** What is wrong beside the states of logs. */
  readonly onFault?: (fault: Fault) => void
  readonly maxLineBytes?: number
  /** What comes by standard input; absent where another process reads that and feeds it. */
  readonly input?: () => AsyncIterable<Uint8Array>
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
    if (one.kind === 'file' || one.kind === 'packed') checkPath(one.pattern)
  }
}

/** The world's timers and watches keep no process alive: who waits for the next chunk needs something else that does. */
export class Source {
  readonly #hands: Hands
  readonly #turnBytes: number
  readonly #maxLine: number
  readonly #files: Followed
  readonly #packed: Packed
  readonly #streams: Streams
  readonly #fed = new Map<string, Fed>()
  #fedInputs: readonly Fed[] = []
  #inputs: readonly Input[] = []
  /** What the inputs are gathered from. */
  #gathered: readonly (readonly Input[])[] = []
  readonly #stopPoll: Cancel
  #turn = 0
  #handed: Fed | undefined
  #wake: (() => void) | undefined
  #rested: MonotonicMs
  #closed = false

  constructor(hands: Hands, options: SourceOptions) {
    this.#hands = hands
    this.#turnBytes = options.turnBytes ?? DEFAULT_TURN_BYTES
    this.#maxLine = options.maxLineBytes ?? MAX_LINE_BYTES
    this.#rested = hands.clock.monotonic()
    const { onState, onFault = () => {}, position = () => undefined, left = [], isOld } = options
    const onBusy = () => this.#wakeUp()
    this.#files = new Followed(hands, { onState, onFault, position, left, isOld, maxLineBytes: this.#maxLine, onBusy })
    this.#packed = new Packed(hands, { onState, onBusy, position })
    const { input } = options
    this.#streams = new Streams(hands, { onState, onFault, onBusy, position, maxLineBytes: this.#maxLine, input })
    this.#stopPoll = hands.clock.every(POLL_MS, () => this.#look())
  }

  /**
   * Says all that is to be read from now on, at the start and at each reload: what is read already goes on undisturbed.
   * @throws Fault `source.relative` for a path that is not absolute, `source.bad-match`; then nothing has changed
   */
  want(wanted: readonly Wanted[]): void {
    checkWanted(wanted)
    this.#files.want(wanted.filter((one) => one.kind === 'file'))
    this.#packed.want(wanted.flatMap((one) => (one.kind === 'packed' ? [one.pattern] : [])))
    this.#streams.want(wanted.filter((one) => one.kind !== 'file' && one.kind !== 'packed'))
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
   * @param most bytes of what is read here; what is fed comes as it was handed in
   * @throws Fault `source.small-buffer` if the buffer or a turn could not hold the longest line
   */
  take(buffer: Uint8Array, most = this.#turnBytes): Chunk | undefined {
    this.#handed?.done()
    this.#handed = undefined
    this.#gather()
    const turn = buffer.length > most ? buffer.subarray(0, most) : buffer
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
  async next(buffer: Uint8Array, most?: number): Promise<Chunk | undefined> {
    while (!this.#closed) {
      if (this.#hands.clock.monotonic() - this.#rested > MAX_STRETCH_MS) await this.#rest()
      const chunk = this.take(buffer, most)
      if (chunk) return chunk
      // Closed during the rest, nobody would end the wait.
      if (this.busy || this.#closed) continue
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
    this.#packed.leave(log)
    this.#streams.leave(log)
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
      this.#fedInputs = [...this.#fed.values()]
    }
    const done = fed.feed(chunk)
    this.#wakeUp()
    return done
  }

  close(): void {
    this.#closed = true
    this.#stopPoll()
    this.#files.close()
    this.#packed.close()
    this.#streams.close()
    for (const fed of this.#fedInputs) fed.close()
    this.#fedInputs = []
    this.#wakeUp()
  }

  #look(): void {
    this.#files.look()
    this.#packed.look()
    this.#streams.look()
    if (this.busy) this.#wakeUp()
  }

  /** Logs come and go by themselves. */
  #gather(): void {
    const lists = [this.#files.inputs, this.#packed.inputs, this.#streams.inputs, this.#fedInputs]
    if (lists.every((list, index) => list === this.#gathered[index])) return
    this.#gathered = lists
    this.#inputs = lists.flat()
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
