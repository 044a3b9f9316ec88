/** At most `maxBytes` of UTF-8, cut between characters. What UTF-8 cannot say (half a surrogate pair) becomes U+FFFD. */
export function capText(text: string, maxBytes: number): string {
  // Three bytes at most for each UTF-16 unit: most texts need no look at their bytes.
  if (text.length * 3 <= maxBytes) return text.toWellFormed()
  const bytes = new Uint8Array(maxBytes)
  const { written } = new TextEncoder().encodeInto(text, bytes)
  return new TextDecoder().decode(bytes.subarray(0, written))
}
