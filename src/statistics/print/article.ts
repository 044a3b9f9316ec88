/** The article's own lists: what `sort | uniq -c | sort -rn` prints of countries' codes, organisations or cities. */
import { printable } from '../../base/printable.ts'
import type { Table } from '../table.ts'
import { cut } from './cut.ts'

/** A count in seven places, a blank, the name; what is not known, the article's `null`, comes last. */
export function printArticle(table: Table, limit: number | 'all'): string {
  const { rows, unknown } = cut(table, limit)
  return [...rows, ...(unknown ? [unknown] : [])]
    .map(({ count, label }) => `${String(count).padStart(7)} ${printable(label)}\n`)
    .join('')
}
