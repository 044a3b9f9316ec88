/** Text from outside is kept up to a number of bytes: a log line may have 64 KiB, and a history has millions of rows. */
import { capText } from '../base/cap-text.ts'
import type { Fields, FieldValue } from '../filter/groups.ts'

export const MAX_NAME_BYTES = 256
/** A path, a user agent, a user name. */
export const MAX_VALUE_BYTES = 256
export const MAX_LINE_BYTES = 1024
export const MAX_EVENT_BYTES = 16_384

/** How much of the lines that led to something is kept with it. */
export interface LineCap {
  readonly lines: number
  /** Of all its lines together; those that JSON must escape may take twice as much. */
  readonly bytes: number
}

/** As many lines as Fail2ban's `dbmaxmatches` keeps. */
export const BAN_LINES: LineCap = { lines: 10, bytes: 4096 }
/** A counter is written at each failure: less is kept with it. */
export const COUNTER_LINES: LineCap = { lines: 5, bytes: 2048 }

/** The newest lines as JSON, oldest first, each capped; older ones only as long as they fit beside them. */
export function capLines(lines: readonly string[], cap: LineCap): string {
  if (lines.length === 0 || cap.lines === 0) return '[]'
  const newest = lines.length > cap.lines ? lines.slice(-cap.lines) : lines
  return fits(newest, cap.bytes) ? JSON.stringify(newest) : `[${cut(newest, cap.bytes).join(',')}]`
}

/** Whether they can stay as they are; most do. */
function fits(lines: readonly string[], maxBytes: number): boolean {
  let units = 0
  for (const line of lines) {
    units += line.length
    if (line.length * 3 > MAX_LINE_BYTES || !line.isWellFormed()) return false
  }
  return units * 3 <= maxBytes
}

/** As JSON, each value capped and those left out that do not fit; null where there is none. */
export function capFields(fields: Fields | undefined): string | null {
  if (!fields) return null
  const kept: Record<string, FieldValue> = {}
  let bytes = 0
  for (const [name, value] of Object.entries(fields)) {
    const capped = typeof value === 'string' ? capText(value, MAX_VALUE_BYTES) : capParts(value)
    bytes += Buffer.byteLength(name) + Buffer.byteLength(JSON.stringify(capped))
    if (bytes <= MAX_FIELDS_BYTES) kept[name] = capped
  }
  return JSON.stringify(kept)
}

const MAX_FIELDS_BYTES = 4096
/** Of a tuple, of the users of a session. */
const MAX_PARTS = 20

function capParts(parts: readonly (string | null)[]): readonly (string | null)[] {
  return parts.slice(0, MAX_PARTS).map((part) => (part === null ? null : capText(part, MAX_VALUE_BYTES)))
}

function cut(lines: readonly string[], maxBytes: number): string[] {
  const kept: string[] = []
  let bytes = 0
  for (const line of lines.toReversed()) {
    const text = JSON.stringify(capText(line, MAX_LINE_BYTES))
    bytes += Buffer.byteLength(text)
    if (bytes > maxBytes && kept.length > 0) break
    kept.unshift(text)
  }
  return kept
}
