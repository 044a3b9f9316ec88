/** Rule 8: what is other than in the period before. */
import { percent } from '../../chart/amount.ts'
import { countryName } from '../../place/country-names.ts'
import type { Row, Table } from '../../statistics/table.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { known, organisation, type Subject, sum } from './subject.ts'
import { counted, listed, name, say, type Words } from './words.ts'

/** Different addresses that both periods must have. */
const LEAST_ADDRESSES = 50
/** A new row with less is chance. */
const LEAST_NEW = 5
const NAMED = 3

export function change({ country, org, before }: Subject): Sentence[] {
  if (!before || Math.min(country.distinct, before.country.distinct) < LEAST_ADDRESSES) return []
  const entrants = [
    ...newcomers(country, before.country, (row) => name(countryName(row.key))),
    ...newcomers(org, before.org, (row) => name(organisation(row))),
  ]
  return [compared(country, before.country), ...entrants]
}

function compared(now: Table, before: Table): Sentence {
  const difference = now.total - before.total
  const how =
    difference === 0
      ? say`as many as`
      : say`${Math.abs(difference)} ${difference > 0 ? 'more' : 'fewer'} (${signed(difference / before.total)}) than`
  const text = say`${counted(now.total, now.unit)} in this period, ${how} in the one of the same length before it (${before.total}).`
  return sentence('change', text, { now: now.total, before: before.total, difference }, [])
}

function newcomers(now: Table, before: Table, title: (row: Row) => { readonly name: string }): Sentence[] {
  const old = new Set(before.rows.map(({ key }) => key))
  const rows = known(now).filter(({ key, count }) => count >= LEAST_NEW && !old.has(key))
  if (rows.length === 0) return []
  const names: Words = listed(
    rows.map((row) => say`${title(row)} ${row.count}`),
    NAMED,
  )
  const what = now.by === 'country' ? 'countries' : 'organisations'
  const text = say`New among the ${what}, with none in the period before: ${names}.`
  return [sentence('change', text, { rows: rows.length, count: sum(rows) }, evidence(now.by, rows))]
}

function signed(share: number): string {
  return `${share > 0 ? '+' : '\u2212'}${percent(Math.abs(share))}`
}
