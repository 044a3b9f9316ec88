/**
 * Which moment counts for a failure, given what its line says. The rules are Fail2ban's, compared with the installed
 * program: a line without a date belongs to the one before it, and in a log that is followed live a date that is far
 * from now says more about the clock or the zone of its writer than about the moment.
 */
import type { Seconds } from '../../base/duration.ts'
import type { EpochMs } from '../../world/clock.ts'

/** What is kept from line to line of one log and filter; begins as `{}`. */
export interface ClockState {
  /** The last date that was known. */
  last?: EpochMs
  /** Something to tell the admin, at most once a day each; who tells it takes it away. */
  due?: ClockWarning | undefined
  /** When each was told last. */
  readonly told?: Map<ClockWarning, EpochMs>
}

/**
 * `no date`: a line without a date counts as now. `off`: a date more than a minute from now counts as now: a wrong
 * time zone, or a clock that goes wrong. `old`: a line from before the findtime was left out while catching up.
 */
export type ClockWarning = 'no date' | 'off' | 'old'

export interface Seen {
  /** The line's own date. */
  readonly found: EpochMs | undefined
  readonly now: EpochMs
  readonly findtime: Seconds
  /**
   * Whether the line was written just now, or is caught up with after a start: there a line of unknown age is of no
   * use. undefined: not known; dates are taken at their word, and a line without one happens now.
   */
  readonly live?: boolean | undefined
}

/** The moment that counts, never ahead of now; undefined: the line is too old to count. Changes `state`: one call a line. */
export function timeOf(state: ClockState, { found, now, findtime, live }: Seen): EpochMs | undefined {
  if (found !== undefined) state.last = found
  const date = found ?? (isRecent(state, now) ? state.last : undefined)
  if (live === true && (date === undefined || isOff(date, now))) {
    tell(state, date === undefined ? 'no date' : 'off', now)
    if (date !== undefined) state.last = now
    return now
  }
  if (date === undefined) return live === false ? undefined : now
  if (live !== true && date < now - findtime * 1000) {
    tell(state, 'old', now)
    return undefined
  }
  return Math.min(date, now)
}

/** Whether a line without a date belongs to one before it. */
export function isRecent({ last }: ClockState, now: EpochMs): boolean {
  return last !== undefined && last > now - MINUTE
}

/** It need not be told after all: the line was no failure. */
export function takeBack(state: ClockState, warning: ClockWarning): void {
  if (state.due !== warning) return
  state.due = undefined
  state.told?.delete(warning)
}

const MINUTE = 60_000
const DAY = 86_400_000

/** By more than a minute, in whole seconds. */
function isOff(date: EpochMs, now: EpochMs): boolean {
  return Math.abs(Math.trunc((date - now) / 1000)) > 60
}

function tell(state: ClockState, warning: ClockWarning, now: EpochMs): void {
  const told = state.told ?? new Map<ClockWarning, EpochMs>()
  const before = told.get(warning)
  if (before !== undefined && now - before < DAY) return
  told.set(warning, now)
  Object.assign(state, { told, due: warning })
}
