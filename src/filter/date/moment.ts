/** The parts of a date as a moment, with what is missing taken from now. */
import type { EpochMs } from '../../world/clock.ts'
import type { LocalTime, WallMs } from './local-time.ts'
import { DAYS, MONTHS } from './token.ts'
import { zoneOffset } from './zone.ts'

/** Values by the letter of their token, in the order of the pattern: where two say the same thing the later counts. */
export type Parts = Readonly<Record<string, string | undefined>>

export interface Clockwork {
  readonly now: EpochMs
  readonly local: LocalTime
  /** Minutes east of Greenwich for dates that name no zone; undefined: local time. */
  readonly zone: number | undefined
}

/**
 * No year: this one, or the last if the date is then more than a day ahead. No day and month: today, or yesterday if
 * the time is then ahead. Fractions of seconds are dropped. undefined where the parts are no date (the 30th of
 * February, second 60), name an unknown zone, or give a day without a month: there Fail2ban has no date either, or fails.
 */
export function moment(parts: Parts, { now, local, zone }: Clockwork): EpochMs | undefined {
  const read = readParts(parts)
  if (!read) return undefined
  const nowWall = local.wall(now)
  const today = new Date(nowWall)
  const year = read.year ?? today.getUTCFullYear()
  let day: number | undefined
  let assumedDay = false
  if (read.month !== undefined && read.day !== undefined) day = dayNumber(year, read.month, read.day)
  else {
    const ordinal = read.ordinal ?? ordinalOfWeek(read, year)
    if (ordinal !== undefined) day = (dayNumber(year, 1, 1) ?? Number.NaN) + ordinal - 1
    else if (read.month !== undefined || read.day !== undefined) return undefined
    else {
      assumedDay = true
      day = dayNumber(year, today.getUTCMonth() + 1, today.getUTCDate())
    }
  }
  if (day === undefined || read.hour > 23 || read.second > 59) return undefined
  let wall: WallMs = day * DAY + read.hour * 3_600_000 + read.minute * 60_000 + read.second * 1000
  const offset = read.offset ?? zone
  if (offset !== undefined) wall -= offset * 60_000
  // A time with a zone is compared with the local clock all the same: Fail2ban's rule.
  if (assumedDay && wall > nowWall) wall -= DAY
  else if (read.year === undefined && wall > nowWall + DAY) wall = yearBefore(day, wall)
  if (Number.isNaN(wall)) return undefined
  return offset === undefined ? local.moment(wall, now) : wall
}

const DAY = 86_400_000

interface Read {
  year: number | undefined
  month: number | undefined
  day: number | undefined
  ordinal: number | undefined
  weekday: number | undefined
  week: number | undefined
  weekStartsMonday: boolean
  hour: number
  minute: number
  second: number
  /** Minutes east of Greenwich. */
  offset: number | undefined
}

function readParts(parts: Parts): Read | undefined {
  const read: Read = { ...NOTHING }
  for (const letter in parts) {
    const text = parts[letter]
    if (text !== undefined && !readPart(read, letter, text, parts['p'])) return undefined
  }
  return read
}

const NOTHING: Read = {
  year: undefined,
  month: undefined,
  day: undefined,
  ordinal: undefined,
  weekday: undefined,
  week: undefined,
  weekStartsMonday: false,
  hour: 0,
  minute: 0,
  second: 0,
  offset: undefined,
}

/** Whether the part could be read; letters that mean nothing here are passed over. */
function readPart(read: Read, letter: string, text: string, half: string | undefined): boolean {
  switch (letter) {
    case 'Y':
      read.year = plainNumber(text)
      break
    case 'y':
      read.year = 2000 + plainNumber(text)
      break
    case 'm':
      read.month = plainNumber(text)
      break
    case 'b':
    case 'B':
      read.month = 1 + indexOfName(MONTHS, text)
      return read.month > 0
    case 'd':
      read.day = plainNumber(text)
      break
    case 'H':
      read.hour = plainNumber(text)
      break
    case 'I':
      read.hour = hourOfHalf(plainNumber(text), half?.toLowerCase())
      break
    case 'M':
      read.minute = plainNumber(text)
      break
    case 'S':
      read.second = plainNumber(text)
      break
    case 'j':
      read.ordinal = plainNumber(text)
      break
    case 'a':
    case 'A':
      read.weekday = indexOfName(DAYS, text)
      return read.weekday >= 0
    case 'w':
      read.weekday = (plainNumber(text) + 6) % 7
      break
    case 'U':
    case 'W':
      read.week = plainNumber(text)
      read.weekStartsMonday = letter === 'W'
      break
    case 'z':
    case 'Z':
      read.offset = zoneOffset(text)
      return read.offset !== undefined
  }
  return true
}

/** Decimal digits of any script, as Python's `int` takes them; a blank may stand before. */
export function plainNumber(text: string): number {
  let value = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at) - 48
    if (code < 0 || code > 9) return Number(text.replace(/\p{Nd}/gu, digit))
    value = value * 10 + code
  }
  return value
}

/** Each script's digits stand in a run of ten, from zero on; runs may follow one another. */
function digit(character: string): string {
  let before = 0
  let point = character.codePointAt(0)!
  while (/\p{Nd}/u.test(String.fromCodePoint(point - 1))) {
    before++
    point--
  }
  return String(before % 10)
}

function indexOfName(names: readonly string[], text: string): number {
  const start = text.toLowerCase().slice(0, 3)
  return names.findIndex((name) => name.startsWith(start))
}

function hourOfHalf(hour: number, half: string | undefined): number {
  if (half === 'pm') return hour === 12 ? 12 : hour + 12
  return hour === 12 ? 0 : hour
}

/** The day of the year of a weekday in a week, counted as strftime's %U and %W do. */
function ordinalOfWeek({ week, weekday, weekStartsMonday }: Read, year: number): number | undefined {
  if (week === undefined || weekday === undefined) return undefined
  const newYear = dayNumber(year, 1, 1)
  if (newYear === undefined) return undefined
  // Day 0 of the epoch was a Thursday: weekday 3 when Monday is 0.
  const shift = weekStartsMonday ? 0 : 1
  const first = (newYear + 3 + shift + 7 * 1e6) % 7
  const day = (weekday + shift) % 7
  return week === 0 ? 1 + day - first : 1 + ((7 - first) % 7) + 7 * (week - 1) + day
}

/** Days since 1970-01-01; undefined where the calendar has no such day, or Python no such year. */
function dayNumber(year: number, month: number, day: number): number | undefined {
  if (year < 1 || day < 1 || day > daysIn(year, month)) return undefined
  // Date.UTC takes the years 0-99 for 1900-1999: 400 years on, the calendar repeats.
  return Date.UTC(year + 400, month - 1, day) / DAY - 146_097
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** The same day as it was written, a year ago; the time of day is that of the moment, its zone applied: Fail2ban's rule. */
function yearBefore(written: number, wall: WallMs): WallMs {
  const date = new Date(written * DAY)
  const day = dayNumber(date.getUTCFullYear() - 1, date.getUTCMonth() + 1, date.getUTCDate())
  return day === undefined ? Number.NaN : day * DAY + (wall - Math.floor(wall / DAY) * DAY)
}
