/**
 * A date detector for lines that somebody made to be searched for long. Those of ordinary length are always searched; for
 * longer ones there is a purse of time, and while it is empty they have no date, not even none.
 */
import type { EpochMs } from '../../world/clock.ts'
import { purseOf } from '../regex/purse.ts'
import type { DateDetector, DateFound } from './detector.ts'

/** Nobody has looked. */
export type NotSought = 'not sought'

export interface Thrifty {
  find(line: string, now: EpochMs): DateFound | undefined | NotSought
  /** Whether lines were left out, and that was not told for an hour. */
  alarm(): boolean
}

/** Characters. */
const LONG = 4096
/** Long lines of honest writers take less. */
const ORDINARY_MS = 1
const HOUR_MS = 3_600_000

/** @param clock milliseconds that only grow */
export function thrifty(detector: DateDetector, clock: () => number = () => performance.now()): Thrifty {
  const purse = purseOf(clock(), { fullMs: 300, refill: 0.1 })
  let leftOut = false
  let toldAt = Number.NEGATIVE_INFINITY
  return {
    find(line, now) {
      if (line.length <= LONG) return detector.find(line, now)
      const began = clock()
      if (purse.isEmpty(began)) {
        leftOut = true
        return 'not sought'
      }
      const found = detector.find(line, now)
      purse.spend(Math.max(0, clock() - began - ORDINARY_MS))
      return found
    },
    alarm() {
      if (!leftOut || clock() - toldAt < HOUR_MS) return false
      leftOut = false
      toldAt = clock()
      return true
    },
  }
}
