/** The first rows of a table, and what is told of the others: what is left out is never silent. */
import { inOrder } from '../order.ts'
import { isOfTime, type Row, type Table } from '../table.ts'

export interface Cut {
  /** Without the row for what is not known. */
  readonly rows: readonly Row[]
  /** What is not known, whatever the place that its count would have. */
  readonly unknown: Row | undefined
  /** Rows left out that have as many as the last one shown. */
  readonly ties: number
  /** Rows left out, those included, and the sum of their counts. */
  readonly left: { readonly rows: number; readonly count: number }
}

/** @param limit hours and days are cut to those with most, and stay in the order of time where nothing is cut */
export function cut({ by, rows }: Pick<Table, 'by' | 'rows'>, limit: number | 'all'): Cut {
  const unknown = rows.find(({ key }) => key === '')
  const known = rows.filter(({ key }) => key !== '')
  if (limit === 'all' || known.length <= limit) return { rows: known, unknown, ties: 0, left: { rows: 0, count: 0 } }
  const ordered = isOfTime(by) ? inOrder(known).map((row, i) => ({ ...row, rank: i + 1 })) : known
  const [shown, left] = [ordered.slice(0, limit), ordered.slice(limit)]
  const last = shown.at(-1)?.count
  return {
    rows: shown,
    unknown,
    ties: left.filter(({ count }) => count === last).length,
    left: { rows: left.length, count: left.reduce((sum, { count }) => sum + count, 0) },
  }
}
