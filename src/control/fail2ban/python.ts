/** What Python makes of words, and what it raises where it cannot: callers are answered with the very same exceptions. */
import type { Amount } from '../../base/arithmetic.ts'
import { exactDuration } from '../../base/duration.ts'
import { Fault } from '../../base/fault.ts'
import { exception, isException, printValue, textOf, tuple, type Value } from './value.ts'

const RAISED = 'fail2ban.raised'

/** To be thrown: it is what the caller is answered with. */
export function raised(name: string, ...args: readonly Value[]): Fault {
  const what = exception(name, ...args)
  return new Fault(RAISED, textOf(what), { cause: what })
}

/** What a caller is told of whatever was thrown: of a Fault its words, the file and the hint with them. */
export function exceptionOf(thrown: unknown): Value {
  if (!(thrown instanceof Fault)) return exception('RuntimeError', String(thrown))
  if (thrown.code === RAISED && isException(thrown.cause as Value)) return thrown.cause as Value
  const { at, message, hint } = thrown
  const place = at ? `${at.file}${at.line === undefined ? '' : `:${at.line}`}: ` : ''
  return exception('Exception', `${place}${message}${hint === undefined ? '' : ` (${hint})`}`)
}

/** @throws Fault: Python's IndexError */
export function wordAt(words: readonly Value[], index: number): Value {
  if (index >= words.length) throw raised('IndexError', 'list index out of range')
  return words[index]
}

/** A word that must be a text. @throws Fault: TypeError, IndexError */
export function textAt(words: readonly Value[], index: number): string {
  const value = wordAt(words, index)
  if (typeof value === 'string') return value
  throw raised('TypeError', `a text is needed, not ${printValue(value)}`)
}

/** `int(...)`. @throws Fault: ValueError, TypeError */
export function pythonInt(value: Value): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'object' && 'float' in value) return Math.trunc(value.float)
  if (typeof value !== 'string') {
    const kind = value === undefined ? 'NoneType' : typeOf(value)
    const what = 'int() argument must be a string, a bytes-like object or a real number, not'
    throw raised('TypeError', `${what} '${kind}'`)
  }
  const digits = value.trim().replace(/\p{Nd}/gu, (digit) => String(digitOf(digit)))
  if (!/^[-+]?\d+(_\d+)*$/.test(digits) || digits.length > 300) {
    throw raised('ValueError', `invalid literal for int() with base 10: ${printValue(value)}`)
  }
  const whole = BigInt(digits.replace(/[_+]/g, ''))
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole
}

/** Digits of every script stand in tens; those of a ten follow its zero. */
function digitOf(digit: string): number {
  const point = digit.codePointAt(0)!
  let zero = point
  while (point - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return (point - zero) % 10
}

/** As a number of ours: what is beyond is as good as for ever. */
export function bounded(value: Value, least: number): number {
  const number = typeof value === 'object' && 'float' in value ? value.float : Number(value)
  return Math.min(Math.max(least, number), MOST)
}

const MOST = 1e12

/** `float(...)`. @throws Fault: ValueError */
export function pythonFloat(value: Value): number {
  if (typeof value === 'number') return value
  const text = typeof value === 'string' ? value.trim().replaceAll('_', '') : 'x'
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text)
  throw raised('ValueError', `could not convert string to float: ${printValue(value)}`)
}

/** Seconds of `1h`, `60*10` and their like: an int or a float, as Python's arithmetic has it. @throws Fault: SyntaxError and others */
export function seconds(value: Value): Value {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return value
  if (typeof value === 'object' && 'float' in value) return value
  if (typeof value !== 'string') {
    const kind = value === undefined ? 'NoneType' : typeOf(value)
    throw raised('TypeError', `expected string or bytes-like object, got '${kind}'`)
  }
  let amount: Amount
  try {
    amount = exactDuration(value)
  } catch {
    throw notReckoned(value)
  }
  return amount.isWhole ? amount.value : { float: amount.value }
}

/** The same, cut to a whole number. @throws Fault: SyntaxError and others */
export function wholeSeconds(value: Value): Value {
  const reckoned = seconds(value)
  return typeof reckoned === 'object' && 'float' in reckoned ? Math.trunc(reckoned.float) : reckoned
}

function notReckoned(text: string): Fault {
  const [name] = /^\s*(?!\d)[\p{L}_][\p{L}\p{N}_]*\s*$/u.exec(text) ?? []
  if (name !== undefined) return raised('NameError', `name '${name.trim()}' is not defined`)
  if (text.trim() === '') return raised('SyntaxError', 'invalid syntax', tuple('<string>', 0, 0, '', 0, 0))
  const [number] = /^\d+(?=\p{L})/u.exec(text) ?? []
  if (number === undefined) return raised('SyntaxError', 'invalid syntax', tuple('<string>', 1, 1, text, 1, 1))
  const at = number.length
  return raised('SyntaxError', 'invalid decimal literal', tuple('<string>', 1, at, text, 1, at))
}

/** Words that switch something on. */
export function isOn(value: Value): boolean {
  if (typeof value !== 'string') return value === true || value === 1
  return ['1', 'on', 'true', 'yes'].includes(value.toLowerCase())
}

export function typeOf(value: Value): string {
  switch (typeof value) {
    case 'undefined':
      return 'NoneType'
    case 'boolean':
      return 'bool'
    case 'number':
    case 'bigint':
      return 'int'
    case 'string':
      return 'str'
    default:
      if (value instanceof Map) return 'dict'
      if (value instanceof Set) return 'set'
      if ('float' in value) return 'float'
      if ('bytes' in value) return 'bytes'
      if ('exception' in value) return value.exception
      return 'tuple' in value ? 'tuple' : 'list'
  }
}
