/** The bytes of a log as pieces of whole lines. */
import { Fault } from '../../base/fault.ts'
import { NEWLINE } from '../../source/lines.ts'
import type { OpenFile } from '../../world/files.ts'

/** The bytes are valid during the call. */
export type TellBytes = (bytes: Uint8Array) => void

/** A line that is longer is none. */
const MAX_LINE_BYTES = 1 << 28

/**
 * A last line without a newline is not told: who writes it is not done with it, and Fail2ban leaves it as well.
 * @param buffer where to read to, if there is one that somebody scans; it is exchanged for a larger one for a long line
 */
export function fileLines(file: OpenFile, buffer: Uint8Array, tell: TellBytes): void {
  let into = buffer
  let held = 0
  for (let offset = 0; ; ) {
    if (held === into.length) into = larger(into)
    const got = file.read(into.subarray(held), offset)
    if (got === 0) break
    offset += got
    const end = held + got
    // What was held has no newline.
    const last = lastNewline(into, held, end)
    if (last < 0) {
      held = end
      continue
    }
    tell(into.subarray(0, last + 1))
    const rest = end - last - 1
    const back = rest <= buffer.length / 2 ? buffer : into
    if (back === into) into.copyWithin(0, last + 1, end)
    else back.set(into.subarray(last + 1, end))
    into = back
    held = rest
  }
}

/** The same for bytes that come by themselves; their last line may lack its newline. */
export async function streamLines(pieces: AsyncIterable<Uint8Array>, tell: TellBytes): Promise<void> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const piece of pieces) {
    const last = lastNewline(piece, 0, piece.length)
    if (last >= 0) {
      tell(Buffer.concat([...held, piece.subarray(0, last + 1)]))
      held = []
      heldBytes = 0
    }
    // A copy: who sends may use his memory again.
    held.push(Uint8Array.prototype.slice.call(piece, last + 1))
    heldBytes += piece.length - last - 1
    if (heldBytes > MAX_LINE_BYTES) throw tooLong()
  }
  if (heldBytes > 0) tell(Buffer.concat(held))
}

function larger(buffer: Uint8Array): Uint8Array {
  if (buffer.length >= MAX_LINE_BYTES) throw tooLong()
  const twice = new Uint8Array(2 * buffer.length)
  twice.set(buffer)
  return twice
}

function tooLong(): Fault {
  return new Fault('log.long-line', `a line of more than ${MAX_LINE_BYTES} bytes`)
}

function lastNewline(bytes: Uint8Array, from: number, to: number): number {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).lastIndexOf(NEWLINE)
  return found < 0 ? -1 : from + found
}
