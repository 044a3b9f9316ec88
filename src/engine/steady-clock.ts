/**
 * A clock whose `now` never jumps: the wall time at the start and what the monotonic clock has counted since. Bans are
 * timed by it, so that a step of the wall clock neither ends nor prolongs one.
 */
import type { Clock, EpochMs } from '../world/clock.ts'

export interface SteadyClock extends Clock {
  /** A moment of the wall clock, as a log's stamp is, on this clock: as long ago as it is by the wall; never in the future. */
  fromWall(time: EpochMs): EpochMs
}

export function steadyClock(clock: Clock): SteadyClock {
  const offset = clock.now() - clock.monotonic()
  const now = () => Math.round(offset + clock.monotonic())
  return { ...clock, now, fromWall: (time) => now() - Math.max(0, Math.round(clock.now() - time)) }
}
