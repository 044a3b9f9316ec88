/** What is read: tables of one question, and what they are compared with. */
import type { AsClasses } from '../../place/as-classes.ts'
import type { Row, Table } from '../../statistics/table.ts'
import type { EpochMs } from '../../world/clock.ts'

export interface Subject {
  /** When it is read: the age of data counts from here. */
  readonly now: EpochMs
  readonly classes: AsClasses
  readonly country: Table
  readonly org: Table
  readonly city: Table
  /** Organisations of the countries that have most, each with how many of its addresses they hold. */
  readonly orgsByCountry?: readonly InCountry[]
  /** The period before, as long as this one. */
  readonly before?: { readonly country: Table; readonly org: Table }
  /** Bans by jail. */
  readonly jails?: Table
  /** Bans by hour of the day. */
  readonly hours?: Table
  /** Bans by address. */
  readonly repeats?: Table
}

export interface InCountry {
  readonly country: string
  readonly rows: readonly Row[]
}

/** Fewer different addresses say nothing of where they come from. */
export const LEAST_ADDRESSES = 20

export function known(table: Table): readonly Row[] {
  return table.rows.filter((row) => row.key !== '')
}

export function sum(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((all, { count }) => all + count, 0)
}

/** How many of the largest hold half; their sum. */
export function half(rows: readonly Row[]): { readonly rows: readonly Row[]; readonly count: number } {
  const all = sum(rows)
  let count = 0
  let taken = 0
  while (count * 2 < all) count += rows[taken++]!.count
  return { rows: rows.slice(0, taken), count }
}

/** The AS number in the key of an organisation's row. */
export function asnOf(key: string): number | undefined {
  const found = /^AS(\d+)/.exec(key)
  return found ? Number(found[1]) : undefined
}

/** The organisation's name without its AS number, whichever way the label is spelled. */
export function organisation({ key, label }: Pick<Row, 'key' | 'label'>): string {
  return label.startsWith(`${key} `) ? label.slice(key.length + 1) : label
}

/** The city and the country in the key of a city's row; the country is '' where the source names none. */
export function cityOf(key: string): { readonly city: string; readonly country: string } {
  const bar = key.lastIndexOf('|')
  return bar === -1 ? { city: key, country: '' } : { city: key.slice(0, bar), country: key.slice(bar + 1) }
}
