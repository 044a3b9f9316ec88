/**
 * Adds up millions of counts by address. SQLite would sort them first (4 s for 2 million), and to hand each row over takes 1 us;
 * so SQLite joins them into one text a group, and IPv4 addresses are counted as the numbers that they are (0.5 s).
 */
import type { AddressCounts } from './address-counts.ts'

/** The column that `Tally` reads: `address TAB count`, a line each. Both are columns, or expressions. */
export function joined(address: string, count: string): string {
  return `CAST(group_concat(${address} || char(9) || ${count}, char(10)) AS BLOB)`
}

/** Places of the table at first: there may be one for each hour of a year. */
const LEAST = 64
const TAB = 9
const LINE_FEED = 10
const DOT = 46
const ZERO = 48
const NINE = 57
/** Without order, for places in a table. Source: Knuth, The Art of Computer Programming 3, 6.4 (2^32 / golden ratio). */
const SPREAD = 0x9e3779b1

export class Tally {
  /** Of those places that have a sum. */
  #keys = new Uint32Array(LEAST)
  #sums = new Float64Array(LEAST)
  #used = 0
  /** What is no single IPv4 address. */
  readonly #others = new Map<string, number>()

  add(lines: Uint8Array): void {
    const { length } = lines
    for (let at = 0; at < length; ) {
      const begin = at
      let [bits, octet, dots] = [0, 0, 0]
      for (let letter = lines[at]!; letter !== TAB; letter = lines[++at]!) {
        if (letter >= ZERO && letter <= NINE) octet = octet * 10 + letter - ZERO
        else if (letter === DOT) {
          bits = (bits << 8) | octet
          octet = 0
          dots++
        } else dots = 9
      }
      const end = at
      let count = 0
      for (at++; at < length && lines[at] !== LINE_FEED; at++) count = count * 10 + lines[at]! - ZERO
      at++
      if (dots === 3) this.#addNumber(((bits << 8) | octet) >>> 0, count)
      else this.#addText(String.fromCharCode(...lines.subarray(begin, end)), count)
    }
  }

  /** @param each what every address counts for; undefined: its sum */
  end(each?: 1): AddressCounts {
    const addresses: string[] = [...this.#others.keys()]
    const counts: number[] = [...this.#others.values()].map((sum) => each ?? sum)
    for (const [place, sum] of this.#sums.entries()) {
      if (sum === 0) continue
      addresses.push(textOf(this.#keys[place]!))
      counts.push(each ?? sum)
    }
    return { addresses, counts }
  }

  #addText(text: string, count: number): void {
    this.#others.set(text, (this.#others.get(text) ?? 0) + count)
  }

  #addNumber(key: number, count: number): void {
    const mask = this.#keys.length - 1
    // The highest bits of the product: the lowest would be those of the address alone.
    let place = Math.imul(key, SPREAD) >>> Math.clz32(mask)
    while (this.#sums[place] !== 0 && this.#keys[place] !== key) place = (place + 1) & mask
    if (this.#sums[place] === 0) {
      this.#keys[place] = key
      this.#used++
    }
    this.#sums[place]! += count
    if (this.#used * 2 > this.#keys.length) this.#grow()
  }

  #grow(): void {
    const [keys, sums] = [this.#keys, this.#sums]
    this.#keys = new Uint32Array(2 * keys.length)
    this.#sums = new Float64Array(2 * keys.length)
    this.#used = 0
    for (const [place, sum] of sums.entries()) if (sum !== 0) this.#addNumber(keys[place]!, sum)
  }
}

function textOf(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`
}
