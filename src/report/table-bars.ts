/** Rows of a table as bars: what a report's pictures and those of `rampart chart` have alike. */
import { amount } from '../chart/amount.ts'
import type { BarRow } from '../chart/bar-chart.ts'
import { countryName } from '../place/country-names.ts'
import type { Row, Table } from '../statistics/table.ts'
import { sum } from './reading/subject.ts'
import { numbered } from './reading/words.ts'

export function barOf({ by }: Table, { key, label, count, share }: Row): BarRow {
  return by === 'country' ? { label: key, note: countryName(key), count, share } : { label, count, share }
}

/** What stands apart below: the rows that are not shown, and what is not known. Of rows that overlap the sum says nothing. */
export function apartOf({ overlaps, total, rows }: Table, rest: readonly Row[]): readonly BarRow[] {
  const unknown = rows.find(({ key }) => key === '')
  const of = (count: number) => ({ count, share: total === 0 ? 0 : count / total })
  return [
    ...(rest.length === 0 || overlaps ? [] : [{ label: numbered(rest.length, 'other', 'others'), ...of(sum(rest)) }]),
    ...(unknown ? [{ label: 'unknown', ...of(unknown.count) }] : []),
  ]
}

/** Of those with as many as the last that is shown, so many by their names. */
const NAMED_TIES = 6

/** Rows that the cut leaves out although they have as many as the last one that it keeps. */
export function tiesOf(shown: readonly Row[], rest: readonly Row[]): readonly string[] {
  const last = shown.at(-1)?.count
  const equal = rest.filter(({ count }) => count === last)
  if (last === undefined || equal.length === 0) return []
  const names = equal.slice(0, NAMED_TIES).map(({ label }) => label)
  return [
    `+${amount(equal.length)} more with ${amount(last)}: ${names.join(', ')}${equal.length > names.length ? ', …' : ''}`,
  ]
}
