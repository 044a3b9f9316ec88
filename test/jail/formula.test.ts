/** Formulas of ban times: what CPython makes of the same text, in kind and value; what it cannot mean here is refused. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { random } from '../../fuzz/random.ts'
import { Fault } from '../../src/base/fault.ts'
import { evaluate } from '../../src/jail/formula/evaluate.ts'
import { parse } from '../../src/jail/formula/parse.ts'
import { Misread } from '../../src/jail/formula/token.ts'
import { NoValue, type Value } from '../../src/jail/formula/value.ts'
import { factorOf, formula } from '../../src/jail/formula.ts'

const PYTHON = '/usr/bin/python3'
const skip = spawnSync(PYTHON, ['-c', '']).status === 0 ? false : 'no Python is installed'

/** Each text evaluated, or null where it has no value; lists and numbers too large for us are null too. */
const SCRIPT = `
import json, math, sys, warnings
warnings.simplefilter("ignore")

class Ban:
    Time = 600
    Count = 3

def told(value):
    if isinstance(value, bool): value = int(value)
    if isinstance(value, int): return ["int", str(value)] if value.bit_length() <= 4096 else "huge"
    if isinstance(value, float): return ["float", value.hex()]
    return None

known = {f.__name__: f for f in (abs, bool, float, int, len, max, min, pow, round, sum)}
def asked(text):
    try:
        return told(eval(text, {"__builtins__": known, "math": math, "ban": Ban, "banFactor": 1.5}))
    except (OverflowError, MemoryError):
        return "huge"
    except Exception:
        return None

print(json.dumps([asked(text) for text in json.load(sys.stdin)]))
`

type Told = readonly ['int' | 'float', string] | 'huge' | null

const AROUND = {
  names: new Map<string, Value>([
    ['ban.Time', 600n],
    ['ban.Count', 3n],
    ['banFactor', 1.5],
  ]),
  chance: () => 0.5,
}

function ours(text: string): Value | 'huge' | null | undefined {
  try {
    const value = evaluate(parse(text, new Set(AROUND.names.keys())), AROUND)
    return typeof value === 'object' ? null : value
  } catch (thrown) {
    if (thrown instanceof NoValue) return thrown.endless ? 'huge' : null
    // Python asks for a name only where it comes to it.
    if (thrown instanceof Misread) return /not known here/.test(thrown.message) ? undefined : null
    throw thrown
  }
}

function compareAll(texts: readonly string[]): number {
  const run = spawnSync(PYTHON, ['-c', SCRIPT], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 256 << 20,
  })
  assert.equal(run.status, 0, run.stderr)
  const theirs = JSON.parse(run.stdout) as readonly Told[]
  for (const [index, text] of texts.entries()) compareOne(text, theirs[index]!)
  return theirs.filter((one) => Array.isArray(one)).length
}

function compareOne(text: string, theirs: Told): void {
  const value = ours(text)
  if (value === undefined) return
  if (theirs === null || theirs === 'huge') {
    assert.equal(value, theirs, text)
    return
  }
  if (theirs[0] === 'int') {
    assert.equal(value, BigInt(theirs[1]), text)
    return
  }
  assert.equal(typeof value, 'number', `${text} is ${value}, and ${theirs[1]} in Python`)
  const wanted = ofHex(theirs[1])
  if (Object.is(value, wanted)) return
  // The C library's last digits are its own.
  const isOwn = /math|\*\*|pow/.test(text)
  const isNear = Math.abs((value as number) - wanted) <= Math.abs(wanted) * 1e-9
  assert.ok(isOwn && isNear, `${text} is ${value}, and ${wanted} in Python`)
}

