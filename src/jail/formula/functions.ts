/** The functions of a formula: Python's own, and those of its modules math and random that give a number. */
import { binary, power } from './operate.ts'
import { fraction, nearest, roundFloat, roundWhole } from './ratio.ts'
import {
  type Amount,
  amount,
  bitsOf,
  checkBits,
  compare,
  float,
  integer,
  isTrue,
  NoValue,
  ofBoolean,
  tooLarge,
  type Value,
  whole,
} from './value.ts'

export interface Function {
  readonly least: number
  readonly most: number
  /** @param chance a number in [0, 1) */
  readonly call: (values: readonly Value[], chance: () => number) => Value
}

/** By the name that stands in the formula: `max`, `math.exp`. */
export function functionOf(name: string): Function | undefined {
  return FUNCTIONS[name]
}

export const CONSTANTS: Readonly<Record<string, number>> = {
  'math.pi': Math.PI,
  'math.e': Math.E,
  'math.tau': 2 * Math.PI,
  'math.inf': Number.POSITIVE_INFINITY,
  'math.nan': Number.NaN,
}

function one(call: (value: Value) => Value): Function {
  return { least: 1, most: 1, call: ([value]) => call(value!) }
}

function two(call: (first: Value, second: Value) => Value): Function {
  return { least: 2, most: 2, call: ([first, second]) => call(first!, second!) }
}

/** Of floats: what has no value is a fault, what has no end too. */
function ofFloat(reckon: (value: number) => number): Function {
  return one((value) => checked(reckon(float(value)), float(value)))
}

function checked(result: number, ...given: readonly number[]): number {
  if (Number.isNaN(result) && !given.some(Number.isNaN)) throw new NoValue('it has no value there')
  if (!Number.isFinite(result) && given.every(Number.isFinite)) throw tooLarge()
  return result
}

/** At and below 0 there is no logarithm; beyond all floats there is one. */
function logarithm(value: Value, reckon: (value: number) => number): number {
  const given = amount(value)
  if (given <= 0) throw new NoValue('it has no value there')
  if (typeof given === 'number') return reckon(given)
  const surplus = bitsOf(given) - 1000n
  if (surplus <= 0n) return reckon(Number(given))
  return reckon(Number(given >> surplus)) + Number(surplus) * reckon(2)
}

function toWhole(rounded: (value: number) => number): Function {
  return one((value) => {
    const given = amount(value)
    return typeof given === 'bigint' ? given : fraction(rounded(given))[0]
  })
}

/** Of several values, or of those of one list. */
function ofMany(values: readonly Value[]): readonly Value[] {
  const all = values.length === 1 ? items(values[0]!) : values
  if (all.length === 0) throw new NoValue('an empty list')
  return all
}

/** The first of equals, as Python has it. */
function extreme(sign: 1 | -1): Function {
  const call = (values: readonly Value[]) =>
    ofMany(values).reduce((best, value) => (compare(amount(value), amount(best)) === sign ? value : best))
  return { least: 1, most: 100, call }
}

function items(value: Value): readonly Value[] {
  if (typeof value === 'object') return value
  throw new NoValue('a number is no list')
}

function factorial(value: Value): bigint {
  const given = integer(value)
  if (given < 0n) throw new NoValue('it has no value there')
  checkBits(given)
  let product = 1n
  for (let factor = 2n; factor <= given; factor++) product *= factor
  return whole(product)
}

function greatestDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left < 0n ? -left : left, right < 0n ? -right : right]
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}

/** Newton's way. */
function wholeRoot(value: Value): bigint {
  const given = integer(value)
  if (given < 0n) throw new NoValue('it has no value there')
  let root = 1n << ((bitsOf(given) + 1n) >> 1n)
  for (;;) {
    const next = (root + given / root) >> 1n
    if (next >= root) return given === 0n ? 0n : root
    root = next
  }
}

