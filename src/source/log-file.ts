/**
 * One open file of a log. It holds no bytes between two reads but the fingerprints: what is not yet a whole line is read
 * again from the page cache, so that one buffer serves all logs and a line is never handed on before its newline.
 */
import { Fault } from '../base/fault.ts'
import type { Digest } from '../world/digest.ts'
import type { OpenFile, Stat } from '../world/files.ts'
import { NEWLINE, nextLine, pastNuls, wholeLines } from './lines.ts'
import type { Position } from './position.ts'
import { firstNew, type IsOld } from './seek.ts'

/** The first bytes of a file that are compared at each read: a few lines with their stamps. */
const HEAD_BYTES = 1024
/** The bytes before the offset, read together with what follows them, so that nothing can come between. */
const TAIL_BYTES = 256
/** Less than this a disk does not leave out. */
const PAGE_BYTES = 4096

export interface Lines {
  readonly bytes: Uint8Array
  /** Where they stood in the file. */
  readonly offset: number
  /** They are the beginning of one line over the cap, and a newline. */
  readonly cut: boolean
}

export class LogFile {
  readonly device: number
  readonly inode: number
  /** Whether a read could bring something: it changed, or the last read did not reach its end. */
  busy = true
  readonly #file: OpenFile
  readonly #digest: Digest
  readonly #maxLine: number
  #offset = 0
  /** The offset lies inside a line whose beginning was handed on, or written before the start: its rest is no line. */
  #within = false
  readonly #head = new Uint8Array(HEAD_BYTES)
  #headBytes = 0
  readonly #tail = new Uint8Array(TAIL_BYTES)
  #tailBytes = 0
  #seenSize = -1
  #seenModified = -1
  #headSum: string | undefined

  /** @param maxLine bytes of a line without its newline */
  constructor(file: OpenFile, digest: Digest, maxLine: number) {
    const { device, inode } = file.stat()
    this.device = device
    this.inode = inode
    this.#file = file
    this.#digest = digest
    this.#maxLine = maxLine
    this.#sniff()
  }

  is({ device, inode }: Pick<Stat, 'device' | 'inode'>): boolean {
    return inode === this.inode && device === this.device
  }

  stat(): Stat {
    return this.#file.stat()
  }

  get offset(): number {
    return this.#offset
  }

  /** Behind the last whole line. One that is being written is new: it ends after the start. */
  startAtEnd(): void {
    const size = this.#file.stat().size
    const last = this.#exactly(Math.max(0, size - this.#maxLine), Math.min(size, this.#maxLine))
    const newline = last.lastIndexOf(NEWLINE)
    this.#place(newline < 0 && size <= this.#maxLine ? 0 : size - (newline < 0 ? 0 : last.length - newline - 1))
  }

