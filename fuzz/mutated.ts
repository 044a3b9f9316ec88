/** Good texts, broken: pieces of them gone, twice, swapped, cut off, or something else in their place. */

/** @param nasty what may stand anywhere instead */
export function mutated(text: string, next: () => number, nasty: readonly string[]): string {
  let result = text
  for (let changes = Math.floor(next() * 6); changes > 0; changes--) {
    const at = Math.floor(next() * (result.length + 1))
    // Mostly a word or a line, seldom half of the text.
    const end = at + Math.floor(next() ** 4 * (result.length - at)) + Math.floor(next() * 4)
    const piece = result.slice(at, end)
    const kind = next()
    const instead = nasty[Math.floor(next() * nasty.length)]!
    if (kind < 0.2) result = result.slice(0, at) + result.slice(end)
    else if (kind < 0.35) result = result.slice(0, end) + piece + result.slice(end)
    else if (kind < 0.75) result = result.slice(0, at) + instead + result.slice(end)
    else if (kind < 0.9) result = result.slice(0, at) + instead + result.slice(at)
    else if (kind < 0.95) result = result.slice(0, at)
    else result = result.slice(0, at) + instead.repeat(Math.floor(next() * 2000)) + result.slice(at)
  }
  return result
}
