/** A moment as a command line says it: how long ago, or when. */
import { parseDuration } from '../base/duration.ts'
import { Fault } from '../base/fault.ts'
import type { EpochMs } from '../world/clock.ts'

/**
 * `2h`, `7d`: so long before `now`; `2026-11-22`, `2026-11-22 14:30`, `2026-11-22T14:30:05Z`: that moment, in local time
 * where no zone is named.
 * @throws Fault `cli.bad-time`
 */
export function parseSince(text: string, now: EpochMs): EpochMs {
  const time = DATE.test(text) ? moment(text) : before(text, now)
  if (time !== undefined && Number.isFinite(time)) return time
  throw new Fault('cli.bad-time', `"${text}" is no time`, {
    hint: 'write how long ago (2h, 7d), or when: 2026-11-22, "2026-11-22 14:30"',
  })
}

const DATE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?$/

/** Date.parse takes February 30 for March 2. */
function moment(text: string): EpochMs | undefined {
  const day = new Date(`${text.slice(0, 10)}T00:00Z`)
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
  return isDay ? Date.parse(withTime(text)) : undefined
}

/** A date alone Date.parse takes for UTC. */
function withTime(text: string): string {
  return text.includes(':') ? text.replace(' ', 'T') : `${text}T00:00`
}

function before(text: string, now: EpochMs): EpochMs | undefined {
  try {
    const seconds = parseDuration(text)
    return seconds >= 0 ? now - seconds * 1000 : undefined
  } catch {
    return undefined
  }
}
