/**
 * Failures counted per address, as Fail2ban counts them: an estimate from the rate, not a sliding window. Source:
 * Fail2ban's observed behaviour.
 */
import type { Seconds } from '../base/duration.ts'
import type { Fields } from '../filter/groups.ts'
import type { EpochMs } from '../world/clock.ts'

export interface Counter {
  /** Failures by their weight, scaled to `findtime` once they span more than it: what makes a ban. */
  readonly count: number
  /** All of them since `first` was the first: what a ban is told to be for. */
  readonly failures: number
  readonly first: EpochMs
  readonly last: EpochMs
  /** The last lines, newest last. */
  readonly matches: readonly string[]
  /** Their characters. */
  readonly chars: number
  /** What the groups held at its first failure; only where bans keep it. */
  readonly fields?: Fields | undefined
}

export interface Counted {
  readonly time: EpochMs
  readonly attempts: number
  readonly lines: readonly string[]
  readonly fields?: Fields | undefined
}

/**
 * The counter after `attempts` more failures at `time`.
 * @param weight what the failures of who was banned before count for beyond themselves
 */
export function count(
  before: Counter | undefined,
  failure: Counted,
  options: { readonly findtime: Seconds; readonly maxmatches: number },
  weight = 0,
): Counter {
  const { time, attempts, lines, fields } = failure
  const counted = attempts + weight
  if (!before || time - before.last > options.findtime * 1000) {
    return {
      count: counted,
      failures: attempts,
      first: time,
      last: time,
      ...joined(NONE, lines, options.maxmatches),
      fields,
    }
  }
  const aged = age(before, time, options.findtime * 1000)
  const failures = before.failures + attempts
  const kept = joined(before, lines, options.maxmatches)
  return {
    count: aged.count + counted,
    failures,
    first: aged.first,
    last: Math.max(before.last, time),
    ...kept,
    fields: before.fields,
  }
}

/** Scales the count down to `findMs` if the failures so far span more, as if they had come evenly. */
export function age(
  { count, first, last }: Pick<Counter, 'count' | 'first' | 'last'>,
  time: EpochMs,
  findMs: number,
): Pick<Counter, 'count' | 'first'> {
  if (time <= last || first >= time - findMs) return { count, first }
  return { count: roundHalfEven((count / (time - first)) * findMs), first: time - findMs }
}

/** Python's round(): halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const isHalf = value - floor === 0.5
  return isHalf ? floor + (floor % 2) : Math.round(value)
}

/** More tell nobody anything, and each failure copies them: `maxmatches` is `maxretry` unless an admin says less. */
const MOST_MATCHES = 20

type Lines = Pick<Counter, 'matches' | 'chars'>

const NONE: Lines = { matches: [], chars: 0 }

function joined(before: Lines, lines: readonly string[], max: number): Lines {
  if (max <= 0) return NONE
  const all = before.matches.length === 0 ? lines : [...before.matches, ...lines]
  const start = Math.max(0, all.length - Math.min(max, MOST_MATCHES))
  if (start === 0) return { matches: all, chars: before.chars + length(lines) }
  return { matches: all.slice(start), chars: before.chars + length(lines) - length(all.slice(0, start)) }
}

/** How many characters they have. */
export function length(lines: readonly string[]): number {
  let chars = 0
  for (const line of lines) chars += line.length
  return chars
}
