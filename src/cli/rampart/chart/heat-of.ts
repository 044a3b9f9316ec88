/** Hours of the week: means, so that a time that is not whole weeks misleads nobody. */
import { type Heat, heatMap } from '../../../chart/heat-map.ts'
import { heatText } from '../../../chart/heat-text.ts'
import { capital, counted, noun } from '../../../report/reading/words.ts'
import type { Week } from '../../../statistics/table.ts'
import type { Drawn, Wanted } from './drawn.ts'
import { spanOf } from './told.ts'

export function heatOf({ unit, period, zone, total, counts, hours }: Week, { title }: Wanted): Drawn {
  const mean = (count: number, of: number) => (of > 0 ? count / of : undefined)
  const heat: Heat = {
    title: title ?? `${capital(noun(2, unit))} by weekday and hour`,
    subtitle: `${counted(total, unit)} · ${spanOf({ period, zone })}`,
    means: total === 0 ? [] : counts.map((day, i) => day.map((count, hour) => mean(count, hours[i]![hour]!))),
    zone,
    unit: noun(2, unit),
    notes: [
      'Each number is the mean of all such hours of that time; where clocks were put on or back, an hour is missing or there twice.',
    ],
  }
  return { picture: (width) => heatMap(heat, width), text: (page) => heatText(heat, page) }
}
