/** Bans over time, stacked by jail. */
import { type Times, timeChart } from '../../../chart/time-chart.ts'
import { timeText } from '../../../chart/time-text.ts'
import { capital, counted, noun } from '../../../report/reading/words.ts'
import type { Series } from '../../../statistics/table.ts'
import { uncounted } from '../../../statistics/uncounted.ts'
import type { Drawn, Wanted } from './drawn.ts'
import { spanOf } from './told.ts'

export function timesOf(series: Series, { title }: Wanted): Drawn {
  const { unit, period, zone, jails } = series
  const total = jails.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0)
  const times: Times = {
    ...series,
    title: title ?? `${capital(noun(2, unit))} over time, by jail`,
    // An address counts in each stretch anew: those add up to nothing that could be named.
    subtitle: `${unit === 'ips' ? '' : `${counted(total, unit)} · `}${spanOf({ period, zone })}`,
    gaps: uncounted(series),
    unit: noun(2, unit),
    notes: unit === 'ips' ? ['An address counts once in each column and jail.'] : [],
  }
  return { picture: (width) => timeChart(times, width), text: (page) => timeText(times, page) }
}
