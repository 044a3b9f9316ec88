/** The physical lines of a chunk of nginx's error log: where each starts, and which process began a record there. */
import { bufferOf } from './plain-scan.ts'

/** The value of a line that does not begin as a record does. */
export const NO_WRITER = -1

/** NGX_MAX_ERROR_STR, the newline included. */
export const LONGEST_RECORD = 2048

export interface PhysicalLines {
  readonly count: number
  /** Where line i starts; `starts[count]` is behind the last newline. */
  readonly starts: Int32Array
  /** One number for the `pid#tid` of line i, or NO_WRITER. */
  readonly writers: Float64Array
}

/** Cuts chunk after chunk; the lists are used again: a result holds until the next call. */
export function lineCutter(): (bytes: Uint8Array) => PhysicalLines {
  let starts = new Int32Array(1024)
  let writers = new Float64Array(1024)
  return (bytes) => {
    const view = bufferOf(bytes)
    let count = 0
    for (let at = 0; at < view.length; count++) {
      if (count + 1 >= starts.length) {
        starts = grown(starts, new Int32Array(2 * starts.length))
        writers = grown(writers, new Float64Array(2 * writers.length))
      }
      starts[count] = at
      writers[count] = writerAt(view, at)
      const newline = view.indexOf(NEWLINE, at)
      at = newline < 0 ? view.length : newline + 1
    }
    starts[count] = view.length
    return { count, starts, writers }
  }
}

/** The first line from which a record that ends with line `last` could have begun. */
export function lowestWithin(lines: PhysicalLines, last: number): number {
  let lowest = last
  while (lowest > 0 && lines.starts[last + 1]! - lines.starts[lowest - 1]! <= LONGEST_RECORD) lowest--
  return lowest
}

/** -1 if no line starts there. */
export function lineStartingAt(lines: PhysicalLines, place: number): number {
  if (place < 0) return -1
  const line = lineAt(lines, place)
  return lines.starts[line] === place ? line : -1
}

/** The line that holds this place of the chunk. */
export function lineAt({ starts, count }: PhysicalLines, place: number): number {
  let [low, high] = [0, count]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= place) low = middle
    else high = middle
  }
  return low
}

const NEWLINE = 0x0a
/** Each `0` stands for a digit. A record begins so, then come the level, `] `, `pid#tid: `. Source: nginx 1.22.1's output. */
const STAMP = Uint8Array.from(Buffer.from('0000/00/00 00:00:00 ['))
const [ZERO, NINE, SPACE, HASH, COLON, CLOSE] = [0x30, 0x39, 0x20, 0x23, 0x3a, 0x5d]
/** Behind the stamp: the longest level is `notice`. */
const LEVEL_LETTERS = 8

function writerAt(bytes: Uint8Array, start: number): number {
  for (let i = 0; i < STAMP.length; i++) {
    const byte = bytes[start + i]!
    if (STAMP[i] === ZERO ? !(byte >= ZERO && byte <= NINE) : byte !== STAMP[i]) return NO_WRITER
  }
  let at = start + STAMP.length
  const longest = at + LEVEL_LETTERS
  while (at < longest && bytes[at]! >= 0x61 && bytes[at]! <= 0x7a) at++
  if (bytes[at++] !== CLOSE || bytes[at++] !== SPACE) return NO_WRITER
  let process = 0
  for (; isDigit(bytes[at]); at++) process = process * 10 + bytes[at]! - ZERO
  if (bytes[at++] !== HASH) return NO_WRITER
  let thread = 0
  for (; isDigit(bytes[at]); at++) thread = thread * 10 + bytes[at]! - ZERO
  if (bytes[at++] !== COLON || bytes[at] !== SPACE) return NO_WRITER
  // Linux: both are at most 2^22. Larger ones may share a number: they are nobody's.
  return (process * 2 ** 23 + thread) % 2 ** 52
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
