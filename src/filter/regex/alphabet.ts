/**
 * The characters beyond ASCII, as an expression can tell them apart. JavaScript's Unicode modes cannot carry Python's \w:
 * with flags u or v each \w has some 1,500 ranges, and V8 gives up ("too large") on a third of Fail2ban's filters. But an
 * expression sees of such a character only its kind and the ranges it names itself. So all characters alike in that
 * form a cell; each cell has a block of stand-ins, and a text that is not ASCII is matched with its characters replaced
 * by stand-ins, a different one for each so that references still compare. A code point becomes one UTF-16 unit, as
 * Python counts. The expression needs neither flag nor table, and text of nothing but ASCII is matched as it stands.
 */
import { unsupported } from './reader.ts'
import { type Node, type SetItem, walk } from './tree.ts'
import { ASCII_END, KINDS, type Kind, kindOf, kindsOf, merge, type Range, UNICODE_END } from './unicode.ts'

export interface Alphabet {
  /** The stand-ins of all characters beyond ASCII that the items hold. */
  ranges(items: readonly SetItem[]): readonly Range[]
  encode(text: string): Encoded
}

export interface Encoded {
  readonly text: string
  /** Part of the encoded text as it was. */
  decode(part: string): string
  /** The offset in the original text, in UTF-16 units, of an offset in the encoded one. */
  offset(encoded: number): number
}

/** Stand-ins are Han characters: one unit each, and none has another case. */
const FIRST = 0x3400
const COUNT = 0x9fff - FIRST + 1

interface Cell {
  readonly kind: Kind
  /** Which of the expression's own ranges hold it: indices, joined. */
  readonly cover: string
  readonly block: Range
}

/** A run of code points that no range of the expression divides. */
interface Interval extends Range {
  readonly cover: readonly number[]
}

/** @throws Fault `regex.unsupported` for an expression that tells too many sets of characters apart */
export function alphabet(roots: readonly Node[]): Alphabet {
  const named = roots.flatMap((root) => [...namedRanges(root)])
  const own = [...new Map(named.map((range) => [key(range), range])).values()]
  const intervals = divide(own)
  const cells = makeCells(intervals)
  return {
    ranges: (items) => merge(items.flatMap((item) => [...blocks(item, own, cells)])),
    encode: (text) => encode(text, intervals, cells),
  }
}

/** The ranges beyond ASCII that the tree names. */
function* namedRanges(root: Node): Generator<Range> {
  for (const node of walk(root)) {
    if (node.kind === 'char' && node.code > ASCII_END) yield { from: node.code, to: node.code }
    if (node.kind !== 'set') continue
    for (const item of node.items) if (item.kind === 'range' && item.to > ASCII_END) yield beyondAscii(item)
  }
}

function beyondAscii({ from, to }: Range): Range {
  return { from: Math.max(from, ASCII_END + 1), to }
}

function key({ from, to }: Range): string {
  return `${from}-${to}`
}

function divide(own: readonly Range[]): readonly Interval[] {
  const starts = new Set([ASCII_END + 1, ...own.flatMap(({ from, to }) => [from, to + 1])])
  const ordered = [...starts].filter((start) => start <= UNICODE_END).sort((a, b) => a - b)
  return ordered.map((from, index) => {
    const to = (ordered[index + 1] ?? UNICODE_END + 1) - 1
    return { from, to, cover: own.flatMap((range, at) => (range.from <= from && to <= range.to ? [at] : [])) }
  })
}

/** Cells of a character alone have one stand-in, the others share what is left. Cells of one kind stand together. */
function makeCells(intervals: readonly Interval[]): ReadonlyMap<string, Cell> {
  const sizes = new Map<string, { kind: Kind; cover: string; alone: boolean }>()
  for (const kind of KINDS) {
    for (const interval of intervals) {
      const alone = interval.from === interval.to
      if (alone && kindOf(String.fromCodePoint(interval.from)) !== kind) continue
      const cover = interval.cover.join()
      const name = cellName(kind, cover)
      sizes.set(name, { kind, cover, alone: alone && !sizes.has(name) })
    }
  }
  const wide = [...sizes.values()].filter(({ alone }) => !alone).length
  const share = Math.floor((COUNT - (sizes.size - wide)) / wide)
  if (share < 16) throw unsupported(`${sizes.size} sets of characters beyond ASCII`, 0, 'name fewer of them')
  let from = FIRST
  const cells = new Map<string, Cell>()
  for (const [name, { kind, cover, alone }] of sizes) {
    const to = from + (alone ? 1 : share) - 1
    cells.set(name, { kind, cover, block: { from, to } })
    from = to + 1
  }
  return cells
}

function cellName(kind: Kind, cover: string): string {
  return `${kind} ${cover}`
}

function* blocks(item: SetItem, own: readonly Range[], cells: ReadonlyMap<string, Cell>): Generator<Range> {
  if (item.kind === 'class') {
    const kinds = kindsOf(item)
    for (const cell of cells.values()) if (kinds.includes(cell.kind)) yield cell.block
    return
  }
  if (item.to <= ASCII_END) return
  const index = `${own.findIndex((range) => key(range) === key(beyondAscii(item)))}`
  for (const cell of cells.values()) if (cell.cover.split(',').includes(index)) yield cell.block
}

function encode(text: string, intervals: readonly Interval[], cells: ReadonlyMap<string, Cell>): Encoded {
  const units = new Map<string, string>()
  const chars = new Map<string, string>()
  const used = new Map<Cell, number>()
  const encoded = text.replace(BEYOND_ASCII, (char) => {
    const known = units.get(char)
    if (known !== undefined) return known
    const cell = cellOf(char, intervals, cells)
    const count = used.get(cell) ?? 0
    used.set(cell, count + 1)
    // When a block is used up, its last stand-in serves for all the rest: sets still hold, references may not.
    const unit = String.fromCharCode(Math.min(cell.block.from + count, cell.block.to))
    units.set(char, unit)
    chars.set(unit, char)
    return unit
  })
  const decode = (part: string) => part.replace(BEYOND_ASCII, (unit) => chars.get(unit) ?? unit)
  return { text: encoded, decode, offset: (at) => decode(encoded.slice(0, at)).length }
}

const BEYOND_ASCII = /[^\x00-\x7f]/gu

function cellOf(char: string, intervals: readonly Interval[], cells: ReadonlyMap<string, Cell>): Cell {
  const code = char.codePointAt(0)!
  let [low, high] = [0, intervals.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (intervals[middle]!.from <= code) low = middle
    else high = middle - 1
  }
  return cells.get(cellName(kindOf(char), intervals[low]!.cover.join()))!
}
