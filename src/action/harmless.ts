/** Values from logs, names and the history, before a script gets them: bounded, and nothing in them that a terminal obeys. */
import { capText } from '../base/cap-text.ts'

export const MAX_VALUE_BYTES = 4096

/**
 * Without control characters but tab and newline, and capped. What an environment cannot hold (NUL, half a surrogate
 * pair) is among what goes.
 */
export function harmless(text: string): string {
  // No more than could be kept: of a value of a megabyte the rest need not be looked at.
  const start = text.length > 2 * MAX_VALUE_BYTES ? text.slice(0, 2 * MAX_VALUE_BYTES) : text
  return capText(start.replace(CONTROL, ''), MAX_VALUE_BYTES)
}

/** The last of them that fit, each on a line of its own. */
export function lastLines(lines: readonly string[]): string {
  let bytes = 0
  let first = lines.length
  for (; first > 0; first--) {
    bytes += Buffer.byteLength(lines[first - 1]!) + 1
    if (bytes > MAX_VALUE_BYTES + 1 && first < lines.length) break
  }
  return lines.slice(first).join('\n')
}

/** What no interpreter takes for code, an option or the end of a text: for where no quoting helps. */
export function tame(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.:,+-]/gu, '_').replace(/^-/, '_')
}

const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g
