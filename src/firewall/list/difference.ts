/** What one list has and the other has not. */
import { compareWords, type Layer, stride } from './layer.ts'

export interface ListDifference {
  readonly gone: readonly Layer[]
  readonly come: readonly Layer[]
}

/** undefined: of more than so many networks. */
export function listDifference(
  before: readonly Layer[],
  next: readonly Layer[],
  most: number,
): ListDifference | undefined {
  const gone: Layer[] = []
  const come: Layer[] = []
  let left = most
  for (const { family, prefix } of distinct([...before, ...next])) {
    const size = stride(family)
    const words = (layers: readonly Layer[]) =>
      layers.find((layer) => layer.family === family && layer.prefix === prefix)?.words ?? NONE
    for (const [into, one, other] of [
      [gone, words(before), words(next)],
      [come, words(next), words(before)],
    ] as const) {
      const rest = without(one, other, size, left * size)
      if (!rest) return undefined
      left -= rest.length / size
      if (rest.length > 0) into.push({ family, prefix, words: rest })
    }
  }
  return { gone, come }
}

const NONE = new Uint32Array(0)

function distinct(layers: readonly Layer[]): Iterable<Layer> {
  return new Map(layers.map((layer) => [`${layer.family} ${layer.prefix}`, layer])).values()
}

/** undefined: of more than so many words. */
function without(one: Uint32Array, other: Uint32Array, size: number, most: number): Uint32Array | undefined {
  const words: number[] = []
  let beside = 0
  for (let at = 0; at < one.length; at += size) {
    while (beside < other.length && compareWords(other, beside, one, at, size) < 0) beside += size
    if (beside < other.length && compareWords(other, beside, one, at, size) === 0) continue
    if (words.length + size > most) return undefined
    for (let word = 0; word < size; word++) words.push(one[at + word]!)
  }
  return Uint32Array.from(words)
}
