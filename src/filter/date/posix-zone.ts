/**
 * Zones as POSIX writes them in TZ (`CET-01CEST-02,M3.5.0,M10.5.0`; the sign counts west), which JavaScript's own
 * clock reads as UTC, and those with a name in the zone database, which it knows. Source: POSIX.1-2017, 8.3.
 */
import { Fault } from '../../base/fault.ts'
import type { EpochMs } from '../../world/clock.ts'

/** Milliseconds east of Greenwich at a moment. */
export type Offset = (time: EpochMs) => number

/** Whether it is a zone's rule, not its name. */
export function isPosixZone(name: string): boolean {
  return FORM.test(name)
}

/** @throws Fault `date.zone` */
export function posixZone(name: string): Offset {
  const parts = FORM.exec(name)
  if (!parts) return databaseZone(name.replace(/^:/, ''))
  const standard = -clock(parts[1]!)
  if (parts[2] === undefined) return () => standard
  const summer = parts[3] === undefined ? standard + HOUR : -clock(parts[3])
  // Without dates the rules of the United States hold, as in the C library.
  const start = rule(parts[4] ?? 'M3.2.0')
  const end = rule(parts[5] ?? 'M11.1.0')
  return (time) => {
    const year = new Date(time + standard).getUTCFullYear()
    const from = start(year) - standard
    const until = end(year) - summer
    const inSummer = from < until ? time >= from && time < until : time >= from || time < until
    return inSummer ? summer : standard
  }
}

const HOUR = 3_600_000
const NAME = '(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)'
const TIME = '[+-]?\\d{1,3}(?::\\d\\d(?::\\d\\d)?)?'
const DATE = `(?:M\\d\\d?\\.[1-5]\\.[0-6]|J?\\d{1,3})(?:/${TIME})?`
const FORM = new RegExp(`^${NAME}(${TIME})(?:(${NAME})(${TIME})?(?:,(${DATE}),(${DATE}))?)?$`)

/** `[+-]hh[:mm[:ss]]` as milliseconds. */
function clock(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number)
  const size = (hours * 3600 + minutes * 60 + seconds) * 1000
  return text.startsWith('-') ? -size : size
}

/** When a rule falls in a year, as wall time. */
function rule(text: string): (year: number) => number {
  const [day = '', time = '2'] = text.split('/')
  const at = clock(time)
  if (!day.startsWith('M')) return (year) => dayOfYear(day, year) + at
  const [month = 1, week = 1, weekday = 0] = day.slice(1).split('.').map(Number)
  return (year) => nthWeekday(year, month, week, weekday) + at
}

/** Jn counts 1-365 and never the 29th of February, n counts 0-365. */
function dayOfYear(day: string, year: number): number {
  if (!day.startsWith('J')) return Date.UTC(year, 0, 1 + Number(day))
  const number = Number(day.slice(1))
  const leap = Date.UTC(year, 1, 29) !== Date.UTC(year, 2, 1)
  return Date.UTC(year, 0, number + (leap && number > 59 ? 1 : 0))
}

/** Week 5 is the last one. */
function nthWeekday(year: number, month: number, week: number, weekday: number): number {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay()
  const day = 1 + ((weekday - first + 7) % 7) + (week - 1) * 7
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return Date.UTC(year, month - 1, day > length ? day - 7 : day)
}

function databaseZone(name: string): Offset {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new Fault('date.zone', `no time zone is named "${name}"`, {
      hint: 'write a name like Europe/Berlin, or an offset like UTC+0200',
      cause,
    })
  }
  return (time) => {
    const shown = format.formatToParts(time).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
    // `GMT+02:00`; plain `GMT` is zero.
    return shown.length > 3 ? clock(shown.slice(3)) : 0
  }
}
