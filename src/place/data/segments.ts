/**
 * Ranges of addresses as segments: where each begins and which record it has, up to where the next begins. Neighbours with one
 * record are one segment; between the ranges stands record 0, which says nothing.
 *
 * An IPv6 segment that begins at a /64 is known by its first 64 bits. The few that do not are `deep`, in a list of their own:
 * the one before an address is the later of the two lists'.
 */
import { Words } from './words.ts'

/** All IPv4 addresses, and one more. */
const END4 = 2 ** 32
const HALF = 0xffffffffffffffffn

export class Segments4 {
  readonly starts = new Words()
  readonly records = new Words()
  /** Ranges that begin before the one before them ends. */
  overlaps = 0
  #next = 0
  #last = -1

  /** What was said of an address first holds. @param end the last address */
  add(start: number, end: number, record: number): void {
    if (start < this.#next) this.overlaps++
    if (end < this.#next || end < start) return
    if (start > this.#next) this.#push(this.#next, 0)
    this.#push(start < this.#next ? this.#next : start, record)
    this.#next = end + 1
  }

  end(): void {
    if (this.#next < END4) this.#push(this.#next, 0)
  }

  #push(start: number, record: number): void {
    if (record === this.#last) return
    this.starts.push(start)
    this.records.push(record)
    this.#last = record
  }
}

export class Segments6 {
  /** Two words each. */
  readonly starts = new Words()
  readonly records = new Words()
  /** Four words each. */
  readonly deepStarts = new Words()
  readonly deepRecords = new Words()
  overlaps = 0
  #next = 0n
  #last = -1

  /** As `Segments4.add`. */
  add(start: bigint, end: bigint, record: number): void {
    if (start < this.#next) this.overlaps++
    if (end < this.#next || end < start) return
    if (start > this.#next) this.#push(this.#next, 0)
    this.#push(start < this.#next ? this.#next : start, record)
    this.#next = end + 1n
  }

  end(): void {
    if (this.#next >> 128n === 0n) this.#push(this.#next, 0)
  }

  #push(start: bigint, record: number): void {
    if (record === this.#last) return
    this.#last = record
    const [starts, records] = (start & HALF) === 0n ? [this.starts, this.records] : [this.deepStarts, this.deepRecords]
    starts.push(Number(start >> 96n))
    starts.push(Number((start >> 64n) & 0xffffffffn))
    if (starts === this.deepStarts) {
      starts.push(Number((start >> 32n) & 0xffffffffn))
      starts.push(Number(start & 0xffffffffn))
    }
    records.push(record)
  }
}
