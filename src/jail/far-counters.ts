/**
 * Counters of a flood of sources, for all jails together: where a jail's own table is full, here 12 bytes do for one, and
 * it has no lines. Nobody gets out of it by sending from many addresses: of a full bucket the least goes first, and only
 * among equals the one that was silent longest. Its memory, 36 MiB at most for 3 million, is given back when all is over.
 */
import { isHost, type Network, printNetwork } from '../base/address.ts'
import type { Seconds } from '../base/duration.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Counter } from './counter.ts'

/**
 * The part of one jail. Counts are kept up to 63, times to the second, the first to the 255th part of `findtime`: what is
 * lost is in favour of who is counted.
 */
export interface FarCounters {
  readonly size: number
  get(network: Network): Counter | undefined
  set(network: Network, counter: Counter): void
  delete(network: Network): void
  /** Forgets all. */
  clear(): void
  /** Forgets a part of what is over; after ten minutes of it, once a second, all. */
  sweep(now: EpochMs): void
}

/**
 * @param chance a number in [0, 1): nobody outside shall know which addresses share a bucket
 * @param mostBuckets a power of two from 512 to 262,144; each holds 12 counters
 * @returns what gives a jail its part, the same for the same name; undefined if there are too many jails
 */
export function farCounters(
  chance: () => number,
  mostBuckets = 262_144,
): (jail: string, findtime: Seconds) => FarCounters | undefined {
  const table = new Table(chance, mostBuckets)
  return (jail, findtime) => {
    const owner = table.owner(jail, findtime)
    if (owner === undefined) return undefined
    return {
      get size() {
        return table.sizes[owner]!
      },
      get: (network) => table.get(owner, network),
      set: (network, counter) => table.set(owner, network, counter),
      delete: (network) => table.delete(owner, network),
      clear: () => table.clear(owner),
      sweep: (now) => table.sweep(now),
    }
  }
}

// An entry is three words: the address or a part of its hash; owner (8 bits), tag (10), count (6) and span (8); the last second.
const WORDS = 3
const WAYS = 12
const BUCKET_WORDS = WAYS * WORDS
const CHUNK_BUCKETS = 1024
/** In a bucket on average before there is one more: with so few, hardly one overflows. */
const FILLED = 3
const MAX_OWNERS = 256
const MAX_COUNT = 63
const SPANS = 255
/** In a tag: the address is a hash, and the nine bits behind are those of its bucket that the first buckets do not say. */
const HASHED = 0x200
const FIRST_BUCKETS = 512
const SWEEPS = 600
const SWEEP_MS = 900

const NO_LINES = { matches: [], chars: 0 } as const

/** Linear hashing: it grows by one bucket at a time, so that nobody waits while millions are moved. */
class Table {
  readonly #seed: number
  readonly #mostBuckets: number
  readonly #names = new Map<string, number>()
  readonly #findtimes: Seconds[] = []
  /** Counters of each owner. */
  readonly sizes: number[] = []
  #chunks: Uint32Array[] = []
  #size = 0
  /** Buckets at the start of this doubling, a power of two, and how many of them have been split. */
  #low = FIRST_BUCKETS
  #split = 0
  #swept = 0
  #lastSweep: EpochMs = 0
  // What is looked for, and where it is: kept here, since each object would have to be collected again.
  #address = 0
  /** Owner and tag. */
  #identity = 0
  #hash = 0
  #chunk: Uint32Array | undefined
  #at = 0

  constructor(chance: () => number, mostBuckets: number) {
    this.#mostBuckets = mostBuckets
    this.#seed = Math.floor(chance() * 2 ** 32)
  }

  owner(jail: string, findtime: Seconds): number | undefined {
    const owner = this.#names.get(jail) ?? this.#names.size
    if (owner >= MAX_OWNERS) return undefined
    this.#names.set(jail, owner)
    this.#findtimes[owner] = findtime
    this.sizes[owner] ??= 0
    return owner
  }

