/** The bytes of a log as whole lines, however they come: a file, a packed one, a pipe that trickles. */

import type { Files } from '../world/files.ts'
import { MAX_LINE_BYTES, NEWLINE, wholeLines } from './lines.ts'
import { unpacked } from './unpacked.ts'

export interface Lines {
  /** Whole lines, each with its newline; the last of the log may have lacked one. */
  readonly bytes: Uint8Array
  /** They are one line, of which only the begin is here: it was longer than the cap. */
  readonly cut: boolean
}

/** What came together is handed on together, so that nobody waits for more than a line's end. */
export async function* linesOf(input: AsyncIterable<Uint8Array>, gunzip: Files['gunzip']): AsyncIterable<Lines> {
  /** The unfinished line; one byte more than the cap tells that there was more. */
  let rest: Uint8Array = EMPTY
  for await (const chunk of unpacked(input, gunzip)) {
    const last = chunk.lastIndexOf(NEWLINE)
    if (last < 0) {
      rest = capped(rest, chunk)
      continue
    }
    const first = chunk.indexOf(NEWLINE) + 1
    if (rest.length > 0) {
      yield finished(capped(rest, chunk.subarray(0, first - 1)))
      yield* shortened(chunk.subarray(first, last + 1))
    } else yield* shortened(chunk.subarray(0, last + 1))
    // A copy: the bytes of a chunk may be used again.
    rest = capped(EMPTY, chunk.subarray(last + 1))
  }
  if (rest.length > 0) yield finished(rest)
}

const EMPTY = new Uint8Array(0)

function capped(begin: Uint8Array, more: Uint8Array): Uint8Array {
  const length = Math.min(begin.length + more.length, MAX_LINE_BYTES + 1)
  const bytes = new Uint8Array(length)
  bytes.set(begin)
  bytes.set(more.subarray(0, length - begin.length), begin.length)
  return bytes
}

function finished(line: Uint8Array): Lines {
  const cut = line.length > MAX_LINE_BYTES
  const length = Math.min(line.length, MAX_LINE_BYTES)
  const bytes = new Uint8Array(length + 1)
  bytes.set(line.subarray(0, length))
  bytes[length] = NEWLINE
  return { bytes, cut }
}

/** Whole lines in as few parts as there are lines over the cap. */
function* shortened(bytes: Uint8Array): Iterable<Lines> {
  for (let at = 0; at < bytes.length; ) {
    const end = wholeLines(bytes, at, bytes.length, MAX_LINE_BYTES)
    if (end > at) yield { bytes: bytes.subarray(at, end), cut: false }
    if (end === bytes.length) return
    yield finished(bytes.subarray(end, end + MAX_LINE_BYTES + 1))
    at = bytes.indexOf(NEWLINE, end) + 1
  }
}
