/**
 * The fingerprints by which the scan passes over places where no literal can be: of each literal its rarest three
 * bytes, and all of them shared out over eight groups so that few places of an ordinary log look like a group.
 */

export interface Literal {
  /** Lower case if case is ignored. */
  readonly bytes: Uint8Array
  /** Whether ASCII letters match in either case. */
  readonly ignoreCase: boolean
}

export interface Fingerprint {
  /** Six tables of 16 bytes; bit g of an entry: group g allows that half (low, high) of byte 0, 1, 2 of a window. */
  readonly tables: Uint8Array
  /** For each literal the place of its window in it. */
  readonly windows: readonly number[]
}

/** Bytes of a literal's window: fewer than 3 only if the literal is shorter. */
export function windowLength(literal: Literal): 1 | 2 | 3 {
  return Math.min(3, literal.bytes.length) as 1 | 2 | 3
}

/** The case mask of one byte of a literal: `(byte | mask) === literal's byte` is a match. */
export function caseMask(literal: Literal, byte: number): 0 | 0x20 {
  return literal.ignoreCase && byte >= 0x61 && byte <= 0x7a ? 0x20 : 0
}

export function fingerprint(literals: readonly Literal[]): Fingerprint {
  const frequency = byteFrequency()
  const windows = literals.map((literal) => rarestWindow(literal, frequency))
  const single = literals.map((literal, index) => groupOf(literal, windows[index]!))
  const tables = new Uint8Array(6 * 16)
  for (const [bit, group] of share(single, frequency).entries()) {
    for (let table = 0; table < 6; table++) {
      for (let half = 0; half < 16; half++) if ((group[table]! >> half) & 1) tables[16 * table + half]! |= 1 << bit
    }
  }
  return { tables, windows }
}

/** Six sets of halves (bit n: the half n), in the order of the tables. */
type Group = readonly number[]

const GROUPS = 8
/** Merging looks at all pairs, so that its cost grows with the square of this. */
const MOST_MERGED = 48
const ANY = 0xffff

function rarestWindow(literal: Literal, frequency: Float64Array): number {
  const { bytes } = literal
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at + windowLength(literal) <= bytes.length; at++) {
    let likely = 1
    for (let i = at; i < at + windowLength(literal); i++) {
      const mask = caseMask(literal, bytes[i]!)
      likely *= frequency[bytes[i]!]! + (mask ? frequency[bytes[i]! ^ mask]! : 0)
    }
    if (likely < least) [best, least] = [at, likely]
  }
  return best
}

function groupOf(literal: Literal, window: number): Group {
  const group: number[] = []
  for (let i = 0; i < 3; i++) {
    const byte = literal.bytes[window + i]
    if (byte === undefined || i >= windowLength(literal)) group.push(ANY, ANY)
    else group.push(1 << (byte & 15), (1 << (byte >> 4)) | (1 << ((byte ^ caseMask(literal, byte)) >> 4)))
  }
  return group
}

/** Merges groups, each time the two whose union lets the least more through, until there are eight. */
function share(single: readonly Group[], frequency: Float64Array): readonly Group[] {
  const groups = mergedInOrder(single, MOST_MERGED)
  const likely = groups.map((group) => likelihood(group, frequency))
  const price = (a: number, b: number) => likelihood(union(groups[a]!, groups[b]!), frequency) - likely[a]! - likely[b]!
  const prices = groups.map((_, a) => groups.map((_, b) => (b > a ? price(a, b) : Number.POSITIVE_INFINITY)))
  const alive = new Set(groups.keys())
  while (alive.size > GROUPS) {
    let [into, from, least] = [0, 0, Number.POSITIVE_INFINITY]
    for (const a of alive)
      for (const b of alive) if (prices[a]![b]! < least) [into, from, least] = [a, b, prices[a]![b]!]
    const merged = union(groups[into]!, groups[from]!)
    groups[into] = merged
    likely[into] = likelihood(merged, frequency)
    alive.delete(from)
    for (const other of alive) {
      if (other !== into) prices[Math.min(into, other)]![Math.max(into, other)] = price(into, other)
    }
  }
  return [...alive].map((index) => groups[index]!)
}

/** Like windows side by side, and as many neighbours made one as it takes to have no more than `most`. */
function mergedInOrder(single: readonly Group[], most: number): Group[] {
  const sorted = [...new Map(single.map((group) => [group.join(), group])).entries()].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )
  const size = Math.ceil(sorted.length / most)
  const groups: Group[] = []
  for (let at = 0; at < sorted.length; at += size) {
    groups.push(sorted.slice(at, at + size).reduce((all, [, group]) => union(all, group), [0, 0, 0, 0, 0, 0] as Group))
  }
  return groups
}

function union(a: Group, b: Group): Group {
  return a.map((set, index) => set | b[index]!)
}

/** How likely a place of an ordinary log is to look like this group, taking its bytes for independent. */
function likelihood(group: Group, frequency: Float64Array): number {
  let all = 1
  for (let i = 0; i < 3; i++) {
    let one = 0
    for (let byte = 0; byte < 256; byte++) {
      if ((group[2 * i]! >> (byte & 15)) & (group[2 * i + 1]! >> (byte >> 4)) & 1) one += frequency[byte]!
    }
    all *= one
  }
  return all
}

/** Bytes per thousand in web and system logs, roughly; those not named have a twentieth each. Own estimate. */
const PER_THOUSAND: readonly (readonly [perThousand: number, bytes: string])[] = [
  [110, ' '],
  [45, '01'],
  [28, '23456./'],
  [22, '789e:'],
  [17, 'aiotnrs"'],
  [12, 'lcdm-'],
  [8, 'phu;,_'],
  [6, 'gbfwMTGKE'],
  [4, 'kvyxzAHPSCL()[]=+'],
  [2, 'jqWXNIFODU?&%#'],
  [1, "RBJQVYZ\n*@!{}'"],
]

function byteFrequency(): Float64Array {
  const frequency = new Float64Array(256).fill(0.00005)
  for (const [perThousand, bytes] of PER_THOUSAND) {
    for (const byte of bytes) frequency[byte.charCodeAt(0)] = perThousand / 1000
  }
  return frequency
}
