/** A log that is read once, from its begin to its end, as its bytes come: standard input, or what gzip packed. */
import { asFault, Fault } from '../base/fault.ts'
import type { Files } from '../world/files.ts'
import { type Lines, linesOf } from './capped-lines.ts'
import type { Chunk } from './chunk.ts'
import type { Input, LogState, OnState } from './input.ts'
import { MAX_LINE_BYTES, wholeLines } from './lines.ts'
import type { Mark } from './position.ts'

/** The log that standard input is. */
export const STANDARD_INPUT = '/dev/stdin'

export interface StreamOptions {
  /** Bytes, unpacked, that were dealt with before. */
  readonly skip: number
  /** Where it is when so many bytes, unpacked, have been dealt with. */
  readonly markOf: (bytes: number) => Mark
  readonly gunzip: Files['gunzip']
  readonly onState: OnState
  /** There is something to read. */
  readonly onBusy: () => void
}

/** Lines that wait to be read; then what brings them has to wait. */
const MAX_WAITING_BYTES = 1024 * 1024

export class Stream implements Input {
  readonly log: string
  cutLines = 0
  readonly #options: StreamOptions
  #waiting: Lines[] = []
  #waitingBytes = 0
  /** Bytes of the first waiting piece that were handed on already. */
  #within = 0
  #passed: number
  #goOn: (() => void) | undefined
  /** How it ended; told when all of it was handed on. */
  #last: LogState | undefined
  #isClosed = false

  constructor(log: string, bytes: AsyncIterable<Uint8Array>, options: StreamOptions) {
    this.log = log
    this.#options = options
    this.#passed = options.skip
    options.onState(log, { kind: 'reading' })
    void this.#pump(bytes)
  }

  /** Whether nothing more will come. */
  get hasEnded(): boolean {
    return this.#last !== undefined && !this.busy
  }

  get busy(): boolean {
    return this.#waiting.length > 0
  }

  look(): void {}

  read(buffer: Uint8Array): Chunk | undefined {
    const offset = this.#passed
    let filled = 0
    for (let piece = this.#waiting[0]; piece; piece = this.#waiting[0]) {
      const room = Math.min(piece.bytes.length, this.#within + buffer.length - filled)
      // A longest line may fill the buffer and still lack its newline.
      const end = room === piece.bytes.length ? room : wholeLines(piece.bytes, this.#within, room, MAX_LINE_BYTES)
      if (end === this.#within) break
      buffer.set(piece.bytes.subarray(this.#within, end), filled)
      filled += end - this.#within
      this.#passed += end - this.#within
      this.#within = end
      if (end < piece.bytes.length) break
      if (piece.cut) this.cutLines++
      this.#waiting.shift()
      this.#waitingBytes -= piece.bytes.length
      this.#within = 0
    }
    if (filled === 0 && this.busy)
      throw new Fault('source.small-buffer', `a buffer of ${buffer.length} bytes cannot hold the longest line`)
    if (this.#waitingBytes < MAX_WAITING_BYTES) this.#goOn?.()
    this.#tellEnd()
    if (filled === 0) return undefined
    const end = this.#options.markOf(this.#passed)
    return { log: this.log, bytes: buffer.subarray(0, filled), offset, end, cutLines: this.cutLines }
  }

  close(): void {
    this.#isClosed = true
    this.#waiting = []
    this.#goOn?.()
  }

  async #pump(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const { skip, gunzip, onBusy } = this.#options
    let left = skip
    try {
      for await (const { bytes: piece, cut } of linesOf(bytes, gunzip)) {
        if (this.#isClosed) return
        const known = Math.min(left, piece.length)
        left -= known
        if (known === piece.length) continue
        // A copy: the bytes of a piece may be used again.
        this.#waiting.push({ bytes: piece.slice(known), cut })
        this.#waitingBytes += piece.length - known
        onBusy()
        if (this.#waitingBytes >= MAX_WAITING_BYTES) {
          await new Promise<void>((resolve) => {
            this.#goOn = resolve
          })
        }
      }
      this.#last = { kind: 'ended' }
    } catch (thrown) {
      this.#last = { kind: 'refused', reason: asFault(thrown, 'source.failed') }
    }
    if (!this.#isClosed) this.#tellEnd()
  }

  #tellEnd(): void {
    if (!this.hasEnded) return
    this.#options.onState(this.log, this.#last!)
    this.#options.onBusy()
  }
}

/** In the place of standard input where that is another process's: it is told once that somebody else must read it. */
export function deniedInput(onState: OnState): Input {
  const reason = new Fault('file.denied', 'standard input is not read by this process')
  // Who is told may let go of it at once: not before it is there.
  queueMicrotask(() => onState(STANDARD_INPUT, { kind: 'denied', reason }))
  return { log: STANDARD_INPUT, busy: false, look() {}, read: () => undefined, close() {} }
}
