/** Text from outside is kept up to a number of bytes: a log line may have 64 KiB, and a history has millions of rows. */

export const MAX_NAME_BYTES = 256
/** A path, a user agent, a user name. */
export const MAX_VALUE_BYTES = 256
export const MAX_LINE_BYTES = 1024
/** Fail2ban's dbmaxmatches. */
export const MAX_BAN_LINES = 10
/** A counter is written at each failure: less is kept with it. */
export const MAX_COUNTER_LINES = 5
export const MAX_EVENT_BYTES = 16_384

/** At most `maxBytes` of UTF-8, cut between characters. What UTF-8 cannot say (half a surrogate pair) becomes U+FFFD. */
export function capText(text: string, maxBytes: number): string {
  // Three bytes at most for each UTF-16 unit: most texts need no look at their bytes.
  if (text.length * 3 <= maxBytes) return text.toWellFormed()
  const bytes = new Uint8Array(maxBytes)
  const { written } = new TextEncoder().encodeInto(text, bytes)
  return new TextDecoder().decode(bytes.subarray(0, written))
}

/** The newest lines, each capped, as JSON. */
export function capLines(lines: readonly string[], maxLines: number): string {
  if (lines.length === 0) return '[]'
  return JSON.stringify(lines.slice(-maxLines).map((line) => capText(line, MAX_LINE_BYTES)))
}
