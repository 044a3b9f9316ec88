/** What commands print with: a terminal, colour where it helps, columns that line up. All text from outside is escaped. */
import { printDuration } from '../base/duration.ts'
import type { Fault, Place } from '../base/fault.ts'
import { printable } from '../base/printable.ts'
import type { EpochMs } from '../world/clock.ts'

export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Whether standard output is a terminal and NO_COLOR is not set. */
  readonly colour: boolean
  /** Width in characters; undefined where there is no terminal: nothing is cut then. */
  readonly columns: number | undefined
  /** Of standard error, where that is a terminal: what is shown there for a while does not get into a file. */
  readonly errColumns?: number | undefined
}

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'dim' | 'bold'

const CODES: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, blue: 34, dim: 2, bold: 1 }

export function paint(terminal: Terminal, colour: Colour, text: string): string {
  return terminal.colour ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text
}

export interface Cell {
  readonly text: string
  readonly colour?: Colour
  readonly right?: boolean
}

/**
 * Rows of cells, escaped, with two blanks between the columns, each as wide as its widest cell.
 * @param least the widths that columns have at least: for a table that is printed in parts
 */
export function table(
  terminal: Terminal,
  rows: readonly (readonly (string | Cell)[])[],
  least: readonly number[] = [],
): string {
  const cells = rows.map((row) => row.map(cellOf))
  const widths = [...least]
  for (const row of cells) for (const [i, { text }] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, text.length)
  const line = (row: readonly Cell[]) =>
    row
      .map(({ text, colour, right }, i) => {
        const isLast = i === row.length - 1
        const padded = right ? text.padStart(widths[i]!) : isLast ? text : text.padEnd(widths[i]!)
        return colour ? paint(terminal, colour, padded) : padded
      })
      .join('  ')
  return cells.map((row) => `${line(row).trimEnd()}\n`).join('')
}

function cellOf(cell: string | Cell): Cell {
  return typeof cell === 'string' ? { text: printable(cell) } : { ...cell, text: printable(cell.text) }
}

/** A line from a log, escaped and cut to what is left of the terminal's width. */
export function quote(terminal: Terminal, line: string, indent: number): string {
  const text = printable(line)
  const room = terminal.columns === undefined ? text.length : Math.max(20, terminal.columns - indent)
  return text.length > room ? `${text.slice(0, room - 1)}…` : text
}

/** Text broken at blanks to the terminal's width, its further lines as far in as its first. */
export function wrap(terminal: Terminal, text: string, indent: number): string {
  const room = terminal.columns === undefined ? Number.POSITIVE_INFINITY : Math.max(20, terminal.columns - indent)
  if (text.length <= room) return text
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}

/** JSON, on one line unless indented, in which a terminal finds nothing to obey: what JSON leaves as it is, is escaped as well. */
export function printJson(value: unknown, indent = 0): string {
  const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(value, undefined, indent).replace(UNSAFE_IN_JSON, escaped)}\n`
}

// DEL, C1, the separators of lines and paragraphs, and what reorders text; C0 and lone surrogates JSON escapes itself.
const UNSAFE_IN_JSON = /[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Why a log is not being read, without the log's name before it. */
export function whyNot(log: string, why: string): string {
  return why.startsWith(`${log} `) ? why.slice(log.length + 1) : why
}

/** `1 rule`, `5 rules`. */
export function plural(count: number, word: string): string {
  return `${thousands(count)} ${word}${count === 1 ? '' : 's'}`
}

/** `1 failure`, `5 failures`. */
export function failureCount(count: number): string {
  return `${count} ${count === 1 ? 'failure' : 'failures'}`
}

/** `1 address`, `5 addresses`. */
export function addressCount(count: number): string {
  return `${count} ${count === 1 ? 'address' : 'addresses'}`
}

/** `10m`, or `for ever`. */
export function remaining(until: EpochMs | undefined, now: EpochMs): string {
  return until === undefined ? 'for ever' : printDuration(Math.max(0, Math.ceil((until - now) / 1000)))
}

/** Local time of day; with the date when it is not today's. */
export function clockTime(time: EpochMs, now: EpochMs): string {
  const [at, today] = [new Date(time), new Date(now)]
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const hour = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return at.toDateString() === today.toDateString() ? hour : `${day} ${hour}`
}

/** `1,234,567`. Not by toLocaleString, which takes 10 ms to load the language's data. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `FILE:LINE: message` and its hint below. */
export function printFault(fault: Fault): string {
  return `${withPlace(fault)}${fault.hint === undefined ? '' : `\n  ${printable(fault.hint)}`}\n`
}

/** `FILE:LINE: message`, unless the message begins with its file. */
export function withPlace({ at, message }: { readonly at?: Place | undefined; readonly message: string }): string {
  const place = at ? `${at.file}${at.line === undefined ? '' : `:${at.line}`}` : ''
  return printable(place === '' || message.startsWith(place) ? message : `${place}: ${message}`)
}
