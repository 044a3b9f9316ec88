/** The scan without SIMD: one search of the chunk per literal. Also serves lines that are longer than the buffer. */
import { caseMask, type Literal } from './fingerprint.ts'

export interface Scan {
  /** What is read straight into here is scanned without being copied. */
  readonly buffer: Uint8Array
  /** Tells every line that holds at least one literal, once, in order. `bytes`: whole lines, each ends in 0x0a. */
  lines(bytes: Uint8Array, tell: TellLine): void
  /** Newlines in the bytes. */
  countLines(bytes: Uint8Array): number
}

/**
 * `start` and `end` are byte offsets, `end` excludes the newline. The literals found in the line are
 * `words[at] ... words[at + count - 1]`, in no order, as their index in the list plus one; valid during the call.
 */
export type TellLine = (start: number, end: number, words: Uint32Array, at: number, count: number) => void

/** `owners`: who may match the line, ascending. */
export type TellCandidate = (start: number, end: number, owners: readonly number[]) => void

export function plainScan(literals: readonly Literal[], capacity: number): Scan {
  return {
    buffer: new Uint8Array(capacity),
    lines: (bytes, tell) => plainLines(literals, bytes, tell),
    countLines: (bytes) => {
      const view = bufferOf(bytes)
      let count = 0
      for (let at = view.indexOf(NEWLINE); at >= 0; at = view.indexOf(NEWLINE, at + 1)) count++
      return count
    },
  }
}

/** Scan.lines, for any number of literals and any length of lines. */
export function plainLines(literals: readonly Literal[], bytes: Uint8Array, tell: TellLine): void {
  const exact = bufferOf(bytes)
  const folded = literals.some((literal) => literal.ignoreCase) ? fold(exact) : exact
  const found = new Map<number, { readonly end: number; readonly literals: number[] }>()
  for (const [index, literal] of literals.entries()) {
    if (literal.bytes.length === 0 || literal.bytes.includes(NEWLINE)) continue
    const view = literal.ignoreCase ? folded : exact
    for (let at = view.indexOf(literal.bytes); at >= 0; ) {
      const start = at === 0 ? 0 : exact.lastIndexOf(NEWLINE, at - 1) + 1
      const newline = exact.indexOf(NEWLINE, at)
      const end = newline < 0 ? exact.length : newline
      const line = found.get(start)
      if (line) line.literals.push(index + 1)
      else found.set(start, { end, literals: [index + 1] })
      at = end + 1 < exact.length ? view.indexOf(literal.bytes, end + 1) : -1
    }
  }
  for (const [start, line] of [...found].sort(([a], [b]) => a - b)) {
    tell(start, line.end, Uint32Array.from(line.literals), 0, line.literals.length)
  }
}

/** A view with Node's fast searches; nothing is copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const NEWLINE = 0x0a
const ANY_CASE: Literal = { bytes: new Uint8Array(0), ignoreCase: true }

/** A copy with ASCII letters in lower case. */
function fold(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes)
  for (let i = 0; i < copy.length; i++) {
    const lower = copy[i]! | 0x20
    if (caseMask(ANY_CASE, lower) !== 0) copy[i] = lower
  }
  return copy
}
