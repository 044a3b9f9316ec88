/** Which moments along an axis get a mark, so that their words have room. */
import type { Zoned } from './zoned.ts'

/** A day is 23 hours long when clocks are put on. */
export const SHORTEST_DAY = 23 * 3_600_000

export interface TimeMark {
  /** Which of the moments. */
  readonly at: number
  /** `14:00`, or `23 Nov` where marks are days. */
  readonly above: string
  /** The day, or the year, where it is another than at the mark before. */
  readonly below?: string
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** 5 January 1970 was a Monday. */
const MONDAY = 4 * DAY

/** Numbers of the unit that a wall clock shows: a mark stands where it changes, hence also where the clock was put on or back. */
const STEPS: readonly { readonly isTime: boolean; readonly unit: (at: Zoned) => number }[] = [
  ...[1, 5, 10, 15, 30].map((minutes) => ({
    isTime: true,
    unit: ({ wall }: Zoned) => Math.floor(wall / (minutes * MINUTE)),
  })),
  ...[1, 2, 3, 6, 12].map((hours) => ({ isTime: true, unit: ({ wall }: Zoned) => Math.floor(wall / (hours * HOUR)) })),
  ...[1, 2].map((days) => ({ isTime: false, unit: ({ wall }: Zoned) => Math.floor(wall / (days * DAY)) })),
  { isTime: false, unit: ({ wall }) => Math.floor((wall - MONDAY) / (7 * DAY)) },
  ...[1, 3, 6, 12, 60].map((months) => ({ isTime: false, unit: (at: Zoned) => Math.floor(monthOf(at) / months) })),
]

/**
 * The finest marks whose words do not meet.
 * @param places of each moment along the axis, ascending
 * @param room that the words of a mark take, the same unit
 * @param isByDay whether each moment begins a day or more: that it begins at midnight goes without saying
 */
export function timeMarks(
  moments: readonly Zoned[],
  places: readonly number[],
  room: number,
  isByDay: boolean,
): readonly TimeMark[] {
  for (const { isTime, unit } of STEPS) {
    if (isTime && isByDay) continue
    const marked = moments.flatMap((moment, i) => (isMarked(moment, moments[i - 1], unit) ? [i] : []))
    const isCrowded = marked.some((at, i) => i > 0 && places[at]! - places[marked[i - 1]!]! < room)
    if (!isCrowded && marked.length > 0) return marked.map((at, i) => words(moments, at, marked[i - 1], isTime))
  }
  return moments.length === 0 ? [] : [words(moments, 0, undefined, false)]
}

function isMarked(moment: Zoned, before: Zoned | undefined, unit: (at: Zoned) => number): boolean {
  // Of the first it is not known when its unit began, unless a moment earlier it was another.
  return unit(before ?? { ...moment, wall: moment.wall - 1 }) !== unit(moment)
}

function words(moments: readonly Zoned[], at: number, before: number | undefined, isTime: boolean): TimeMark {
  const moment = moments[at]!
  const last = before === undefined ? undefined : moments[before]!
  const [above, below] = isTime ? [moment.time, moment.date] : [moment.date, String(moment.year)]
  const lastBelow = last && (isTime ? last.date : String(last.year))
  return { at, above, ...(below === lastBelow ? {} : { below }) }
}

function monthOf({ wall }: Zoned): number {
  const date = new Date(wall)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}
