/** Where lines end in a buffer. Each function looks at the least bytes that answer it. */

export const NEWLINE = 0x0a

/** A line longer than this, without its newline, is handed on as its first bytes. Source: the bound of R22 in the list of faults. */
export const MAX_LINE_BYTES = 65536

/**
 * The index behind the last newline in [from, stop), such that no line before it is longer than `maxLine` without its
 * newline; `from` if there is none. It hops from the back of each window of `maxLine`, so it reads a few bytes of it.
 */
export function wholeLines(buffer: Uint8Array, from: number, stop: number, maxLine: number): number {
  let end = from
  while (end < stop) {
    const newline = buffer.lastIndexOf(NEWLINE, Math.min(end + maxLine, stop - 1))
    if (newline < end) return end
    end = newline + 1
  }
  return end
}

/** The index behind the first newline in [from, stop), or undefined. */
export function nextLine(buffer: Uint8Array, from: number, stop: number): number | undefined {
  const newline = buffer.subarray(from, stop).indexOf(NEWLINE)
  return newline < 0 ? undefined : from + newline + 1
}

/** The index of the first byte in [from, stop) that is not NUL. */
export function pastNuls(buffer: Uint8Array, from: number, stop: number): number {
  let at = from
  while (at < stop && buffer[at] === 0) at++
  return at
}