/** Python's float.hex: every float exactly. */
function ofHex(text: string): number {
  const parts = /^(-?)0x([01])(?:\.([0-9a-f]+))?p([+-]\d+)$/.exec(text)
  if (!parts) return text === 'nan' ? Number.NaN : text === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  const [, sign, whole, digits = '', exponent] = parts
  const mantissa = Number(`0x${whole}${digits}`)
  // In two steps: of the smallest floats one alone would be 0.
  const value =
    mantissa *
    2 ** -(4 * digits.length) *
    2 ** Math.max(Number(exponent), -1000) *
    2 ** Math.min(0, Number(exponent) + 1000)
  return sign ? -value : value
}

const next = random(20_261_122)
const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!

const ATOMS = [
  '0',
  '1',
  '2',
  '3',
  '7',
  '10',
  '60',
  '1_000',
  '0x1F',
  '0b101',
  '1.5',
  '.5',
  '2.',
  '1e3',
  '2.5e-3',
  '9007199254740993',
  '123456789012345678901234567890',
  'ban.Time',
  'ban.Count',
  'banFactor',
  'True',
  'False',
  'math.pi',
  'math.e',
  'math.inf',
  '0.1',
  '1e308',
]
const FUNCTIONS_OF_ONE = [
  'int',
  'float',
  'round',
  'abs',
  'bool',
  'math.exp',
  'math.log',
  'math.log2',
  'math.log10',
  'math.log1p',
  'math.expm1',
  'math.sqrt',
  'math.floor',
  'math.ceil',
  'math.trunc',
  'math.fabs',
  'math.sin',
  'math.cos',
  'math.tan',
  'math.atan',
  'math.asin',
  'math.sinh',
  'math.tanh',
  'math.isnan',
  'math.isinf',
  'math.isfinite',
  'math.degrees',
]
const OF_TWO = ['min', 'max', 'math.pow', 'math.fmod', 'math.atan2', 'math.hypot', 'math.log', 'math.copysign', 'round']
const SIGNS = ['+', '-', '*', '/', '//', '%', '&', '|', '^', '>>', '<', '<=', '>', '>=', '==', '!=', 'and', 'or']

function made(depth: number): string {
  if (depth === 0 || next() < 0.1) return pick(ATOMS)
  const inner = () => made(depth - 1)
  switch (Math.floor(next() * 12)) {
    case 0:
      return `${pick(['-', '+', '~', 'not '])}${inner()}`
    case 1:
      return `(${inner()})`
    case 2:
      return `${pick(FUNCTIONS_OF_ONE)}(${inner()})`
    case 3:
      return `${pick(OF_TWO)}(${inner()}, ${inner()})`
    case 4:
      return `(${inner()} if ${inner()} else ${inner()})`
    case 5:
      return pick([
        `${inner()}**${pick(['2', '3', '-2', '0', '-1', '(-3)'])}`,
        `abs(${inner()})**${pick(['0.5', '1.5'])}`,
      ])
    case 6:
      return `((${inner()})<<${pick(['1', '5', '20', '0', 'ban.Count'])})`
    case 7:
      return `[${inner()}, ${inner()}, 5][${pick(['0', '1', '2', '-1', '3', 'ban.Count'])}]`
    case 8:
      return `${pick(['min', 'max', 'sum', 'len'])}((${inner()}, ${inner()}, ${inner()}))`
    case 9:
      return `(${inner()} ${pick(['in', 'not in'])} (1, 3, ${inner()}))`
    default:
      return `${inner()} ${pick(SIGNS)} ${inner()}`
  }
}

test('6,000 expressions come to what CPython makes of them', { skip }, () => {
  const valued = compareAll(Array.from({ length: 6000 }, () => made(1 + Math.floor(next() * 4))))
  assert.ok(valued > 3000, String(valued))
})

const WORDS = [
  ...ATOMS,
  ...SIGNS,
  '(',
  ')',
  '(',
  ')',
  ',',
  '[',
  ']',
  ' ',
  'if',
  'else',
  'not',
  'in',
  'min(',
  'max(',
  'round(',
  '.',
  '1.2.3',
  '007',
  '0_0',
  '1__0',
  '5x',
  '~',
  '!',
  '=',
  ':',
  '"a"',
  "'",
  '1j',
  '\n',
  '#',
  'lambda',
  'is',
  'None',
  'ban',
  'math',
  'é',
  '²',
  '\\',
]

