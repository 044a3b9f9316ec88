/** Tables for other programs, a row a line: CSV (RFC 4180) and values separated by tabs. */
import { printable } from '../../base/printable.ts'
import type { Table } from '../table.ts'
import { cut } from './cut.ts'
import { dataOf } from './heading.ts'

const COLUMNS = ['by', 'unit', 'rank', 'key', 'label', 'count', 'share', 'from', 'to', 'data'] as const

export function printCsv(tables: readonly Table[], limit: number | 'all'): string {
  const cell = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
  return lines(tables, limit)
    .map((line) => `${line.map(cell).join(',')}\r\n`)
    .join('')
}

export function printTsv(tables: readonly Table[], limit: number | 'all'): string {
  return lines(tables, limit)
    .map((line) => `${line.join('\t')}\n`)
    .join('')
}

function lines(tables: readonly Table[], limit: number | 'all'): readonly (readonly string[])[] {
  return [COLUMNS, ...tables.flatMap((table) => rowsOf(table, limit))]
}

/** Each row says what it counts, of which time and by which data: rows of several runs can be put into one table. */
function rowsOf(table: Table, limit: number | 'all'): readonly (readonly string[])[] {
  const { by, unit, period } = table
  const { rows, unknown } = cut(table, limit)
  const [from, to] = [period.from === undefined ? '' : isoTime(period.from), isoTime(period.to)]
  return [...rows, ...(unknown ? [unknown] : [])].map(({ rank, key, label, count, share }) => [
    ...[by, unit, String(rank), harmless(key), harmless(label), String(count), share.toFixed(6)],
    ...[from, to, harmless(dataOf(table.sources))],
  ])
}

function isoTime(time: number): string {
  return new Date(time).toISOString()
}

/** A spreadsheet runs what begins so. Source: OWASP, CSV injection. Tabs and ends of lines `printable` has escaped. */
function harmless(text: string): string {
  const shown = printable(text)
  return /^[=+\-@]/.test(shown) ? `'${shown}` : shown
}
