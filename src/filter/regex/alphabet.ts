/**
 * The characters beyond ASCII, as an expression can tell them apart. JavaScript's Unicode modes cannot carry Python's \w:
 * with flags u or v each \w has some 1,500 ranges, and V8 gives up ("too large") on a third of Fail2ban's filters. But an
 * expression sees of such a character only its kind and the ranges it names itself. So all characters alike in that
 * form a cell; each cell has a block of stand-ins, and a text that is not ASCII is matched with its characters replaced
 * by stand-ins, a different one for each so that references still compare. A code point becomes one UTF-16 unit, as
 * Python counts. The expression needs neither flag nor table, and text of nothing but ASCII is matched as it stands.
 */
import type { Fault } from '../../base/fault.ts'
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
  /** Two characters had to share a stand-in: sets still hold, references and groups may not. */
  readonly shared: boolean
  /** Part of the encoded text as it was. */
  decode(part: string): string
  /** The offset in the original text, in UTF-16 units, of an offset in the encoded one. */
  offset(encoded: number): number
}

/** Stand-ins are Han characters: one unit each, and none has another case. */
const FIRST = 0x3400
const COUNT = 0x9fff - FIRST + 1
/** Ranges that an expression may name; the work to divide them grows with their square. */
const MAX_RANGES = 1000

interface Cell {
  readonly kind: Kind
  /** Which of the expression's own ranges hold it. */
  readonly cover: readonly number[]
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
  if (own.length > MAX_RANGES) throw tooMany(own.length)
  const intervals = divide(own)
  const cells = makeCells(intervals)
  const blocks = blocksOf(own, cells)
  return {
    ranges: (items) => merge(items.flatMap((item) => blocks.get(nameOf(item)) ?? [])),
    encode: (text) => encode(text, intervals, cells),
  }
}

function tooMany(count: number): Fault {
  return unsupported(`${count} sets of characters beyond ASCII`, 0, 'name fewer of them')
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
  const sizes = new Map<string, { kind: Kind; cover: readonly number[]; alone: boolean }>()
  for (const kind of KINDS) {
    for (const interval of intervals) {
      const alone = interval.from === interval.to
      if (alone && kindOf(String.fromCodePoint(interval.from)) !== kind) continue
      const name = cellName(kind, interval.cover)
      sizes.set(name, { kind, cover: interval.cover, alone: alone && !sizes.has(name) })
    }
  }
  const wide = [...sizes.values()].filter(({ alone }) => !alone).length
  const share = Math.floor((COUNT - (sizes.size - wide)) / wide)
  if (share < 16) throw tooMany(sizes.size)
  let from = FIRST
  const cells = new Map<string, Cell>()
  for (const [name, { kind, cover, alone }] of sizes) {
    const to = from + (alone ? 1 : share) - 1
    cells.set(name, { kind, cover, block: { from, to } })
    from = to + 1
  }
  return cells
}

function cellName(kind: Kind, cover: readonly number[]): string {
  return `${kind} ${cover.join()}`
}

/** The stand-ins for each range that the expression names, and for each class. */
function blocksOf(own: readonly Range[], cells: ReadonlyMap<string, Cell>): ReadonlyMap<string, readonly Range[]> {
  const blocks = new Map<string, Range[]>()
  const add = (name: string, block: Range) => blocks.set(name, [...(blocks.get(name) ?? []), block])
  for (const cell of cells.values()) {
    for (const index of cell.cover) add(key(own[index]!), cell.block)
    for (const item of CLASSES) if (kindsOf(item).includes(cell.kind)) add(nameOf(item), cell.block)
  }
  return blocks
}

type ClassItem = Extract<SetItem, { kind: 'class' }>

const CLASSES: readonly ClassItem[] = (['d', 'w', 's'] as const).flatMap((name) =>
  [false, true].flatMap((negated) =>
    [false, true].map((ascii): ClassItem => ({ kind: 'class', name, negated, ascii })),
  ),
)

function nameOf(item: SetItem): string {
  return item.kind === 'range' ? key(beyondAscii(item)) : `${item.name} ${item.negated} ${item.ascii}`
}

function encode(text: string, intervals: readonly Interval[], cells: ReadonlyMap<string, Cell>): Encoded {
  const units = new Map<string, string>()
  const chars = new Map<string, string>()
  const used = new Map<Cell, number>()
  let shared = false
  const encoded = text.replace(BEYOND_ASCII, (char) => {
    const known = units.get(char)
    if (known !== undefined) return known
    const cell = cellOf(char, intervals, cells)
    const count = used.get(cell) ?? 0
    used.set(cell, count + 1)
    // When a block is used up, its last stand-in serves for all the rest.
    const code = cell.block.from + count
    shared ||= code > cell.block.to
    const unit = String.fromCharCode(Math.min(code, cell.block.to))
    units.set(char, unit)
    chars.set(unit, char)
    return unit
  })
  const decode = (part: string) => part.replace(BEYOND_ASCII, (unit) => chars.get(unit) ?? unit)
  const offset = (at: number) => (encoded.length === text.length ? at : decode(encoded.slice(0, at)).length)
  return { text: encoded, shared, decode, offset }
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
  return cells.get(cellName(kindOf(char), intervals[low]!.cover))!
}
