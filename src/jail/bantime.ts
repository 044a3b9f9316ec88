/**
 * How long a ban lasts. With `bantime.increment` it grows with the bans before it. Source: jail.conf(5), the options
 * bantime.*; what comes out of them was measured beside Fail2ban 1.0.2 (test/jail/growth.test.ts).
 */
import type { Seconds } from '../base/duration.ts'
import { asFault, Fault } from '../base/fault.ts'
import { type Factor, factorOf, formula } from './formula.ts'
import type { BantimeIncrement, JailOptions } from './jail-options.ts'

/**
 * Seconds of a ban after so many bans of the same network; undefined is for ever.
 * @param chance a number in [0, 1), for `bantime.rndtime`
 */
export type Bantime = (earlier: number, chance: () => number) => Seconds | undefined

/** @throws Fault `formula.bad`; `formula.no-value` for a factor */
export function bantimeOf({ bantime, increment }: Growing): Bantime {
  const { enabled, maxtime = Number.POSITIVE_INFINITY, rndtime = 0 } = increment
  const first = bantime < 0 ? undefined : bantime
  if (!enabled || first === undefined) return () => first
  const grow = growth(first, increment)
  return (earlier, chance) => {
    if (earlier === 0) return first
    return wholeSeconds(Math.min(grow(earlier, chance), maxtime) + chance() * rndtime)
  }
}

/** What every ban is multiplied with; 1 where it is not set, or means nothing. @throws Fault `formula.bad`, `formula.no-value` */
export function bantimeFactor({ enabled, factor }: BantimeIncrement): Factor {
  return enabled && factor !== undefined ? factorOf(factor, half) : 1n
}

/** @returns a Fault where some ban would last `bantime` as the formula has no value for it @throws Fault `formula.bad` */
export function checkFormula({ bantime, increment }: Growing, factor: Factor): Fault | undefined {
  if (!increment.enabled || increment.formula === undefined) return undefined
  const read = formula(increment.formula)
  for (let count = 1; count <= MOST_DOUBLINGS; count++) {
    try {
      read.of({ time: bantime, factor, chance: half, count })
    } catch (thrown) {
      const { code, message } = asFault(thrown, 'formula.no-value')
      return new Fault(code, `${message}: the ban after ${count} others lasts as long as the first`)
    }
  }
  return undefined
}

type Growing = Pick<JailOptions, 'bantime' | 'increment'>

const half = () => 0.5

type Grow = (earlier: number, chance: () => number) => number

/** Multipliers go before a formula, and alone may make a ban shorter than the first. */
function growth(bantime: Seconds, increment: BantimeIncrement): Grow {
  const { multipliers = [] } = increment
  const factor = bantimeFactor(increment)
  if (multipliers.length > 0) {
    return (earlier) => bantime * Number(factor) * multipliers[Math.min(earlier, multipliers.length - 1)]!
  }
  const own = increment.formula === undefined ? undefined : formula(increment.formula)
  return (count, chance) => {
    const value = own
      ? valueOrNothing(() => own.of({ time: bantime, count, factor, chance }))
      : bantime * 2 ** Math.min(count, MOST_DOUBLINGS) * Number(factor)
    return value > bantime ? value : bantime
  }
}

const MOST_DOUBLINGS = 20

/** No ban fails for a formula that divides by zero: `checkFormula` has told of it. */
function valueOrNothing(value: () => number): number {
  try {
    return value()
  } catch {
    return Number.NaN
  }
}

/** Longer is for ever: neither the kernel's clock nor a calendar need be asked about it. */
const LONGEST: Seconds = 100 * 365.25 * 86_400

function wholeSeconds(seconds: number): Seconds | undefined {
  if (seconds < 0 || seconds > LONGEST) return undefined
  return Math.trunc(seconds)
}