  /** Where a saved position says, if the bytes before it are still the same; else nothing changes and it is false. */
  startAt({ offset, head, headBytes, tail }: Position): boolean {
    if (this.#file.stat().size < offset) return false
    if (this.#digest.sha1(this.#exactly(0, headBytes)) !== head) return false
    if (tail && this.#digest.sha1(this.#exactly(offset - tail.bytes, tail.bytes)) !== tail.sha1) return false
    this.#place(offset)
    return true
  }

  startAtBegin(): void {
    this.#place(0)
  }

  /** Goes on where lines are new enough to count. */
  passOld(isOld: IsOld): void {
    const offset = firstNew(this.#file, this.#offset, this.#file.stat().size, isOld)
    if (offset > this.#offset) this.#place(offset)
  }

  position(): Position {
    this.#headSum ??= this.#digest.sha1(this.#head.subarray(0, this.#headBytes))
    return {
      device: this.device,
      inode: this.inode,
      head: this.#headSum,
      headBytes: this.#headBytes,
      offset: this.#offset,
      tail: { sha1: this.#digest.sha1(this.#tail.subarray(0, this.#tailBytes)), bytes: this.#tailBytes },
    }
  }

  /** @returns whether it changed since the last notice; the time counts too, as a file may regrow to the same size */
  notice(stat: Stat): boolean {
    if (stat.size === this.#seenSize && stat.modifiedMs === this.#seenModified) return false
    this.#seenSize = stat.size
    this.#seenModified = stat.modifiedMs
    this.busy = true
    this.#sniff()
    return true
  }

  /** Nothing has been seen in it. */
  get isBlank(): boolean {
    return this.#headBytes === 0
  }

  /** Whether it may have been copied from what stands in the other now. */
  isCopyOf(other: LogFile): boolean {
    const common = Math.min(this.#headBytes, other.#headBytes)
    return common > 0 && startsWith(this.#head, other.#head, common) && this.stat().size <= other.stat().size
  }

  /** Bytes that were noticed and not read; where it is not busy, of a line that was never finished. */
  get unread(): number {
    return Math.max(0, this.#seenSize - this.#offset)
  }

  /**
   * Whole lines, or undefined if there are none now. `rewritten`: what was read before stands there no longer.
   * @throws Fault `source.small-buffer`, and those of a read
   */
  read(buffer: Uint8Array): Lines | 'rewritten' | undefined {
    if (buffer.length < this.#maxLine + TAIL_BYTES + 2)
      throw new Fault('source.small-buffer', `a buffer of ${buffer.length} bytes cannot hold the longest line`)
    const at = this.#offset - this.#tailBytes
    this.#sniff()
    if (at > 0 && !this.#standsAt(0, this.#head, this.#headBytes, buffer)) return 'rewritten'
    const stop = this.#file.read(buffer, at)
    if (stop < this.#tailBytes || !startsWith(buffer, this.#tail, this.#tailBytes)) return 'rewritten'
    if (at === 0 && (stop < this.#headBytes || !startsWith(buffer, this.#head, this.#headBytes))) return 'rewritten'
    return this.#take(buffer, stop)
  }

  close(): void {
    this.#file.close()
  }

  /** The lines in [#tailBytes, stop) of a buffer that begins with the tail. */
  #take(buffer: Uint8Array, stop: number): Lines | undefined {
    const at = this.#offset - this.#tailBytes
    const isPlain = !this.#within
    const from = this.#firstLine(buffer, stop)
    if (isPlain && from === stop) {
      this.busy = stop === buffer.length && this.#leap()
      return undefined
    }
    let end = this.#within ? from : wholeLines(buffer, from, stop, this.#maxLine)
    const cut = !this.#within && end === from && stop - from > this.#maxLine
    if (cut) end += this.#maxLine
    this.busy = stop === buffer.length || stop - end > this.#maxLine
    this.#advance(buffer, end)
    if (end === from) return undefined
    if (!cut) return { bytes: buffer.subarray(from, end), offset: at + from, cut }
    this.#within = true
    this.busy = true
    buffer[end] = NEWLINE
    return { bytes: buffer.subarray(from, end + 1), offset: at + from, cut }
  }

  /** Behind the rest of a cut line, and behind NULs: the hole that a truncation leaves under a writer that does not append. */
  #firstLine(buffer: Uint8Array, stop: number): number {
    if (!this.#within) return pastNuls(buffer, this.#tailBytes, stop)
    const next = nextLine(buffer, this.#tailBytes, stop)
    if (next === undefined) return stop
    this.#within = false
    return next
  }

  /**
   * To where the NULs end, which may be a terabyte away; every page between is not read. A file that ends in NULs was made
   * so large before it was written: what comes will stand here.
   */
  #leap(): boolean {
    const { size } = this.#file.stat()
    if (this.#isHole(Math.max(this.#offset, size - PAGE_BYTES))) return false
    let low = this.#offset
    for (let high = size; high - low > PAGE_BYTES; ) {
      const middle = Math.floor((low + high) / 2)
      if (this.#isHole(middle)) low = middle
      else high = middle
    }
    this.#place(low)
    return true
  }

  #isHole(offset: number): boolean {
    const page = this.#exactly(offset, PAGE_BYTES)
    return pastNuls(page, 0, page.length) === page.length
  }

  #advance(buffer: Uint8Array, end: number): void {
    this.#offset += end - this.#tailBytes
    this.#tailBytes = Math.min(TAIL_BYTES, end)
    this.#tail.set(buffer.subarray(end - this.#tailBytes, end))
  }

  #place(offset: number): void {
    const length = Math.min(TAIL_BYTES, offset)
    const tail = this.#exactly(offset - length, length)
    // Shorter than it was a moment ago: the next read finds it rewritten, and begins anew.
    this.#offset = tail.length < length ? tail.length : offset
    this.#headBytes = 0
    this.#headSum = undefined
    this.#sniff()
    this.#tail.set(tail)
    this.#tailBytes = tail.length
    this.#within = tail.length > 0 && tail.at(-1) !== NEWLINE && tail.at(-1) !== 0
    this.busy = true
  }

  /**
   * Takes in what the file begins with, read or not: before a line of it was read it may be copied and truncated. NULs at
   * the end are no content: a file that was made large first is written over them.
   */
  #sniff(): void {
    if (this.#headBytes === HEAD_BYTES) return
    const head = this.#exactly(0, HEAD_BYTES)
    // If it began with something else before, the next read tells.
    if (!startsWith(head, this.#head, this.#headBytes)) return
    let length = head.length
    while (length > this.#headBytes && head[length - 1] === 0) length--
    if (length === this.#headBytes) return
    this.#head.set(head.subarray(0, length))
    this.#headBytes = length
    this.#headSum = undefined
  }

  #standsAt(offset: number, bytes: Uint8Array, length: number, scratch: Uint8Array): boolean {
    return this.#file.read(scratch.subarray(0, length), offset) === length && startsWith(scratch, bytes, length)
  }

  /** Up to `length` bytes; fewer at the end of the file. */
  #exactly(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    return bytes.subarray(0, this.#file.read(bytes, offset))
  }
}

function startsWith(buffer: Uint8Array, bytes: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (buffer[i] !== bytes[i]) return false
  return true
}
