/** The hours and days of a zone, summer time and all. */
import type { EpochMs } from '../world/clock.ts'

export interface Zone {
  readonly name: string
  /** What the clocks and calendars there show. */
  at(time: EpochMs): Local
  /** When the day begins that holds this moment. */
  dayStart(time: EpochMs): EpochMs
}

export interface Local {
  /** `2026-11-23` */
  readonly day: string
  /** Monday is 1. */
  readonly weekday: number
  readonly hour: number
}

const DAY_MS = 86_400_000
const QUARTER_MS = 900_000
const QUARTERS_OF_HOUR = 4

/** @param name an IANA name; of one that there is not, UTC */
export function zoneOf(name: string): Zone {
  const format = formatOf(name)
  const offsets = new Map<number, number>()
  const asked = (time: EpochMs) => {
    const known = offsets.get(time)
    if (known !== undefined) return known
    const offset = offsetBy(format, time)
    offsets.set(time, offset)
    return offset
  }
  // On a day whose ends agree nothing was changed; zones change at a quarter of an hour, if at all.
  const offsetAt = (time: EpochMs) => {
    const day = time - modulo(time, DAY_MS)
    const offset = asked(day)
    return offset === asked(day + DAY_MS) ? offset : asked(time - modulo(time, QUARTER_MS))
  }
  return {
    name: format.resolvedOptions().timeZone,
    at: (time) => localOf(time + offsetAt(time)),
    dayStart(time) {
      const local = time + offsetAt(time)
      const dayAt = (moment: EpochMs) => localOf(moment + offsetAt(moment)).day
      const start = local - modulo(local, DAY_MS) - offsetAt(time)
      if (dayAt(start) === dayAt(time) && dayAt(start - 1) !== dayAt(time)) return start
      // The clocks were set between midnight and then, perhaps at midnight itself.
      let first = start - 4 * QUARTERS_OF_HOUR * QUARTER_MS
      while (dayAt(first) !== dayAt(time)) first += QUARTER_MS
      return first
    },
  }
}

function localOf(local: number): Local {
  const date = new Date(local)
  return { day: date.toISOString().slice(0, 10), weekday: date.getUTCDay() || 7, hour: date.getUTCHours() }
}

function formatOf(name: string): Intl.DateTimeFormat {
  const options = {
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  } as const
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: name })
  } catch {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' })
  }
}

/** What must be added to UTC there and then, in milliseconds. */
function offsetBy(format: Intl.DateTimeFormat, time: EpochMs): number {
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  const { year, month, day, hour, minute, second } = parts as Record<string, number>
  return Date.UTC(year!, month! - 1, day, hour, minute, second) - (time - modulo(time, 1000))
}

/** Never negative: times before 1970 are times. */
function modulo(value: number, of: number): number {
  return ((value % of) + of) % of
}
