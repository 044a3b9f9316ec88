/** The charts of a report, from its tables. */
import { amount } from '../chart/amount.ts'
import { type BarRow, barChart } from '../chart/bar-chart.ts'
import { heatMap } from '../chart/heat-map.ts'
import type { Picture } from '../chart/picture.ts'
import { timeChart } from '../chart/time-chart.ts'
import { worldMap } from '../chart/world-map.ts'
import { countryName } from '../place/country-names.ts'
import type { Row, Series, Table, Week } from '../statistics/table.ts'
import { BOUNDS } from './bounds.ts'
import { cityOf, known, sum } from './reading/subject.ts'
import { capital, noun, numbered } from './reading/words.ts'

/** Of a whole page and of a phone, in pixels. */
export const WIDTHS = { broad: 1100, narrow: 372 } as const

export function bars(table: Table, width: number): Picture {
  const rows = known(table)
  const shown = rows.slice(0, BOUNDS.top)
  const rest = rows.slice(BOUNDS.top)
  const unknown = table.rows.find(({ key }) => key === '')
  const of = (count: number) => ({ count, share: table.total === 0 ? 0 : count / table.total })
  const apart = [
    ...(rest.length > 0 ? [{ label: numbered(rest.length, 'other', 'others'), ...of(sum(rest)) }] : []),
    ...(unknown ? [{ label: 'unknown', ...of(unknown.count) }] : []),
  ]
  const title = `${shown.length < rows.length ? `Top ${shown.length} of ` : ''}${namesOf(table, rows.length)}`
  const unit = noun(2, table.unit)
  return barChart({ title, rows: shown.map((row) => barOf(table, row)), apart, unit, notes: tie(shown, rest) }, width)
}

/** `65 countries`. */
export function namesOf({ by }: Table, count: number): string {
  const [one, many] = NAMES[by] ?? ['row', 'rows']
  return numbered(count, one, many)
}

const NAMES: { readonly [by in Table['by']]?: readonly [string, string] } = {
  country: ['country', 'countries'],
  org: ['organisation', 'organisations'],
  city: ['city', 'cities'],
  jail: ['jail', 'jails'],
  ip: ['address', 'addresses'],
  port: ['port', 'ports'],
  path: ['path', 'paths'],
  agent: ['user agent', 'user agents'],
}

function barOf({ by }: Table, { key, label, count, share }: Row): BarRow {
  if (by === 'country') return { label: key, note: countryName(key), count, share }
  return { label, count, share }
}

/** `Paris, FR`: cities of one name lie in several countries. */
export function cityTitle({ key }: Pick<Row, 'key' | 'label'>): string {
  const { city, country } = cityOf(key)
  return country === '' ? city : `${city}, ${country}`
}

/** `AS15169 Google LLC`. */
export function orgTitle({ key, label }: Pick<Row, 'key' | 'label'>): string {
  return label.startsWith(key) ? label : `${key} ${label}`
}

/** A cut through equals is told. */
function tie(shown: readonly Row[], rest: readonly Row[]): string[] {
  const last = shown.at(-1)?.count
  const equal = rest.filter(({ count }) => count === last)
  if (last === undefined || equal.length === 0) return []
  const names = equal.slice(0, NAMED_TIES).map(({ label }) => label)
  return [`+${equal.length} more with ${amount(last)}: ${names.join(', ')}${equal.length > names.length ? ', …' : ''}`]
}

const NAMED_TIES = 6

export function map(table: Table, width: number): Picture {
  const rows = known(table)
  const unknown = table.rows.find(({ key }) => key === '')?.count
  return worldMap(
    {
      title: `${namesOf(table, rows.length)} on the map`,
      counts: new Map(rows.map(({ key, count }) => [key, count])),
      names: new Map(rows.map(({ key }) => [key, countryName(key)])),
      unit: noun(2, table.unit),
      ...(unknown === undefined ? {} : { unknown }),
    },
    width,
  )
}

export function times({ bucketMs, starts, jails, gaps, zone, unit }: Series, width: number): Picture {
  return timeChart(
    { title: `${capital(noun(2, unit))} over time, by jail`, bucketMs, starts, jails, gaps, zone, unit: noun(2, unit) },
    width,
  )
}

/** Means, so that a period that is not whole weeks misleads nobody. */
export function week({ counts, hours, zone, unit }: Week, width: number): Picture {
  const means = counts.map((day, i) =>
    day.map((count, hour) => (hours[i]![hour]! > 0 ? count / hours[i]![hour]! : undefined)),
  )
  return heatMap({ title: `${capital(noun(2, unit))} by weekday and hour`, means, zone, unit: noun(2, unit) }, width)
}
