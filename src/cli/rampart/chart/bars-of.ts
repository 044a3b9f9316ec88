/** A table as bars: the first rows, what they leave out told below. */
import { amount } from '../../../chart/amount.ts'
import { type BarRow, type Bars, barChart } from '../../../chart/bar-chart.ts'
import { barText } from '../../../chart/bar-text.ts'
import { countryName } from '../../../place/country-names.ts'
import { noun } from '../../../report/reading/words.ts'
import type { By, Row, Table, Unit } from '../../../statistics/table.ts'
import type { Drawn, Wanted } from './drawn.ts'
import { notesOf, subtitleOf } from './told.ts'

/** More bars than that no reader looks at, and no picture holds. */
const MOST_ROWS = 1000
/** Of those with as many as the last that is shown, so many by their names. */
const NAMED_TIES = 6

export function barsOf(table: Table, options: Wanted): Drawn {
  const bars = barsValue(table, options)
  return { picture: (width) => barChart(bars, width), text: (page) => barText(bars, page) }
}

function barsValue(table: Table, { rows: most, title }: Wanted): Bars {
  const known = table.rows.filter(({ key }) => key !== '')
  const unknown = table.rows.find(({ key }) => key === '')
  const isOfTime = table.by === 'hour' || table.by === 'weekday' || table.by === 'day'
  const kept = Math.min(MOST_ROWS, isOfTime ? known.length : (most ?? known.length))
  // Of many days the last.
  const shown = isOfTime ? known.slice(-kept) : known.slice(0, kept)
  const rest = isOfTime ? known.slice(0, -kept) : known.slice(kept)
  return {
    title: title ?? titleOf(table, shown.length < known.length ? shown.length : undefined),
    subtitle: subtitleOf(table),
    unit: noun(2, table.unit),
    rows: shown.map((row) => barOf(table, row)),
    apart: [
      ...othersOf(table, rest),
      ...(unknown ? [{ label: 'unknown', count: unknown.count, share: unknown.share }] : []),
    ],
    notes: [...ties(shown, rest, isOfTime), ...untold(table, rest), ...notesOf(table)],
  }
}

/** As the article has it, in its own spelling. */
function titleOf({ by, unit }: Table, shown: number | undefined): string {
  if (by === 'hour' || by === 'weekday' || by === 'day')
    return `${COUNTED[unit]} by ${by === 'hour' ? 'hour of the day' : by}`
  const scans = unit === 'bans' || unit === 'failures' ? unit : 'scans'
  return `${shown === undefined ? '' : `Top ${shown} `}${MANY[by]} with the highest number of ${scans}`
}

const MANY: Readonly<Record<By, string>> = {
  country: 'Countries',
  org: 'Organizations',
  city: 'Cities',
  jail: 'Jails',
  ip: 'Addresses',
  port: 'Ports',
  path: 'Paths',
  agent: 'User agents',
  hour: 'Hours',
  weekday: 'Weekdays',
  day: 'Days',
  class: 'Classes of network',
}

const COUNTED: Readonly<Record<Unit, string>> = { ips: 'Addresses', bans: 'Bans', failures: 'Failures', lines: 'Lines' }

function barOf({ by }: Table, { key, label, count, share }: Row): BarRow {
  return by === 'country' ? { label: key, note: countryName(key), count, share } : { label, count, share }
}

/** Where one may be in several rows their sum says nothing. */
function othersOf({ overlaps, total }: Table, rest: readonly Row[]): readonly BarRow[] {
  if (rest.length === 0 || overlaps) return []
  const count = rest.reduce((sum, row) => sum + row.count, 0)
  return [
    {
      label: `${amount(rest.length)} other${rest.length === 1 ? '' : 's'}`,
      count,
      share: total === 0 ? 0 : count / total,
    },
  ]
}

function untold({ overlaps }: Table, rest: readonly Row[]): readonly string[] {
  return overlaps && rest.length > 0 ? [`${amount(rest.length)} more are not shown.`] : []
}

/** Rows that the cut leaves out although they have as many as the last one that it keeps. */
function ties(shown: readonly Row[], rest: readonly Row[], isOfTime: boolean): readonly string[] {
  const last = shown.at(-1)?.count
  const equal = rest.filter(({ count }) => count === last)
  if (isOfTime || last === undefined || equal.length === 0) return []
  const names = equal.slice(0, NAMED_TIES).map(({ label }) => label)
  return [
    `+${amount(equal.length)} more with ${amount(last)}: ${names.join(', ')}${equal.length > names.length ? ', …' : ''}`,
  ]
}