test('20,000 heaps of words are expressions where CPython reads them', { skip }, () => {
  const texts = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 1 + Math.floor(next() * 7) }, () => pick(WORDS)).join(pick(['', ' '])),
  )
  // What is a text, None or a module there is no number here; Python forgives a number that a word follows.
  const rows = texts
    .map((text) => text.replace(/^\s*#.*/, '').trim())
    .filter((text) => !/None|"a"|'|1j|is|ban(?![.F])|math(?!\.)|lambda|[\d.](?:if|else|and|or|in|not)/.test(text))
  const valued = compareAll(rows)
  assert.ok(valued > 300, String(valued))
})

const ROWS: readonly [text: string, value: number][] = [
  ['ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor', 7200],
  ['ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)', 600 * Math.exp(4.5)],
  ['min(ban.Time * 2**ban.Count, 3600)', 3600],
  ['ban.Time * [1, 5, 30, 60][min(ban.Count, 3)]', 36000],
  ['(ban.Time\n * 2)', 1200],
  ['9**9**9', Number.POSITIVE_INFINITY],
  ['math.factorial(10**9)', Number.POSITIVE_INFINITY],
  ['1 << (1 << 60)', Number.POSITIVE_INFINITY],
  ['math.exp(1e6)', Number.POSITIVE_INFINITY],
  ['random.random() * 100', 50],
  ['random.randint(1, 9)', 5],
]

for (const [text, value] of ROWS) {
  test(`${JSON.stringify(text)} is ${value}`, () => {
    const around = { time: 600, count: 3, factor: 1.5, chance: () => 0.5 }
    const ours = formula(text).of(around)
    assert.ok(ours === value || Math.abs(ours - value) < value * 1e-12, String(ours))
  })
}

const REFUSED: readonly [text: string, message: RegExp][] = [
  ['__import__("os").system("id")', /"""? has no meaning|has no meaning/],
  ['ban.__class__', /ban\.__class__ is not known here \(character 1\)/],
  ['ban.Time * foo', /foo is not known here \(character 12\)/],
  ['ban.Time * foo(3)', /foo\(\) is not known here/],
  ['math.exp', /takes its values in brackets/],
  ['math.exp()', /does not take 0 values/],
  ['(ban.Time', /"\)" is missing before the end/],
  ['ban.Time *', /ends too soon/],
  ['', /ends too soon/],
  ['1\n+2', /one line/],
  ['"600"', /has no meaning/],
  ['lambda x', /"lambda" cannot stand here/],
  ['x := 3', /x is not known|has no meaning/],
  ['1 if 2', /"else" is missing/],
  [`${'('.repeat(500)}1`, /too deep/],
  [`1${'+1'.repeat(5000)}`, /longer than/],
]

for (const [text, message] of REFUSED) {
  test(`${JSON.stringify(text.slice(0, 40))} is refused with its place`, () => {
    assert.throws(
      () => formula(text),
      (fault: unknown) => fault instanceof Fault && fault.code === 'formula.bad' && message.test(fault.message),
    )
  })
}

test('what divides by zero has no value, and says so', () => {
  const around = { time: 600, count: 0, factor: 1n, chance: () => 0 }
  assert.throws(() => formula('1 / ban.Count').of(around), { code: 'formula.no-value' })
})

test('a factor knows nothing of any ban', () => {
  assert.equal(
    factorOf('2.0 / 4', () => 0),
    0.5,
  )
  assert.equal(
    factorOf('2', () => 0),
    2n,
  )
  assert.throws(() => factorOf('ban.Count', () => 0), { code: 'formula.bad' })
})

test('the deepest tree that may be written comes to its value', () => {
  const text = `1${'+1'.repeat(999)}`
  assert.equal(formula(text).of({ time: 1, count: 1, factor: 1n, chance: () => 0 }), 1000)
})
