/**
 * A clock whose `now` never jumps: the wall time at the start and what the monotonic clock has counted since. Bans are
 * timed by it, so that a step of the wall clock neither ends nor prolongs one. What people and files see is wall time.
 */
import type { Clock, EpochMs } from '../world/clock.ts'

export interface SteadyClock extends Clock {
  /** A moment of the wall clock, as a log's stamp is, on this clock: as long ago as it is by the wall; never in the future. */
  fromWall(time: EpochMs): EpochMs
  /** How far the wall clock is ahead: what it shows is a moment of this clock and so much. */
  readonly aheadMs: number
  /** Looks at the wall clock. @returns by how much it was set since it was looked at last, mostly 0 */
  follow(): number
}

/** What is less shows in no display; and the two clocks are read one after the other. */
const LEAST_STEP_MS = 500

export function steadyClock(clock: Clock): SteadyClock {
  const offset = clock.now() - clock.monotonic()
  const now = () => Math.round(offset + clock.monotonic())
  let aheadMs = 0
  return {
    ...clock,
    now,
    fromWall: (time) => now() - Math.max(0, Math.round(clock.now() - time)),
    get aheadMs() {
      return aheadMs
    },
    follow() {
      const step = Math.round(clock.now() - now()) - aheadMs
      if (Math.abs(step) < LEAST_STEP_MS) return 0
      aheadMs += step
      return step
    },
  }
}