  get(owner: number, network: Network): Counter | undefined {
    if (!this.#find(owner, network)) return undefined
    const [word, last] = [this.#chunk![this.#at + 1]!, this.#chunk![this.#at + 2]!]
    const count = (word >>> 8) & MAX_COUNT
    const span = Math.ceil(((word & SPANS) * this.#findtimes[owner]!) / SPANS)
    return { count, failures: count, first: (last - span) * 1000, last: last * 1000, ...NO_LINES }
  }

  set(owner: number, network: Network, { count, first, last }: Counter): void {
    if (this.#chunks.length === 0) this.#begin()
    if (!this.#find(owner, network)) this.#make(owner, seconds(last))
    const chunk = this.#chunk!
    const at = this.#at
    const span = Math.ceil(((seconds(last) - seconds(first)) * SPANS) / Math.max(1, this.#findtimes[owner]!))
    chunk[at] = this.#address
    chunk[at + 1] = (this.#identity << 14) | (Math.min(count, MAX_COUNT) << 8) | Math.min(Math.max(0, span), SPANS)
    chunk[at + 2] = seconds(last)
    if (this.#size > this.#buckets * FILLED && this.#buckets < this.#mostBuckets) this.#grow()
  }

  delete(owner: number, network: Network): void {
    if (this.#find(owner, network)) this.#remove(this.#chunk!, this.#at)
  }

  clear(owner: number): void {
    for (let bucket = 0; this.sizes[owner]! > 0; bucket++) {
      this.#go(bucket)
      const chunk = this.#chunk!
      const start = this.#at
      for (let at = start + BUCKET_WORDS - WORDS; at >= start; at -= WORDS) {
        if (chunk[at + 1] !== 0 && chunk[at + 1]! >>> 24 === owner) this.#remove(chunk, at)
      }
    }
  }

  sweep(now: EpochMs): void {
    if (this.#size === 0 || Math.abs(now - this.#lastSweep) < SWEEP_MS) return
    this.#lastSweep = now
    const time = seconds(now)
    for (let rest = Math.ceil(this.#buckets / SWEEPS); rest > 0 && this.#size > 0; rest--) {
      this.#swept = (this.#swept + 1) % this.#buckets
      this.#go(this.#swept)
      const chunk = this.#chunk!
      const start = this.#at
      // From the end: what is removed is replaced by the last.
      for (let at = start + BUCKET_WORDS - WORDS; at >= start; at -= WORDS) {
        if (chunk[at + 1] !== 0 && this.#isOver(chunk, at, time)) this.#remove(chunk, at)
      }
    }
  }

  get #buckets(): number {
    return this.#low + this.#split
  }

  #begin(): void {
    this.#low = FIRST_BUCKETS
    this.#split = 0
    this.#chunks.push(newChunk())
  }

  /** Whether it is there; then `#chunk` and `#at` say where. */
  #find(owner: number, network: Network): boolean {
    if (this.#chunks.length === 0) return false
    this.#identify(owner, network)
    this.#go(this.#bucketOf(this.#hash))
    const chunk = this.#chunk!
    const end = this.#at + BUCKET_WORDS
    for (let at = this.#at; at < end; at += WORDS) {
      const word = chunk[at + 1]!
      if (word === 0) break
      if (chunk[at] === this.#address && word >>> 14 === this.#identity) {
        this.#at = at
        return true
      }
    }
    return false
  }

  /** An IPv4 address is its own identity; of all else 50 bits of a hash are, 18 of them by the bucket and the tag. */
  #identify(owner: number, network: Network): void {
    if (network.family === 4 && isHost(network)) {
      this.#address = Number(network.bits)
      this.#identity = owner << 10
      this.#hash = this.#hashOf(this.#address)
      return
    }
    const text = printNetwork(network)
    let [a, b] = [this.#seed ^ owner, ~this.#seed]
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      a = Math.imul(a ^ code, 0x9e3779b1)
      b = Math.imul(b ^ code, 0x5f356495)
    }
    this.#address = mixed(a ^ (b >>> 15))
    this.#hash = mixed(b ^ (a >>> 13)) & (FIRST_BUCKETS * FIRST_BUCKETS - 1)
    this.#identity = (owner << 10) | HASHED | Math.floor(this.#hash / FIRST_BUCKETS)
  }

  #hashOf(address: number): number {
    return mixed(Math.imul(address ^ this.#seed, 0x9e3779b1))
  }

  #bucketOf(hash: number): number {
    const bucket = hash & (this.#low - 1)
    return bucket < this.#split ? hash & (2 * this.#low - 1) : bucket
  }

  #go(bucket: number): void {
    this.#chunk = this.#chunks[Math.floor(bucket / CHUNK_BUCKETS)]!
    this.#at = (bucket % CHUNK_BUCKETS) * BUCKET_WORDS
  }

  /** A place for what was looked for and is not there; in a full bucket that of the least. */
  #make(owner: number, time: number): void {
    this.#go(this.#bucketOf(this.#hash))
    const chunk = this.#chunk!
    const start = this.#at
    let at = start
    while (at < start + BUCKET_WORDS && chunk[at + 1] !== 0) at += WORDS
    if (at === start + BUCKET_WORDS) {
      at = this.#least(chunk, start, time)
      this.#remove(chunk, at)
      at = start + BUCKET_WORDS - WORDS
    }
    this.#chunk = chunk
    this.#at = at
    this.#size++
    this.sizes[owner]!++
  }

  #least(chunk: Uint32Array, start: number, time: number): number {
    let least = start
    for (let at = start; at < start + BUCKET_WORDS; at += WORDS) {
      if (this.#isOver(chunk, at, time)) return at
      const count = (chunk[at + 1]! >>> 8) & MAX_COUNT
      const fewest = (chunk[least + 1]! >>> 8) & MAX_COUNT
      if (count < fewest || (count === fewest && chunk[at + 2]! < chunk[least + 2]!)) least = at
    }
    return least
  }

  #isOver(chunk: Uint32Array, at: number, time: number): boolean {
    return time - chunk[at + 2]! > this.#findtimes[chunk[at + 1]! >>> 24]!
  }

  /** The last of its bucket takes its place. */
  #remove(chunk: Uint32Array, at: number): void {
    this.sizes[chunk[at + 1]! >>> 24]!--
    const start = at - (at % BUCKET_WORDS)
    let last = at
    while (last + WORDS < start + BUCKET_WORDS && chunk[last + WORDS + 1] !== 0) last += WORDS
    chunk.copyWithin(at, last, last + WORDS)
    chunk[last + 1] = 0
    this.#size--
    if (this.#size === 0) this.#chunks = []
  }

  #grow(): void {
    const [from, to] = [this.#split, this.#buckets]
    if (to % CHUNK_BUCKETS === 0) this.#chunks.push(newChunk())
    this.#split++
    this.#go(to)
    const [target, start] = [this.#chunk!, this.#at]
    this.#go(from)
    const source = this.#chunk!
    let kept = this.#at
    let moved = start
    for (let at = this.#at; at < this.#at + BUCKET_WORDS && source[at + 1] !== 0; at += WORDS) {
      const entry = source.subarray(at, at + WORDS)
      const tag = (entry[1]! >>> 14) & (2 * HASHED - 1)
      const hash =
        tag & HASHED ? (from & (FIRST_BUCKETS - 1)) + (tag - HASHED) * FIRST_BUCKETS : this.#hashOf(entry[0]!)
      if (this.#bucketOf(hash) === to) {
        target.set(entry, moved)
        moved += WORDS
        entry[1] = 0
      } else {
        if (at !== kept) {
          source.copyWithin(kept, at, at + WORDS)
          source[at + 1] = 0
        }
        kept += WORDS
      }
    }
    if (this.#split < this.#low) return
    this.#low *= 2
    this.#split = 0
  }
}

function newChunk(): Uint32Array {
  return new Uint32Array(CHUNK_BUCKETS * BUCKET_WORDS)
}

function seconds(time: EpochMs): number {
  return Math.max(0, Math.floor(time / 1000))
}

/** Source: the finalizer of MurmurHash3, public domain. */
function mixed(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