const FUNCTIONS: Readonly<Record<string, Function>> = {
  abs: one((value) => {
    const given = amount(value)
    return typeof given === 'bigint' ? (given < 0n ? -given : given) : Math.abs(given)
  }),
  bool: one((value) => ofBoolean(isTrue(value))),
  float: one(float),
  int: toWhole(Math.trunc),
  len: one((value) => BigInt(items(value).length)),
  max: extreme(1),
  min: extreme(-1),
  pow: two((base, exponent) => binary('**', base, exponent)),
  round: {
    least: 1,
    most: 2,
    call([value, digits]) {
      const given = amount(value!)
      if (digits === undefined) return typeof given === 'bigint' ? given : nearest(...fraction(given))
      return typeof given === 'bigint' ? roundWhole(given, integer(digits)) : roundFloat(given, integer(digits))
    },
  },
  sum: one((value) => items(value).reduce<Amount>((sum, item) => binary('+', sum, item), 0n)),

  'math.acos': ofFloat(Math.acos),
  'math.acosh': ofFloat(Math.acosh),
  'math.asin': ofFloat(Math.asin),
  'math.asinh': ofFloat(Math.asinh),
  'math.atan': ofFloat(Math.atan),
  'math.atan2': two((y, x) => Math.atan2(float(y), float(x))),
  'math.atanh': ofFloat(Math.atanh),
  'math.cbrt': ofFloat(Math.cbrt),
  'math.ceil': toWhole(Math.ceil),
  'math.copysign': two((value, sign) => {
    const isNegative = float(sign) < 0 || Object.is(float(sign), -0)
    return Math.abs(float(value)) * (isNegative ? -1 : 1)
  }),
  'math.cos': ofFloat(Math.cos),
  'math.cosh': ofFloat(Math.cosh),
  'math.degrees': one((value) => float(value) * (180 / Math.PI)),
  'math.exp': ofFloat(Math.exp),
  'math.exp2': ofFloat((value) => 2 ** value),
  'math.expm1': ofFloat(Math.expm1),
  'math.fabs': ofFloat(Math.abs),
  'math.factorial': one(factorial),
  'math.floor': toWhole(Math.floor),
  'math.fmod': two((value, by) => checked(float(value) % float(by), float(value), float(by))),
  'math.gcd': two((left, right) => greatestDivisor(integer(left), integer(right))),
  'math.hypot': two((x, y) => checked(Math.hypot(float(x), float(y)), float(x), float(y))),
  'math.isfinite': one((value) => ofBoolean(Number.isFinite(float(value)))),
  'math.isinf': one((value) => ofBoolean(Math.abs(float(value)) === Number.POSITIVE_INFINITY)),
  'math.isnan': one((value) => ofBoolean(Number.isNaN(float(value)))),
  'math.isqrt': one(wholeRoot),
  'math.log': {
    least: 1,
    most: 2,
    call([value, base]) {
      const above = logarithm(value!, Math.log)
      return base === undefined ? above : binary('/', above, logarithm(base, Math.log))
    },
  },
  'math.log10': one((value) => logarithm(value, Math.log10)),
  'math.log1p': one((value) => {
    if (float(value) <= -1) throw new NoValue('it has no value there')
    return Math.log1p(float(value))
  }),
  'math.log2': one((value) => logarithm(value, Math.log2)),
  'math.pow': two((base, exponent) => power(float(base), float(exponent))),
  'math.radians': one((value) => float(value) * (Math.PI / 180)),
  'math.sin': ofFloat(Math.sin),
  'math.sinh': ofFloat(Math.sinh),
  'math.sqrt': ofFloat(Math.sqrt),
  'math.tan': ofFloat(Math.tan),
  'math.tanh': ofFloat(Math.tanh),
  'math.trunc': toWhole(Math.trunc),

  'random.randint': {
    least: 2,
    most: 2,
    call([from, to], chance) {
      const [first, last] = [integer(from!), integer(to!)]
      if (last < first) throw new NoValue('an empty range')
      return first + BigInt(Math.floor(chance() * (Number(last - first) + 1)))
    },
  },
  'random.random': { least: 0, most: 0, call: (_values, chance) => chance() },
  'random.uniform': {
    least: 2,
    most: 2,
    call: ([from, to], chance) => float(from!) + (float(to!) - float(from!)) * chance(),
  },
}
