/**
 * Networks of one family and one length of prefix, as the kernel keeps them in one set: their addresses, sorted, none twice.
 * A million of them are an array of numbers, not objects.
 */
import { type Network, networkOf } from '../../base/address.ts'

export interface Layer {
  readonly family: 4 | 6
  readonly prefix: number
  /** `stride(family)` words for each network, the highest first; host bits are zero. */
  readonly words: Uint32Array
}

/** 32-bit words of an address. */
export function stride(family: 4 | 6): 1 | 4 {
  return family === 4 ? 1 : 4
}

export function countOf({ family, words }: Layer): number {
  return words.length / stride(family)
}

/** Negative, zero or positive, as of two numbers of `size` words each. */
export function compareWords(one: Uint32Array, i: number, other: Uint32Array, j: number, size: number): number {
  for (let word = 0; word < size; word++) {
    const by = one[i + word]! - other[j + word]!
    if (by !== 0) return by
  }
  return 0
}

/** The bits of a word of an address that a prefix covers. */
export function maskOf(prefix: number, word: number): number {
  const bits = Math.min(32, Math.max(0, prefix - word * 32))
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0
}

/** Whether a network of the layers holds all of this one. */
export function holds(layers: readonly Layer[], { family, prefix, bits }: Network): boolean {
  const size = stride(family)
  const address = new Uint32Array(size)
  for (let word = 0; word < size; word++) address[word] = Number((bits >> BigInt((size - 1 - word) * 32)) & 0xffffffffn)
  return layers.some((layer) => layer.family === family && layer.prefix <= prefix && has(layer, address))
}

function has({ prefix, words }: Layer, address: Uint32Array): boolean {
  const size = address.length
  const wanted = address.map((word, index) => word & maskOf(prefix, index))
  let [low, high] = [0, words.length / size]
  while (low < high) {
    const middle = (low + high) >> 1
    const by = compareWords(words, middle * size, wanted, 0, size)
    if (by === 0) return true
    if (by < 0) low = middle + 1
    else high = middle
  }
  return false
}

/**
 * The networks of a layer, from one place up to another, as nft reads them: without their prefix. Made as bytes: as many texts as
 * there are addresses would be 100 MB until they are cleared away.
 */
export function printAddresses({ family, words }: Layer, from: number, to: number): string {
  const text = new Text((to - from) * (family === 4 ? 17 : 41))
  for (let at = from; at < to; at++) {
    if (at > from) text.comma()
    if (family === 4) text.dotted(words[at]!)
    else text.grouped(words, at * 4)
  }
  return text.end()
}

const [COMMA, BLANK, DOT, COLON, ZERO] = [44, 32, 46, 58, 48]

class Text {
  readonly #bytes: Uint8Array
  #length = 0

  constructor(most: number) {
    this.#bytes = new Uint8Array(most)
  }

  comma(): void {
    this.#bytes[this.#length++] = COMMA
    this.#bytes[this.#length++] = BLANK
  }

  dotted(word: number): void {
    for (let shift = 24; shift >= 0; shift -= 8) {
      this.#decimal((word >>> shift) & 255)
      if (shift > 0) this.#bytes[this.#length++] = DOT
    }
  }

  grouped(words: Uint32Array, at: number): void {
    for (let group = 0; group < 8; group++) {
      if (group > 0) this.#bytes[this.#length++] = COLON
      this.#hex((words[at + (group >> 1)]! >>> (group % 2 === 0 ? 16 : 0)) & 0xffff)
    }
  }

  end(): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, this.#length))
  }

  #decimal(octet: number): void {
    if (octet >= 100) this.#bytes[this.#length++] = ZERO + Math.floor(octet / 100)
    if (octet >= 10) this.#bytes[this.#length++] = ZERO + (Math.floor(octet / 10) % 10)
    this.#bytes[this.#length++] = ZERO + (octet % 10)
  }

  #hex(group: number): void {
    for (let shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0; shift >= 0; shift -= 4) {
      const digit = (group >>> shift) & 15
      this.#bytes[this.#length++] = digit < 10 ? ZERO + digit : 87 + digit
    }
  }
}

/** In their canonical text. */
export function* networksOf({ family, prefix, words }: Layer): Iterable<Network> {
  const size = stride(family)
  for (let at = 0; at < words.length; at += size) {
    let bits = 0n
    for (let word = 0; word < size; word++) bits = (bits << 32n) | BigInt(words[at + word]!)
    yield networkOf(family, bits, prefix)
  }
}
