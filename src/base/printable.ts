/**
 * Text from outside made safe for a terminal or a log line: control characters (C0, DEL, C1), the line and paragraph
 * separators and the bidirectional overrides appear as `\xNN` or `\u{NNNN}`. Nothing else changes, so applying it twice
 * is the same as once.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const point = character.codePointAt(0)!
    return point < 0x100 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`
  })
}

// Overrides and isolates (U+202A-E, U+2066-9) reorder what a person reads; lone surrogates cannot be encoded.
const UNSAFE =
  /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
