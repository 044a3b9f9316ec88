/**
 * Adds up millions of counts by address. SQLite would sort them first (4 s for 2 million), and to hand each row over takes 1 us;
 * so SQLite joins them into one text a group, and IPv4 addresses are counted as the numbers that they are (0.5 s).
 */
import type { AddressCounts } from './address-counts.ts'

/** The column that `Tally` reads: `address TAB count`, a line each. Both are columns, or expressions. */
export function joined(address: string, count: string): string {
  return `CAST(group_concat(${address} || char(9) || ${count}, char(10)) AS BLOB)`
}

const BATCH = 2048
/** Places of the table at first: twice as many as one batch may need. */
const LEAST = 2 * BATCH
const TAB = 9
const LINE_FEED = 10
const DOT = 46
const ZERO = 48
const NINE = 57
/** Without order, for places in a table. Source: Knuth, The Art of Computer Programming 3, 6.4 (2^32 / golden ratio). */
const SPREAD = 0x9e3779b1

export class Tally {
  /** Of those places that have a sum. */
  #keys = new Int32Array(LEAST)
  #sums = new Float64Array(LEAST)
  #used = 0
  /** What was read and is not in the sums yet. */
  readonly #readKeys = new Int32Array(BATCH)
  readonly #readCounts = new Float64Array(BATCH)
  #read = 0
  /** What is no single IPv4 address. */
  readonly #others = new Map<string, number>()

  add(lines: Uint8Array): void {
    const { length } = lines
    for (let at = 0; at < length; ) {
      const begin = at
      let bits = 0
      let octet = 0
      let dots = 0
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
      if (dots === 3) {
        this.#readKeys[this.#read] = (bits << 8) | octet
        this.#readCounts[this.#read++] = count
        if (this.#read === BATCH) this.#sum()
      } else this.#addText(String.fromCharCode(...lines.subarray(begin, end)), count)
    }
    this.#sum()
  }

  /** @param each what every address counts for; undefined: its sum */
  end(each?: 1): AddressCounts {
    const addresses: string[] = [...this.#others.keys()]
    const counts: number[] = [...this.#others.values()].map((sum) => each ?? sum)
    const keys = this.#keys
    const sums = this.#sums
    for (let place = 0; place < keys.length; place++) {
      if (sums[place] === 0) continue
      addresses.push(textOf(keys[place]!))
      counts.push(each ?? sums[place]!)
    }
    return { addresses, counts }
  }

  #addText(text: string, count: number): void {
    this.#others.set(text, (this.#others.get(text) ?? 0) + count)
  }

  /** In a loop that does nothing else the processor fetches many places at once; line by line it would wait for each. */
  #sum(): void {
    if ((this.#used + this.#read) * 2 > this.#keys.length) this.#grow()
    const [keys, sums] = [this.#keys, this.#sums]
    const mask = keys.length - 1
    const shift = Math.clz32(mask)
    for (let i = 0; i < this.#read; i++) {
      const key = this.#readKeys[i]!
      // The highest bits of the product: the lowest would be those of the address alone.
      let place = Math.imul(key, SPREAD) >>> shift
      while (sums[place] !== 0 && keys[place] !== key) place = (place + 1) & mask
      if (sums[place] === 0) {
        keys[place] = key
        this.#used++
      }
      sums[place]! += this.#readCounts[i]!
    }
    this.#read = 0
  }

  #grow(): void {
    const [keys, sums] = [this.#keys, this.#sums]
    const mask = 2 * keys.length - 1
    const shift = Math.clz32(mask)
    const newKeys = new Int32Array(mask + 1)
    const newSums = new Float64Array(mask + 1)
    for (let from = 0; from < keys.length; from++) {
      if (sums[from] === 0) continue
      let place = Math.imul(keys[from]!, SPREAD) >>> shift
      while (newSums[place] !== 0) place = (place + 1) & mask
      newKeys[place] = keys[from]!
      newSums[place] = sums[from]!
    }
    this.#keys = newKeys
    this.#sums = newSums
  }
}

function textOf(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`
}
