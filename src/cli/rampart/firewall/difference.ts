/** The difference between two texts of lines, as short as the order of what stays allows. */

export interface Difference {
  readonly sign: '+' | '-'
  readonly line: string
}

/** In the order of the lines that stay; between two of them what goes, then what comes. */
export function difference(before: readonly string[], next: readonly string[]): readonly Difference[] {
  const stays = commonOrder(numbered(before), numbered(next))
  const result: Difference[] = []
  let [gone, come] = [0, 0]
  const close = (place: number, index: number) => {
    for (; gone < place; gone++) result.push({ sign: '-', line: before[gone]! })
    for (; come < index; come++) result.push({ sign: '+', line: next[come]! })
  }
  for (const index of next.keys()) {
    const place = stays.get(index)
    if (place === undefined) continue
    close(place, index)
    gone = place + 1
    come = index + 1
  }
  close(before.length, next.length)
  return result
}

/**
 * The longest row of words that stand in both in this order: for places in `two` their places in `one`.
 * @param one without a word twice, like `two`
 */
export function commonOrder(one: readonly string[], two: readonly string[]): ReadonlyMap<number, number> {
  const places = new Map(one.map((word, index) => [word, index]))
  // Of the rows of each length that which ends lowest: patience sorting, n log n.
  const ends: Link[] = []
  for (const [index, word] of two.entries()) {
    const place = places.get(word)
    if (place === undefined) continue
    const length = firstNotBelow(ends, place)
    ends[length] = { index, place, before: ends[length - 1] }
  }
  const pairs = new Map<number, number>()
  for (let link = ends.at(-1); link; link = link.before) pairs.set(link.index, link.place)
  return pairs
}

interface Link {
  readonly index: number
  readonly place: number
  readonly before: Link | undefined
}

function firstNotBelow(ends: readonly Link[], place: number): number {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]!.place < place) low = middle + 1
    else high = middle
  }
  return low
}

/** So that no line stands twice. */
function numbered(lines: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  return lines.map((line) => {
    const count = (counts.get(line) ?? 0) + 1
    counts.set(line, count)
    return `${count} ${line}`
  })
}
