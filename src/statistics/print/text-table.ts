/** A table for a person: ranks, names, counts, shares, and bars where there is a terminal to draw on. */
import { printable } from '../../base/printable.ts'
import { countryName } from '../../place/country-names.ts'
import { isOfTime, type Row, type Table } from '../table.ts'
import { cut } from './cut.ts'
import { grouped, percent, titleOf } from './heading.ts'
import { notesOf, underTitle } from './notes.ts'

export interface Paper {
  /** Width of the terminal; undefined: there is none, nothing is cut and no bars are drawn. */
  readonly columns: number | undefined
  /** What makes a text bold or dim; the text itself where there are no colours. */
  readonly paint: (how: 'bold' | 'dim' | 'blue', text: string) => string
}

const BAR = 32
const LEAST_BAR = 8
const LEAST_LABEL = 8

export function printTable(table: Table, limit: number | 'all', { columns, paint }: Paper): string {
  const { rows, unknown } = cut(table, limit)
  const shown = [...rows, ...(unknown ? [unknown] : [])]
  const cells = shown.map((row) => cellsOf(row, table))
  const widths = [0, 1, 2, 3].map((i) => cells.reduce((most, row) => Math.max(most, widthOf(row[i]!)), 0))
  const most = shown.reduce((high, { count }) => Math.max(high, count), 0)
  const { label, bar } = roomOf(widths, columns)
  const lines = cells.map(([rank, name, count, share], i) => {
    const text = [
      ...(widths[0] === 0 ? [] : [rank!.padStart(widths[0]!)]),
      padded(fitted(name!, label), Math.min(label, widths[1]!)),
      count!.padStart(widths[2]!),
      share!.padStart(widths[3]!),
    ].join('  ')
    return ` ${text}${bar === 0 ? '' : `  ${paint('blue', barOf(shown[i]!.count / (most || 1), bar))}`}`.trimEnd()
  })
  const dim = (text: string) => wrapped(printable(text), columns).map((line) => paint('dim', line))
  return [
    paint('bold', titleOf(table.by)),
    ...underTitle(table).flatMap(dim),
    ...(lines.length === 0 ? [' none'] : lines),
    ...notesOf(table, limit).flatMap((note) => dim(` ${note}`)),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

function cellsOf({ rank, key, label, count, share }: Row, { by }: Table): readonly string[] {
  const name = by === 'country' && key !== '' ? [label, countryName(key)].filter(Boolean).join('  ') : label
  return [key === '' || isOfTime(by) ? '' : String(rank), printable(name), grouped(count), percent(share)]
}

/** Names first, bars with what is left. */
function roomOf(
  widths: readonly number[],
  columns: number | undefined,
): { readonly label: number; readonly bar: number } {
  const label = widths[1]!
  if (columns === undefined) return { label, bar: 0 }
  const rest = columns - 1 - widths[0]! - widths[2]! - widths[3]! - 3 * 2 - 1
  const bar = Math.min(BAR, rest - label - 2)
  return { label: Math.max(LEAST_LABEL, Math.min(label, rest)), bar: bar < LEAST_BAR ? 0 : bar }
}

function barOf(part: number, width: number): string {
  const eighths = Math.max(part > 0 ? 1 : 0, Math.round(part * width * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/** Cut in the middle: names of networks differ at both ends. */
function fitted(text: string, room: number): string {
  if (widthOf(text) <= room) return text
  const letters = [...text]
  const head = taken(letters, Math.ceil((room - 1) / 2))
  const tail = taken(letters.toReversed(), Math.floor((room - 1) / 2)).toReversed()
  return `${head.join('')}…${tail.join('')}`
}

function taken(letters: readonly string[], width: number): readonly string[] {
  let used = 0
  const end = letters.findIndex((letter) => {
    used += widthOf(letter)
    return used > width
  })
  return end < 0 ? letters : letters.slice(0, end)
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Columns of a terminal: marks that stand on a letter take none, letters of East Asia two. */
function widthOf(text: string): number {
  if (!/[^\0-\xff]/.test(text)) return text.length
  let width = 0
  for (const letter of text) width += /\p{Mark}/u.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1
  return width
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

function wrapped(text: string, columns: number | undefined): readonly string[] {
  if (columns === undefined || widthOf(text) <= columns) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
