/**
 * Letter case, by CPython's rule: a character matches if its lower case does, or one that shares its upper case. That is
 * not JavaScript's: only Python lets `i` match ı and İ, and it has no full case folding. So each cased character becomes
 * the set of all that match it, and no flag is used. Source: CPython's `re` documentation on IGNORECASE, compared
 * with it over all code points.
 */
import { map, type Node, type SetItem } from './tree.ts'
import type { Range } from './unicode.ts'

/** Every character that matches the key under (?i), itself included; no entry for characters without case. */
export type Orbits = ReadonlyMap<number, readonly number[]>

/** The tree without fold in characters and sets; references keep it. */
export function unfold(root: Node): Node {
  let table: Orbits | undefined
  // The table takes some milliseconds, and hardly any expression needs it: its letters are ASCII.
  const orbits = () => (table ??= orbitTable())
  const visit = (node: Node): Node => {
    if (node.kind === 'char' && node.fold !== 'none') {
      const all = orbit(node.code, node.fold, orbits)
      if (all.length === 1) return { ...node, fold: 'none' }
      return {
        kind: 'set',
        negated: false,
        items: all.map((code) => ({ kind: 'range', from: code, to: code })),
        fold: 'none',
      }
    }
    if (node.kind === 'set' && node.fold !== 'none') {
      return { ...node, items: widen(node.items, node.fold, orbits), fold: 'none' }
    }
    return map(node, visit)
  }
  return visit(root)
}

/** Beyond ASCII's own other case: what else Python lets these three letters match. */
const STRANGE: Readonly<Record<string, readonly number[]>> = { i: [0x130, 0x131], k: [0x212a], s: [0x17f] }

/** All characters that match this one; the smallest first. */
function orbit(code: number, fold: 'unicode' | 'ascii', orbits: () => Orbits): readonly number[] {
  if (code > 0x7f) return fold === 'ascii' ? [code] : (orbits().get(code) ?? [code])
  const letter = String.fromCharCode(code).toLowerCase()
  if (!/[a-z]/.test(letter)) return [code]
  const lower = letter.charCodeAt(0)
  return [lower - 32, lower, ...(fold === 'unicode' ? (STRANGE[letter] ?? []) : [])]
}

function widen(items: readonly SetItem[], fold: 'unicode' | 'ascii', orbits: () => Orbits): readonly SetItem[] {
  // A class holds all cases of its characters already.
  const ranges = items.filter((item) => item.kind === 'range')
  const all = ranges.flatMap((range) => [...cased(range, fold, orbits)].flatMap((code) => orbit(code, fold, orbits)))
  const more = [...new Set(all)].filter((code) => !ranges.some(({ from, to }) => from <= code && code <= to))
  return [...items, ...more.map((code): SetItem => ({ kind: 'range', from: code, to: code }))]
}

/** The characters of a range that may have another case. */
function* cased(range: Range, fold: 'unicode' | 'ascii', orbits: () => Orbits): Generator<number> {
  for (let code = range.from; code <= Math.min(range.to, 0x7f); code++) yield code
  if (range.to <= 0x7f || fold === 'ascii') return
  for (const code of orbits().keys()) if (code > 0x7f && code >= range.from && code <= range.to) yield code
}

/** Beyond this there are no letters with case; blocks without any are passed over by one test each. */
const LAST_CASED = 0x1ffff
const BLOCK = 256

export function orbitTable(): Orbits {
  const sources = new Map<number, number[]>()
  const families = new Map<string, Set<number>>()
  for (const code of casedCharacters()) {
    const lower = lowerOf(code)
    append(sources, lower, code)
    const upper = String.fromCodePoint(code).toUpperCase()
    families.set(upper, (families.get(upper) ?? new Set()).add(lower))
  }
  const kin = new Map<number, Set<number>>()
  for (const family of families.values()) {
    for (const lower of family) kin.set(lower, (kin.get(lower) ?? new Set()).union(family))
  }
  const orbits = new Map<number, readonly number[]>()
  for (const [lower, codes] of sources) {
    const all = [...(kin.get(lower) ?? [lower])].flatMap((one) => sources.get(one) ?? [one])
    const sorted = [...new Set([...all, lower])].sort((a, b) => a - b)
    for (const code of codes) orbits.set(code, sorted)
  }
  return orbits
}

function* casedCharacters(): Generator<number> {
  const cased = /[\p{Changes_When_Lowercased}\p{Changes_When_Uppercased}\p{Changes_When_Titlecased}]/u
  for (let start = 0; start <= LAST_CASED; start += BLOCK) {
    const codes = Array.from({ length: BLOCK }, (_, index) => start + index)
    if (!cased.test(String.fromCodePoint(...codes))) continue
    for (const code of codes) if (cased.test(String.fromCodePoint(code))) yield code
  }
}

/** CPython's simple lower case: one character for one. Only İ has a longer one in JavaScript. */
export function lowerOf(code: number): number {
  return code === 0x130 ? 0x69 : String.fromCodePoint(code).toLowerCase().codePointAt(0)!
}

function append(into: Map<number, number[]>, key: number, value: number): void {
  const list = into.get(key)
  if (list) list.push(value)
  else into.set(key, [value])
}
