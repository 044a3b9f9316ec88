/** A terminal as charts are written for it. */
import { wrap } from './fit.ts'
import type { Heading } from './heading.ts'
import { cells, shown } from './letters.ts'

export interface Page {
  /** In cells. */
  readonly columns: number
  /** Whether escape sequences for colours may be written. */
  readonly colour: boolean
}

export type Ink = 'cyan' | 'dim' | 'bold' | 'yellow'

const CODES: Readonly<Record<Ink, number>> = { bold: 1, dim: 2, yellow: 33, cyan: 36 }

export function ink(page: Page, ink: Ink, text: string): string {
  return page.colour && text !== '' ? `\x1b[${CODES[ink]}m${text}\x1b[0m` : text
}

/** Lines between the heading and the notes; blanks at their ends are left out. */
export function written(page: Page, heading: Heading, lines: readonly string[]): string {
  const broken = (text: string) => wrap(shown(text), page.columns, cells)
  const all = [
    ...broken(heading.title).map((line) => ink(page, 'bold', line)),
    ...broken(heading.subtitle ?? ''),
    '',
    ...lines.map((line) => line.trimEnd()),
    ...(heading.notes?.length ? [''] : []),
    ...(heading.notes ?? []).flatMap(broken).map((line) => ink(page, 'dim', line)),
  ]
  return `${all.join('\n')}\n`
}

/** Filled up with blanks to so many cells. */
export function padEnd(text: string, room: number): string {
  return text + ' '.repeat(Math.max(0, room - cells(text)))
}

export function padStart(text: string, room: number): string {
  return ' '.repeat(Math.max(0, room - cells(text))) + text
}

/** Of that length in cells, in eighths; something is never nothing. */
export function block(length: number): string {
  const eighths = length <= 0 ? 0 : Math.max(1, Math.round(length * 8))
  return '█'.repeat(eighths >> 3) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7]
}

/** A cell filled from below, in eighths. */
export function pillar(eighths: number): string {
  return ' ▁▂▃▄▅▆▇█'[Math.max(0, Math.min(8, eighths))]!
}
