/** The rows of a scene: who, from where, does what, and what comes of it. Aligned, and at most 80 columns wide. */
import { type Colour, paint, type Terminal } from '../../src/cli/print.ts'

export type Who = 'visitor' | 'attacker' | 'rampart' | 'kernel' | 'admin'

const COLOURS: Readonly<Partial<Record<Who, Colour>>> = {
  visitor: 'green',
  attacker: 'red',
  rampart: 'blue',
  kernel: 'blue',
}

/** Widths of the columns, in characters. */
const WHO = 10
const ADDRESS = 20
const WHAT = 29
export const INDENT = '    '

/** `attacker  198.51.100.23       GET /.env                   404` */
export function row(terminal: Terminal, who: Who, address: string, what: string, outcome = ''): string {
  const colour = COLOURS[who]
  const name = colour ? paint(terminal, colour, who.padEnd(WHO)) : who.padEnd(WHO)
  // What is long and has no outcome may use both columns.
  return `${INDENT}${name}${address.padEnd(ADDRESS)}${what.padEnd(WHAT)}${outcome}`.trimEnd()
}

export function title(terminal: Terminal, number: number, text: string): string {
  return paint(terminal, 'bold', ` ${number}  ${text}`)
}

/** A status as a person reads it. */
export function status(terminal: Terminal, code: number): string {
  return code === 200 ? paint(terminal, 'green', '200 OK') : `${code} ${REASONS[code] ?? ''}`.trimEnd()
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'bad request',
  401: 'refused',
  403: 'forbidden',
  404: 'not found',
  503: 'too often',
}

/** `━━━━━━━━────────` */
export function bar(terminal: Terminal, part: number, whole: number, width: number): string {
  const done = Math.min(width, Math.round((part / whole) * width))
  return `${paint(terminal, 'red', '━'.repeat(done))}${paint(terminal, 'dim', '─'.repeat(width - done))}`
}

export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`
}
