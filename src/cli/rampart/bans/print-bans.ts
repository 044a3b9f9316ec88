/** Bans as a table that fits the terminal: what matters least is left out where it is narrow. An address is never cut. */
import { printable } from '../../../base/printable.ts'
import { type Cell, clockTime, plural, remaining, type Terminal, table } from '../../print.ts'
import type { BanRow } from './gather.ts'

/** Some at a time: of a million no one text is made. */
export function printBans(
  terminal: Terminal,
  rows: readonly BanRow[],
  { now, credit }: { readonly now: number; readonly credit: string | undefined },
): void {
  if (rows.length === 0) {
    terminal.out('nobody is banned\n')
    return
  }
  const { columns, widths } = fitting(terminal, rows, now)
  const head = columns.map(({ title, right }): Cell => ({ text: title, colour: 'dim', ...(right && { right }) }))
  terminal.out(table(terminal, [head], widths))
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const some = rows.slice(at, at + AT_ONCE)
    const cells = some.map((row) => columns.map((column) => cellOf(column, row, now)))
    terminal.out(table(terminal, cells, widths))
  }
  const told = columns.includes(COUNTRY) && credit !== undefined ? ` (countries: ${printable(credit)})` : ''
  if (terminal.columns !== undefined) terminal.out(`${plural(rows.length, 'ban')}${told}\n`)
}

const AT_ONCE = 5000

interface Column {
  readonly title: string
  readonly right?: boolean
  readonly text: (row: BanRow, now: number) => string
  readonly colour?: (row: BanRow) => Cell['colour']
}

const COLOURS = { active: 'red', pending: 'yellow', kept: 'yellow', over: 'dim' } as const

const ADDRESS: Column = { title: 'address', text: ({ address }) => address, colour: ({ state }) => COLOURS[state] }
const COUNTRY: Column = { title: 'country', text: ({ country }) => country ?? '-' }
const JAIL: Column = { title: 'jail', text: ({ jail }) => jail }
const SINCE: Column = { title: 'since', text: ({ from }, now) => clockTime(from, now) }
const AGO: Column = { title: 'age', text: ({ from }, now) => remaining(now, from) }
const ENDS: Column = { title: 'ends', text: endWords }
/** Of what is over, why alone. */
const ENDS_SHORT: Column = {
  title: 'ends',
  text: (row, now) => (row.state === 'over' ? whyOver(row) : endWords(row, now)),
}
const FAILURES: Column = { title: 'failures', right: true, text: ({ failures }) => String(failures) }
const TIMES: Column = { title: 'bans', right: true, text: ({ count }) => String(count) }
const ORIGIN: Column = { title: 'by', text: ({ origin }) => BY[origin] ?? origin }

const BY: Readonly<Record<string, string>> = { filter: 'failures', manual: 'hand' }

/** Broad to narrow. */
const LAYOUTS: readonly (readonly Column[])[] = [
  [ADDRESS, COUNTRY, JAIL, SINCE, ENDS, FAILURES, TIMES, ORIGIN],
  [ADDRESS, COUNTRY, JAIL, SINCE, ENDS, FAILURES, TIMES],
  [ADDRESS, COUNTRY, JAIL, AGO, ENDS_SHORT, FAILURES, TIMES],
  [ADDRESS, JAIL, AGO, ENDS_SHORT, FAILURES, TIMES],
  [ADDRESS, JAIL, AGO, ENDS_SHORT, FAILURES],
  [ADDRESS, JAIL, AGO, ENDS_SHORT],
  [ADDRESS, JAIL, ENDS_SHORT],
]

function fitting({ columns: room = Number.POSITIVE_INFINITY }: Terminal, rows: readonly BanRow[], now: number) {
  const known = new Map<Column, number>()
  const widthOf = (column: Column) => {
    const width = known.get(column) ?? widest(column, rows, now)
    known.set(column, width)
    return width
  }
  const fits = (layout: readonly Column[]) => layout.reduce((sum, column) => sum + widthOf(column) + 2, -2) <= room
  const isKnown = rows.some(({ country }) => country !== null)
  const layouts = isKnown ? LAYOUTS : LAYOUTS.map((layout) => layout.filter((column) => column !== COUNTRY))
  const columns = layouts.find(fits) ?? layouts.at(-1)!
  return { columns, widths: columns.map(widthOf) }
}

function widest({ title, text }: Column, rows: readonly BanRow[], now: number): number {
  return rows.reduce((width, row) => Math.max(width, printable(text(row, now)).length), title.length)
}

function cellOf({ text, right, colour }: Column, row: BanRow, now: number): Cell {
  const painted = colour?.(row)
  return { text: text(row, now), ...(right && { right }), ...(painted && { colour: painted }) }
}

const ENDED: Readonly<Record<string, string>> = {
  time: 'over',
  manual: 'lifted by hand',
  spared: 'lifted: never banned',
  network: 'its network was banned',
  room: 'made room',
  renewal: 'banned anew',
}

function endWords(row: BanRow, now: number): string {
  if (row.state === 'over') return `${clockTime(row.ended!, now)}, ${whyOver(row)}`
  const { state, until } = row
  const left = until === null ? 'never' : `in ${remaining(until, now)}`
  return state === 'active' ? left : `${left}, ${state}`
}

function whyOver({ endedBy }: BanRow): string {
  return ENDED[endedBy!] ?? endedBy!
}
