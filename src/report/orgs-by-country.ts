/** Which organisations the addresses of each country belong to. */
import type { Place } from '../place/place.ts'
import { inOrder } from '../statistics/order.ts'
import type { Row } from '../statistics/table.ts'
import type { InCountry } from './reading/subject.ts'

/** @param places of the rows of a table by address, in their order */
export function orgsByCountry(rows: readonly Row[], places: readonly Place[]): readonly InCountry[] {
  const countries = new Map<string, Map<number, { label: string; count: number }>>()
  for (const [i, { count }] of rows.entries()) {
    const { country, asn, organisation = '' } = places[i]!
    if (country === undefined || asn === undefined) continue
    const orgs = countries.get(country) ?? new Map()
    countries.set(country, orgs)
    const org = orgs.get(asn)
    if (org) org.count += count
    else orgs.set(asn, { label: `AS${asn} ${organisation}`.trimEnd(), count })
  }
  return [...countries].map(([country, orgs]) => ({ country, rows: rowsOf(orgs) }))
}

function rowsOf(orgs: ReadonlyMap<number, { readonly label: string; readonly count: number }>): readonly Row[] {
  const list = [...orgs].map(([asn, { label, count }]) => ({ key: `AS${asn}`, label, count }))
  const total = list.reduce((sum, { count }) => sum + count, 0)
  return inOrder(list).map((row, i) => ({ ...row, rank: i + 1, share: row.count / total }))
}
