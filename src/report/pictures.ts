/** The charts of a report, from its tables. */
import { barChart } from '../chart/bar-chart.ts'
import { heatMap } from '../chart/heat-map.ts'
import type { Picture } from '../chart/picture.ts'
import { timeChart } from '../chart/time-chart.ts'
import { worldMap } from '../chart/world-map.ts'
import { countryName } from '../place/country-names.ts'
import { nounsOf } from '../statistics/print/heading.ts'
import type { Row, Series, Table, Week } from '../statistics/table.ts'
import { uncounted } from '../statistics/uncounted.ts'
import { BOUNDS } from './bounds.ts'
import { cityOf, known } from './reading/subject.ts'
import { capital, noun, numbered } from './reading/words.ts'
import { apartOf, barOf, tiesOf } from './table-bars.ts'

/** Of a whole page and of a phone, in pixels. */
export const WIDTHS = { broad: 1100, narrow: 372 } as const

export function bars(table: Table, width: number): Picture {
  const rows = known(table)
  const shown = rows.slice(0, BOUNDS.top)
  const rest = rows.slice(BOUNDS.top)
  const apart = apartOf(table, rest)
  const title = `${shown.length < rows.length ? `Top ${shown.length} of ` : ''}${namesOf(table, rows.length)}`
  const unit = noun(2, table.unit)
  return barChart(
    { title, rows: shown.map((row) => barOf(table, row)), apart, unit, notes: tiesOf(shown, rest) },
    width,
  )
}

/** `65 countries`. */
export function namesOf({ by }: Table, count: number): string {
  return numbered(count, ...nounsOf(by))
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

export function times(series: Series, width: number): Picture {
  const { bucketMs, starts, jails, zone, unit } = series
  return timeChart(
    {
      ...{ title: `${capital(noun(2, unit))} over time, by jail`, unit: noun(2, unit) },
      ...{ bucketMs, starts, jails, zone, gaps: uncounted(series) },
    },
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
