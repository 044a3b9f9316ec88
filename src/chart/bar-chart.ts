/** The longest first: a bar for each row, its number at its end. */
import { amount, percent } from './amount.ts'
import { shorten } from './fit.ts'
import { type Drawing, framed, label, MARGIN, nothing, SMALL, TEXT } from './frame.ts'
import type { Heading } from './heading.ts'
import { named, shown } from './letters.ts'
import { element, titled } from './markup.ts'
import type { Picture } from './picture.ts'
import { ticks } from './scale.ts'
import { textWidth } from './text-width.ts'

export interface BarRow {
  readonly label: string
  readonly count: number
  /** Of all that was counted, 0 to 1. */
  readonly share?: number
  /** What the label stands for: `United States` of `US`. */
  readonly note?: string
}

export interface Bars extends Heading {
  /** In the order they are drawn. */
  readonly rows: readonly BarRow[]
  /** Below, set off: `382 others`, `unknown`. */
  readonly apart?: readonly BarRow[]
  /** What is counted, as a plural: `addresses`. */
  readonly unit: string
  /** Said where there are no rows. */
  readonly empty?: string
}

const ROW = 25
const BAR = 16
/** Labels get at most this part of the width. */
const LABELS = 0.44
const DEFAULT_WIDTH = 860

/** @param width in pixels */
export function barChart(bars: Bars, width = DEFAULT_WIDTH): Picture {
  const apart = bars.apart ?? []
  const all = [...bars.rows, ...apart]
  return framed(
    'bar',
    bars,
    { description: describe(bars), table: tableOf(bars) },
    width,
    all.length === 0 ? nothing(bars.empty, width) : drawing(bars, width),
  )
}

function drawing(bars: Bars, width: number): Drawing {
  const apart = bars.apart ?? []
  const all = [...bars.rows, ...apart]
  const most = Math.max(0, ...(bars.rows.length > 0 ? bars.rows : apart).map(({ count }) => count))
  const noted = Math.max(0, ...all.filter(({ note }) => note).map(({ label }) => measure(named(label))))
  const natural = ({ label, note }: BarRow) => (note ? noted + 10 + measure(shown(note)) : measure(named(label)))
  const left = MARGIN + Math.ceil(Math.min(Math.max(...all.map(natural)), width * LABELS)) + 11
  const right = width - MARGIN - Math.max(...all.map(({ count }) => measure(amount(count)))) - 8
  const scale: Scale = { left, right, most, unit: bars.unit, noted }

  const rows = bars.rows.map((row, i) => bar(row, i * ROW, scale, 'rc-bar'))
  const rowsEnd = bars.rows.length * ROW
  const gap = bars.rows.length > 0 && apart.length > 0 ? 12 : 0
  const rest = apart.map((row, i) => bar(row, rowsEnd + gap + i * ROW, scale, 'rc-apart'))
  const end = rowsEnd + gap + apart.length * ROW
  const divider =
    gap === 0 ? '' : element('path', { class: 'rc-line', d: `M${MARGIN} ${rowsEnd + gap / 2}H${width - MARGIN}` })
  return { content: grid(scale, end) + divider + rows.join('') + rest.join(''), height: end + 20 }
}

interface Scale {
  readonly left: number
  readonly right: number
  readonly most: number
  readonly unit: string
  /** What labels take that have a note: all notes end before it. */
  readonly noted: number
}

function grid({ left, right, most }: Scale, end: number): string {
  const room = right - left
  const widest = textWidth(amount(most), SMALL) + 24
  const marks = ticks(most, Math.max(1, Math.min(6, Math.floor(room / widest))))
  const at = (value: number) => Math.round(left + (room * value) / Math.max(1, most)) + 0.5
  const lines = marks.map((value) => element('path', { class: 'rc-line', d: `M${at(value)} 0V${end}` }))
  const words = marks.map((value) => label(amount(value), at(value), end + 15, 'rc-soft rc-small rc-middle'))
  return lines.join('') + words.join('')
}

function bar(row: BarRow, y: number, scale: Scale, className: string): string {
  const { left, right, most, unit } = scale
  const middle = y + ROW / 2
  // What does not fit the scale is told by its number and drawn with a break.
  const isBroken = row.count > most
  const length = row.count === 0 ? 0 : Math.max(1.5, ((right - left) * Math.min(row.count, most)) / most)
  const end = left + length
  const x = end - Math.min(40, length / 3)
  const top = middle - BAR / 2
  const bounds = { x: left, y: top, width: length, height: BAR, rx: length < 4 ? 0 : 2 }
  return element(
    'g',
    { class: 'rc-row' },
    titled(
      `${row.note ? `${row.note} (${row.label})` : row.label}: ${amount(row.count)} ${unit}${row.share === undefined ? '' : `, ${percent(row.share)}`}`,
    ),
    element('rect', { class: 'rc-hit', x: MARGIN, y, width: right - MARGIN, height: ROW }),
    names(row, scale, middle + 4.5),
    element('rect', { class: className, ...bounds }),
    isBroken ? element('path', { class: 'rc-break', d: `M${x} ${top + BAR + 2}l6 ${-BAR - 4}m6 0l-6 ${BAR + 4}` }) : '',
    label(amount(row.count), end + 7, middle + 4.5, 'rc-value'),
  )
}

/** The label at the bar, what it stands for before it as far as there is room. */
function names(row: BarRow, { left, noted }: Scale, y: number): string {
  const end = left - 10
  const name = shorten(named(row.label), end - MARGIN, measure)
  const written = label(name, end, y, 'rc-label rc-end')
  if (!row.note) return written
  const noteEnd = end - noted - 10
  const note = shorten(shown(row.note), noteEnd - MARGIN, measure)
  return note === '' ? written : label(note, noteEnd, y, 'rc-soft rc-end') + written
}

function measure(text: string): number {
  return textWidth(text, TEXT)
}

function tableOf({ rows, apart = [], unit }: Bars): Picture['table'] {
  if (rows.length + apart.length === 0) return []
  const hasNotes = rows.some(({ note }) => note)
  const line = ({ label, note = '', count, share }: BarRow) => [
    ...(hasNotes ? [label, note] : [label]),
    amount(count),
    share === undefined ? '' : percent(share),
  ]
  return [['name', ...(hasNotes ? [''] : []), unit, 'share'], ...[...rows, ...apart].map(line)]
}

function describe({ rows, unit }: Bars): string {
  const [first, second] = rows
  if (first === undefined) return 'Nothing was counted.'
  const share = first.share === undefined ? '' : `, ${percent(first.share)}`
  const next = second === undefined ? '' : `, then ${second.label} with ${amount(second.count)}`
  return `${rows.length === 1 ? 'One bar' : `${rows.length} bars`}: ${first.label} leads with ${amount(first.count)} ${unit}${share}${next}.`
}
