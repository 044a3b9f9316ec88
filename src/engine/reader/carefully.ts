/**
 * Matches a chunk in pieces, each told before: should the reader end there, the next one takes that piece line by line, and
 * one line that ends it is left out from then on. Of a piece some 30 lines, since each match in a time limit costs 0.1 ms.
 */
import type { Matched } from '../../filter/log-matcher.ts'
import { NEWLINE } from '../../source/lines.ts'

export interface Care {
  /** Digests of pieces that a reader ended at. */
  readonly suspects: ReadonlySet<string>
  /** Digests of lines that one ended at. */
  readonly leftOut: ReadonlySet<string>
  digest(bytes: Uint8Array): string
  /** Tells what is matched next; undefined: nothing for now. */
  begins(digest: string | undefined, isLine: boolean): void
}

const PIECE_BYTES = 4096

export function carefully(bytes: Uint8Array, match: (bytes: Uint8Array) => Matched, care: Care): Matched {
  const all: Matched[] = []
  const attempt = (part: Uint8Array, digest: string, isLine: boolean) => {
    care.begins(digest, isLine)
    all.push(match(part))
  }
  for (const piece of parts(bytes, PIECE_BYTES)) {
    const digest = care.digest(piece)
    if (!care.suspects.has(digest)) {
      attempt(piece, digest, false)
      continue
    }
    for (const line of parts(piece, 1)) {
      const known = care.digest(line)
      if (!care.leftOut.has(known)) attempt(line, known, true)
    }
  }
  care.begins(undefined, false)
  return {
    lines: all.reduce((sum, { lines }) => sum + lines, 0),
    failures: all.flatMap(({ failures }) => failures),
    faults: all.flatMap(({ faults }) => faults),
  }
}

/** Whole lines, each part as many as fit into `most` bytes, one at least. */
function* parts(bytes: Uint8Array, most: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; ) {
    const last = bytes.subarray(start, start + most).lastIndexOf(NEWLINE)
    const newline = last < 0 ? bytes.indexOf(NEWLINE, start) : start + last
    const end = newline < 0 ? bytes.length : newline + 1
    yield bytes.subarray(start, end)
    start = end
  }
}
