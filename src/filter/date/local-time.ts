/**
 * Local time: what the clock on the wall shows, and which moment a stamp on the wall means. A wall time is written as
 * the milliseconds that UTC would need to show the same, so that arithmetic on it is plain.
 */
import type { EpochMs } from '../../world/clock.ts'
import { isPosixZone, posixZone } from './posix-zone.ts'

export type WallMs = number

export interface LocalTime {
  wall(time: EpochMs): WallMs
  /**
   * The moment at which the wall shows this. In the hour that a spring skips, the clock is taken to have gone on
   * (02:30 is 03:30), as C's mktime does. In the hour that an autumn repeats it is the second time round, unless that
   * still lies ahead of `now`.
   */
  moment(wall: WallMs, now: EpochMs): EpochMs
}

/**
 * @param name as the variable TZ has it: `CET-01CEST-02,M3.5.0,M10.5.0` or `Europe/Berlin`; undefined: this process's own
 * @throws Fault `date.zone`
 */
export function localTime(name: string | undefined = unreadable(process.env['TZ'])): LocalTime {
  const offset = name === undefined ? ownOffset : posixZone(name)
  let quarter = Number.NaN // the quarter hour of the wall whose offset is held
  let held = 0
  return {
    wall: (time) => time + offset(time),
    moment(wall, now) {
      // Offsets change at whole quarters of an hour only.
      const current = Math.floor(wall / QUARTER)
      if (current === quarter) return wall - held
      const before = offset(wall - DAY)
      const after = offset(wall + DAY)
      if (before === after && offset(wall - before) === before) {
        quarter = current
        held = before
        return wall - before
      }
      const valid = [wall - before, wall - after].filter((time) => wall - offset(time) === time)
      const latest = Math.max(...valid)
      if (valid.length === 0) return wall - before
      return latest > now ? Math.min(...valid) : latest
    },
  }
}

const QUARTER = 900_000
const DAY = 86_400_000

/** This process's TZ where V8 reads it as something else: POSIX's rules as UTC, a path as whatever its name looks like. */
function unreadable(zone: string | undefined): string | undefined {
  if (zone === undefined) return undefined
  if (isPosixZone(zone)) return zone
  const path = /^:?\/.*\/zoneinfo\/(?:posix\/)?([^/].*)$/.exec(zone)?.[1]
  return path !== undefined && Intl.supportedValuesOf('timeZone').includes(path) ? path : undefined
}

/** Milliseconds east of Greenwich. */
function ownOffset(time: EpochMs): number {
  return -60_000 * new Date(time).getTimezoneOffset()
}
