/**
 * Sets of characters: what \d \w \s mean in CPython (`str.isdecimal`, `str.isalnum` or _, `str.isspace`; compared over all
 * code points). V8 knows newer characters than an old Python does; that is the one difference.
 */
import type { ClassName, SetItem } from './tree.ts'

/** Both ends in. */
export interface Range {
  readonly from: number
  readonly to: number
}

export const ASCII_END = 0x7f
export const UNICODE_END = 0x10ffff

/** The kinds of characters beyond ASCII that the classes tell apart; each class is made of whole kinds. */
export const KINDS = ['other', 'blank', 'digit', 'word'] as const
export type Kind = (typeof KINDS)[number]

/** Numbers that are no digits (½, Ⅷ) are \w, marks are not. U+FEFF is a blank to JavaScript's \s, but not to Python's. */
export function kindOf(char: string): Kind {
  if (/\p{Nd}/u.test(char)) return 'digit'
  if (/[\p{L}\p{N}]/u.test(char)) return 'word'
  return /[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(char) ? 'blank' : 'other'
}

/** The kinds beyond ASCII that a class holds; under (?a) it holds none. */
export function kindsOf(item: Extract<SetItem, { kind: 'class' }>): readonly Kind[] {
  const held = item.ascii ? [] : KINDS_OF[item.name]
  return item.negated ? KINDS.filter((kind) => !held.includes(kind)) : held
}

const KINDS_OF: Readonly<Record<ClassName, readonly Kind[]>> = { d: ['digit'], w: ['digit', 'word'], s: ['blank'] }

/** \x1c-\x1f are blanks to Python's str patterns alone, not to JavaScript nor under (?a). */
const IN_ASCII: Readonly<Record<ClassName, readonly Range[]>> = {
  d: [{ from: 0x30, to: 0x39 }],
  w: [
    { from: 0x30, to: 0x39 },
    { from: 0x41, to: 0x5a },
    { from: 0x5f, to: 0x5f },
    { from: 0x61, to: 0x7a },
  ],
  s: [
    { from: 0x09, to: 0x0d },
    { from: 0x1c, to: 0x20 },
  ],
}

const ASCII_BLANKS: readonly Range[] = [
  { from: 0x09, to: 0x0d },
  { from: 0x20, to: 0x20 },
]

/** The ASCII characters of some items, as ascending ranges that do not touch. */
export function inAscii(items: readonly SetItem[]): readonly Range[] {
  return merge(
    items.flatMap((item) => {
      if (item.kind === 'range') {
        return item.from > ASCII_END ? [] : [{ from: item.from, to: Math.min(item.to, ASCII_END) }]
      }
      const ranges = item.ascii && item.name === 's' ? ASCII_BLANKS : IN_ASCII[item.name]
      return item.negated ? complement(ranges, ASCII_END) : ranges
    }),
  )
}

/** Ascending ranges that neither overlap nor touch. */
export function merge(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last && range.from <= last.to + 1)
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) }
    else merged.push(range)
  }
  return merged
}

/** What merged ranges leave out of 0 to `end`. */
function complement(ranges: readonly Range[], end: number): readonly Range[] {
  const rest: Range[] = []
  let from = 0
  for (const range of ranges) {
    if (range.from > from) rest.push({ from, to: range.from - 1 })
    from = range.to + 1
  }
  if (from <= end) rest.push({ from, to: end })
  return rest
}
