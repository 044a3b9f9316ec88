/** Matches each line of a chunk for itself, so that one that ends the reader is known, and can be left out the next time. */
import type { Matched } from '../filter/log-matcher.ts'
import { NEWLINE } from '../source/lines.ts'

/** @param begins hears of each line before it is matched; false: it is left out */
export function lineByLine(
  bytes: Uint8Array,
  match: (line: Uint8Array) => Matched,
  begins: (line: Uint8Array) => boolean,
): Matched {
  const all: Matched[] = []
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline < 0 ? bytes.length : newline + 1
    const line = bytes.subarray(start, end)
    if (begins(line)) all.push(match(line))
    start = end
  }
  return {
    lines: all.reduce((sum, { lines }) => sum + lines, 0),
    failures: all.flatMap(({ failures }) => failures),
    faults: all.flatMap(({ faults }) => faults),
  }
}
