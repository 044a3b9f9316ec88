/**
 * The prefilter: of the lines of a chunk only those that hold a literal without which an expression cannot match are
 * cut out and matched, and only by the expressions that own the literal. It never loses a line: a line is told for an
 * owner exactly if it holds one of the owner's literals, and one of each further set that the owner asks for.
 */
import type { Literal } from './fingerprint.ts'
import { bufferOf, type Scan, type TellCandidate, type TellLine } from './plain-scan.ts'
import { scan } from './scan.ts'
import { type Further, secondLook } from './second-look.ts'

/** The owner can match a line only if the line holds at least one of these, UTF-8 encoded. */
export interface Needle {
  readonly any: readonly string[]
  /** Whether ASCII letters match in either case. */
  readonly ignoreCase: boolean
  /** And at least one of each of these. */
  readonly also?: readonly Omit<Needle, 'also'>[]
}

export interface Prefilter {
  /** What is read straight into here is scanned without being copied. */
  readonly buffer: Uint8Array
  /**
   * Calls back once per line that at least one owner may match, in order. `start` and `end` are byte offsets, `end`
   * excludes the newline; `owners` ascend and are valid during the call, which must not call `candidates` again.
   * `bytes`: whole lines, each ends in 0x0a.
   */
  candidates(bytes: Uint8Array, tell: TellCandidate): void
  /** Newlines in the bytes. */
  countLines(bytes: Uint8Array): number
}

/**
 * Which owners may match which lines. Owners are numbered 0..n-1 in the given order; undefined means no literal is
 * known: every line is a candidate for it. `makeScan` is for tests and comparisons.
 */
export function prefilter(
  needles: readonly (Needle | undefined)[],
  makeScan: (it: Literal[]) => Scan = scan,
): Prefilter {
  const { literals, owners, always } = assign(needles)
  const found = makeScan(literals)
  const first = (bytes: Uint8Array, tell: TellCandidate) => {
    const tellHit = hits(owners, always, tell)
    if (always.length === 0) found.lines(bytes, tellHit)
    else everyLine(found, bytes, tellHit, (start, end) => tell(start, end, always))
  }
  const further = furtherOf(needles)
  return {
    buffer: found.buffer,
    countLines: (bytes) => found.countLines(bytes),
    candidates: further.sets.some((bits) => bits !== 0) ? secondLook(first, further, makeScan) : first,
  }
}

/** The further sets of each owner: each literal once, with who asks for it. A set with an empty literal asks for nothing. */
function furtherOf(needles: readonly (Needle | undefined)[]): Further {
  const all = needles.flatMap((needle, owner) => (needle?.also ?? []).map((set, at) => ({ set, owner, bit: 1 << at })))
  const asking = all.filter(({ set, bit }) => !set.any.includes('') && bit <= LAST_BIT)
  const { literals, owners } = assign(asking.map(({ set }) => set))
  const sets = new Uint8Array(needles.length)
  for (const { owner, bit } of asking) sets[owner]! |= bit
  return { literals, claims: owners.map((numbers) => numbers.map((number) => asking[number]!)), sets }
}

/** Of a byte, one for each set of an owner. */
const LAST_BIT = 0x80

interface Assignment {
  readonly literals: Literal[]
  /** By literal, ascending. */
  readonly owners: readonly (readonly number[])[]
  /** Owners that every line is told for, ascending. */
  readonly always: readonly number[]
}

/** Literals that several owners have are searched once. */
function assign(needles: readonly (Needle | undefined)[]): Assignment {
  const encoder = new TextEncoder()
  const known = new Map<string, { readonly literal: Literal; readonly owners: number[] }>()
  const always: number[] = []
  for (const [owner, needle] of needles.entries()) {
    if (needle === undefined || needle.any.includes('')) {
      always.push(owner)
      continue
    }
    for (const text of new Set(needle.any.map((it) => (needle.ignoreCase ? lowerCase(it) : it)))) {
      const key = `${needle.ignoreCase}:${text}`
      const entry = known.get(key)
      if (entry) entry.owners.push(owner)
      else known.set(key, { literal: { bytes: encoder.encode(text), ignoreCase: needle.ignoreCase }, owners: [owner] })
    }
  }
  const entries = [...known.values()]
  return { literals: entries.map((it) => it.literal), owners: entries.map((it) => it.owners), always }
}

/** ASCII letters only, as they are searched. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Turns literals found into owners. One list is used again for all lines: this is the hot path. */
function hits(owners: Assignment['owners'], always: readonly number[], tell: TellCandidate): TellLine {
  const merged: number[] = []
  return (start, end, words, at, count) => {
    if (count === 1 && always.length === 0) return tell(start, end, owners[words[at]! - 1]!)
    merged.length = 0
    for (const owner of always) merged.push(owner)
    for (let i = at; i < at + count; i++) for (const owner of owners[words[i]! - 1]!) insert(merged, owner)
    tell(start, end, merged)
  }
}

/** Adds to an ascending list what it does not hold yet. Most lists have one or two entries. */
function insert(list: number[], value: number): void {
  let at = list.length
  while (at > 0 && list[at - 1]! > value) at--
  if (at > 0 && list[at - 1] === value) return
  list.push(value)
  for (let i = list.length - 1; i > at; i--) list[i] = list[i - 1]!
  list[at] = value
}

/** The lines with literals go to `tellHit`, all others to `tellOther`, in order. */
function everyLine(found: Scan, bytes: Uint8Array, tellHit: TellLine, tellOther: (start: number, end: number) => void) {
  const view = bufferOf(bytes)
  let at = 0
  const upTo = (stop: number) => {
    while (at < stop) {
      const newline = view.indexOf(0x0a, at)
      const end = newline < 0 ? view.length : newline
      tellOther(at, end)
      at = end + 1
    }
  }
  found.lines(bytes, (start, end, words, i, count) => {
    upTo(start)
    tellHit(start, end, words, i, count)
    at = end + 1
  })
  upTo(view.length)
}
