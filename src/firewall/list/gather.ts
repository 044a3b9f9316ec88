/** Networks that come one by one, in any order, become layers: each once, and none that another one holds. */
import { compareWords, type Layer, maskOf, stride } from './layer.ts'

export interface Gathered {
  /** IPv4's first, then by length. */
  readonly layers: readonly Layer[]
  /** Said more than once. */
  readonly duplicates: number
  /** Within a larger network of the list. */
  readonly covered: number
}

interface Growing {
  readonly family: 4 | 6
  readonly prefix: number
  words: Uint32Array
  length: number
}

export class Gathering {
  readonly #layers = new Map<number, Growing>()
  #count = 0

  /** As many as were put in. */
  get count(): number {
    return this.#count
  }

  add4(prefix: number, word: number): void {
    const layer = this.#room(4, prefix)
    layer.words[layer.length++] = (word & maskOf(prefix, 0)) >>> 0
  }

  /** @param words from `at` on, four; host bits do not count */
  add6(prefix: number, words: Uint32Array, at = 0): void {
    const layer = this.#room(6, prefix)
    for (let word = 0; word < 4; word++) layer.words[layer.length++] = (words[at + word]! & maskOf(prefix, word)) >>> 0
  }

  addAll(layers: readonly Layer[]): void {
    for (const { family, prefix, words } of layers) {
      if (family === 4) for (const word of words) this.add4(prefix, word)
      else for (let at = 0; at < words.length; at += 4) this.add6(prefix, words, at)
    }
  }

  /** Nothing can be put in after it. */
  end(): Gathered {
    const layers: Layer[] = []
    let [duplicates, covered] = [0, 0]
    const growing = [...this.#layers.values()].sort((a, b) => a.family - b.family || a.prefix - b.prefix)
    this.#layers.clear()
    for (const family of [4, 6] as const) {
      let cover = NOTHING
      for (const one of growing.filter((each) => each.family === family)) {
        const said = one.length
        const distinct = withoutTwice(sorted(one), stride(family))
        const kept = cover === NOTHING ? distinct : uncovered(distinct, cover, stride(family))
        one.words = NONE
        duplicates += (said - distinct.length) / stride(family)
        covered += (distinct.length - kept.length) / stride(family)
        if (kept.length === 0) continue
        layers.push({ family, prefix: one.prefix, words: kept })
        // Nothing stands behind single addresses.
        if (one.prefix < stride(family) * 32) cover = joined(cover, kept, one.prefix, stride(family))
      }
    }
    return { layers, duplicates, covered }
  }

  #room(family: 4 | 6, prefix: number): Growing {
    this.#count++
    const key = family * 256 + prefix
    let layer = this.#layers.get(key)
    if (!layer) {
      layer = { family, prefix, words: new Uint32Array(64), length: 0 }
      this.#layers.set(key, layer)
    }
    if (layer.length + stride(family) > layer.words.length) {
      const larger = new Uint32Array(layer.words.length * 2)
      larger.set(layer.words)
      layer.words = larger
    }
    return layer
  }
}

const NONE = new Uint32Array(0)

function sorted({ family, words, length }: Growing): Uint32Array {
  const own = words.subarray(0, length)
  if (family === 4) return own.sort()
  const order = Uint32Array.from({ length: length / 4 }, (_, index) => index * 4)
  order.sort((a, b) => compareWords(own, a, own, b, 4))
  const result = new Uint32Array(length)
  for (const [index, at] of order.entries()) result.set(own.subarray(at, at + 4), index * 4)
  return result
}

/** In place, and no longer than it has to be. */
function withoutTwice(words: Uint32Array, size: number): Uint32Array {
  let length = 0
  for (let at = 0; at < words.length; at += size) {
    if (length > 0 && compareWords(words, length - size, words, at, size) === 0) continue
    if (length !== at) words.copyWithin(length, at, at + size)
    length += size
  }
  return words.slice(0, length)
}

/** Networks of several lengths, in order; none of them holds another. */
interface Cover {
  readonly firsts: Uint32Array
  readonly lasts: Uint32Array
}

const NOTHING: Cover = { firsts: NONE, lasts: NONE }

/** What no larger network holds, in place. */
function uncovered(words: Uint32Array, { firsts, lasts }: Cover, size: number): Uint32Array {
  let [length, over] = [0, 0]
  for (let at = 0; at < words.length; at += size) {
    while (over < lasts.length && compareWords(lasts, over, words, at, size) < 0) over += size
    if (over < firsts.length && compareWords(firsts, over, words, at, size) <= 0) continue
    if (length !== at) words.copyWithin(length, at, at + size)
    length += size
  }
  return length === words.length ? words : words.slice(0, length)
}

function joined({ firsts, lasts }: Cover, words: Uint32Array, prefix: number, size: number): Cover {
  const [first, last] = [new Uint32Array(firsts.length + words.length), new Uint32Array(firsts.length + words.length)]
  const masks = Array.from({ length: size }, (_, word) => ~maskOf(prefix, word) >>> 0)
  let [old, own] = [0, 0]
  for (let to = 0; to < first.length; to += size) {
    const isOld = own >= words.length || (old < firsts.length && compareWords(firsts, old, words, own, size) < 0)
    for (let word = 0; word < size; word++) {
      first[to + word] = isOld ? firsts[old + word]! : words[own + word]!
      last[to + word] = isOld ? lasts[old + word]! : words[own + word]! | masks[word]!
    }
    if (isOld) old += size
    else own += size
  }
  return { firsts: first, lasts: last }
}
