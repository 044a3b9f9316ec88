/** A table as bars: the first rows, what they leave out told below. */
import { amount } from '../../../chart/amount.ts'
import { type Bars, barChart } from '../../../chart/bar-chart.ts'
import { barText } from '../../../chart/bar-text.ts'
import { known } from '../../../report/reading/subject.ts'
import { noun } from '../../../report/reading/words.ts'
import { apartOf, barOf, tiesOf } from '../../../report/table-bars.ts'
import { type By, isOfTime, type Row, type Table, type Unit } from '../../../statistics/table.ts'
import type { Drawn, Wanted } from './drawn.ts'
import { notesOf, subtitleOf } from './told.ts'

/** More bars than that no reader looks at, and no picture holds. */
const MOST_ROWS = 1000

export function barsOf(table: Table, options: Wanted): Drawn {
  const bars = barsValue(table, options)
  return { picture: (width) => barChart(bars, width), text: (page) => barText(bars, page) }
}

function barsValue(table: Table, { rows: most, title }: Wanted): Bars {
  const rows = known(table)
  const isTime = isOfTime(table.by)
  const kept = Math.min(MOST_ROWS, isTime ? rows.length : (most ?? rows.length))
  // Of many days the last.
  const shown = isTime ? rows.slice(-kept) : rows.slice(0, kept)
  const rest = isTime ? rows.slice(0, -kept) : rows.slice(kept)
  return {
    title: title ?? titleOf(table, shown.length < rows.length ? shown.length : undefined),
    subtitle: subtitleOf(table),
    unit: noun(2, table.unit),
    rows: shown.map((row) => barOf(table, row)),
    apart: apartOf(table, rest),
    notes: [...(isTime ? [] : tiesOf(shown, rest)), ...untold(table, rest), ...notesOf(table)],
  }
}

/** As the article has it, in its own spelling. */
function titleOf({ by, unit }: Table, shown: number | undefined): string {
  if (isOfTime(by)) return `${COUNTED[unit]} by ${by === 'hour' ? 'hour of the day' : by}`
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

function untold({ overlaps }: Table, rest: readonly Row[]): readonly string[] {
  return overlaps && rest.length > 0 ? [`${amount(rest.length)} more are not shown.`] : []
}
