/**
 * How long a ban lasts, in seconds; undefined is for ever. With `bantime.increment` it grows with the bans before it.
 * Source: jail.conf(5), bantime.* options; the default formula is bantime * 2^min(count, 20) * factor.
 */
import { parseDuration, type Seconds } from '../base/duration.ts'
import type { JailOptions } from './jail-options.ts'

/**
 * @param earlier bans of this address before this one
 * @param chance a number in [0, 1), for `bantime.rndtime`
 */
export function bantime(options: JailOptions, earlier: number, chance: number): Seconds | undefined {
  if (options.bantime < 0) return undefined
  const { enabled, maxtime, rndtime } = options.increment
  if (!enabled || earlier === 0) return options.bantime
  const grown = Math.max(options.bantime, grow(options, earlier))
  return Math.min(grown, maxtime ?? Number.POSITIVE_INFINITY) + chance * (rndtime ?? 0)
}

const MOST_DOUBLINGS = 20

function grow({ bantime, increment }: JailOptions, earlier: number): Seconds {
  const factor = increment.factor === undefined ? 1 : parseDuration(increment.factor)
  const { multipliers } = increment
  if (multipliers && multipliers.length > 0)
    return bantime * factor * multipliers[Math.min(earlier, multipliers.length - 1)]!
  return bantime * 2 ** Math.min(earlier, MOST_DOUBLINGS) * factor
}
