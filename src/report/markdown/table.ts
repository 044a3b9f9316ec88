/** Tables in Markdown. Cells are escaped by who makes them. */
import { amount, percent } from '../../chart/amount.ts'
import { countryName } from '../../place/country-names.ts'
import type { Row, Table } from '../../statistics/table.ts'
import { cityOf, organisation } from '../reading/subject.ts'
import { capital, noun } from '../reading/words.ts'
import { first } from '../wording.ts'
import { coded, plain } from './escape.ts'

/** Columns whose head begins with `>` are numbers. */
export function grid(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  const rule = heads.map((head) => (head.startsWith('>') ? '---:' : '---'))
  return line(heads.map((head) => head.replace(/^>/, ''))) + line(rule) + rows.map(line).join('')
}

/** The first rows of a table, and what is left out. */
export function counts(table: Table, most: number): string {
  const { shown, rest } = first(table, most)
  const heads = ['>#', ...(HEADS[table.by] ?? ['']), `>${capital(noun(2, table.unit))}`, '>Share']
  const rows = shown.map((row) => [
    row.key === '' ? '' : `${row.rank}`,
    ...titles(table, row),
    amount(row.count),
    percent(row.share),
  ])
  return `${grid(heads, rows)}${rest === '' ? '' : `\n${rest}\n`}`
}

const HEADS: { readonly [by in Table['by']]?: readonly string[] } = {
  country: ['Country', 'Code'],
  org: ['Organisation', 'AS number'],
  city: ['City', 'Country'],
  jail: ['Jail'],
  port: ['Port'],
  path: ['Path'],
  agent: ['User agent'],
}

function titles({ by }: Table, row: Row): readonly string[] {
  if (row.key === '') return ['unknown', ...new Array<string>((HEADS[by]?.length ?? 1) - 1).fill('')]
  if (by === 'country') return [plain(countryName(row.key)), plain(row.key)]
  if (by === 'org') return [plain(organisation(row)), plain(row.key)]
  if (by === 'jail') return [plain(row.label)]
  if (by !== 'city') return [coded(row.label)]
  const { city, country } = cityOf(row.key)
  return [plain(city), plain(countryName(country))]
}
