/** What Python's operators make of numbers. Source: the Python language reference, "Expressions"; measured with CPython 3.11. */
import { floorDivide } from '../../base/arithmetic.ts'
import { quotient } from './ratio.ts'
import { type Amount, amount, bitsOf, checkBits, finite, float, integer, NoValue, type Value, whole } from './value.ts'

export type UnaryOperator = '+' | '-' | '~'
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '<<' | '>>' | '&' | '^' | '|'

/** @throws NoValue */
export function unary(operator: UnaryOperator, value: Value): Amount {
  if (operator === '~') return ~integer(value)
  const operand = amount(value)
  if (operator === '+') return operand
  // Not 0 - operand: that of 0.0 would have no sign.
  return typeof operand === 'bigint' ? -operand : -operand
}

/** @throws NoValue */
export function binary(operator: BinaryOperator, a: Value, b: Value): Amount {
  const [left, right] = [amount(a), amount(b)]
  if (typeof left === 'bigint' && typeof right === 'bigint') return ofWhole(operator, left, right)
  switch (operator) {
    case '<<':
    case '>>':
    case '&':
    case '^':
    case '|':
      throw new NoValue(`${operator} takes whole numbers only`)
    default:
      return ofFloats(operator, float(left), float(right))
  }
}

function ofWhole(operator: BinaryOperator, left: bigint, right: bigint): Amount {
  switch (operator) {
    case '+':
      return whole(left + right)
    case '-':
      return whole(left - right)
    case '*':
      return whole(left * right)
    case '/':
      return quotient(left, notZero(right))
    case '//':
      return floorOf(left, notZero(right))
    case '%':
      return left - floorOf(left, notZero(right)) * right
    case '**':
      return right < 0n ? power(float(left), float(right)) : wholePower(left, right)
    case '<<':
      if (left !== 0n) checkBits(bitsOf(left) + notNegative(right))
      return left << notNegative(right)
    case '>>':
      return right > bitsOf(left) ? (left < 0n ? -1n : 0n) : left >> notNegative(right)
    case '&':
      return left & right
    case '^':
      return left ^ right
    case '|':
      return left | right
    default:
      return operator satisfies never
  }
}

/** Rounded down, where a bigint's own division rounds to zero. */
function floorOf(left: bigint, right: bigint): bigint {
  const rounded = left / right
  return left % right !== 0n && left < 0n !== right < 0n ? rounded - 1n : rounded
}

function wholePower(base: bigint, exponent: bigint): bigint {
  if (base !== 0n && base !== 1n && base !== -1n) checkBits((bitsOf(base) - 1n) * exponent)
  return whole(base ** exponent)
}

function notZero(value: bigint): bigint {
  if (value === 0n) throw new NoValue('a division by zero')
  return value
}

function notNegative(value: bigint): bigint {
  if (value < 0n) throw new NoValue('a shift by less than nothing')
  return value
}

function ofFloats(operator: '+' | '-' | '*' | '/' | '//' | '%' | '**', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '**':
      return power(left, right)
    default:
  }
  if (right === 0) throw new NoValue('a division by zero')
  if (operator === '/') return left / right
  const { quotient, rest } = floorDivide(left, right)
  return operator === '//' ? quotient : rest
}

/** @throws NoValue where Python would give a complex number, or none */
export function power(base: number, exponent: number): number {
  if (base === 0 && exponent < 0 && Number.isFinite(exponent)) throw new NoValue('a division by zero')
  if (base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent))) return 1
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    throw new NoValue('a root of a negative number')
  }
  const result = base ** exponent
  return Number.isFinite(base) && Number.isFinite(exponent) ? finite(result) : result
}
