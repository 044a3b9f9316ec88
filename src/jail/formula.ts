/**
 * `bantime.formula` and `bantime.factor`: expressions of Python in a closed evaluator of our own, where nothing can be
 * executed. Whole numbers stay exact; floats are those of the machine, so that the last digits of math.exp and its like may
 * differ. Source of what may stand in them: jail.conf(5); of what comes out: Fail2ban's observed behaviour.
 */
import { Fault } from '../base/fault.ts'
import { evaluate } from './formula/evaluate.ts'
import { parse } from './formula/parse.ts'
import { Misread } from './formula/token.ts'
import { type Amount, amount, NoValue, type Value } from './formula/value.ts'

/** What `bantime.factor` comes to; whole numbers are told from others, as in Python. */
export type Factor = Amount

export interface Formula {
  /**
   * Its value, perhaps infinite or not a number.
   * @throws Fault `formula.no-value` as where it divides by zero
   */
  of(around: Around): number
}

/** What a formula may ask for. */
export interface Around {
  /** `ban.Time`: the jail's bantime in seconds. */
  readonly time: number
  /** `ban.Count`: the bans before this one. */
  readonly count: number
  /** `banFactor`: what the factor's expression came to. */
  readonly factor: Factor
  /** A number in [0, 1), for the functions of random. */
  readonly chance: () => number
}

const NAMES = ['ban.Time', 'ban.Count', 'banFactor'] as const

/** @throws Fault `formula.bad` */
export function formula(text: string): Formula {
  const tree = read('bantime.formula', text, NAMES)
  return {
    of({ time, count, factor, chance }) {
      const names = new Map<string, Value>([
        ['ban.Time', Number.isInteger(time) ? BigInt(time) : time],
        ['ban.Count', BigInt(count)],
        ['banFactor', factor],
      ])
      return Number(reckoned('bantime.formula', text, () => amount(evaluate(tree, { names, chance }))))
    },
  }
}

/** The value of `bantime.factor`, which knows nothing of any ban. @throws Fault `formula.bad`, `formula.no-value` */
export function factorOf(text: string, chance: () => number): Factor {
  const tree = read('bantime.factor', text, [])
  return reckoned('bantime.factor', text, () => amount(evaluate(tree, { names: new Map(), chance })))
}

function read(option: string, text: string, names: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(text, new Set(names))
  } catch (thrown) {
    if (!(thrown instanceof Misread)) throw thrown
    const hint = `it may use numbers, + - * / // % **, << and >>, comparisons, "a if b else c", ${[...names, ''].join(', ')}min, max, round, int, float and the functions of math`
    throw new Fault('formula.bad', `${option} = ${text}: ${thrown.message} (character ${thrown.at + 1})`, { hint })
  }
}

/** What is larger than any number here is without end. */
function reckoned<T>(option: string, text: string, act: () => T): T | number {
  try {
    return act()
  } catch (thrown) {
    if (!(thrown instanceof NoValue)) throw thrown
    if (thrown.endless) return Number.POSITIVE_INFINITY
    throw new Fault('formula.no-value', `${option} = ${text} has no value: ${thrown.message}`)
  }
}
