/** Where floats and whole numbers meet, to the last bit: as fractions of whole numbers. */
import { bitsOf, finite, NoValue, tooLarge } from './value.ts'

/** As Python divides two ints: rounded once, however long they are. @throws NoValue beyond all floats */
export function quotient(left: bigint, right: bigint): number {
  if (isSafe(left) && isSafe(right)) return Number(left) / Number(right)
  const isNegative = left < 0n !== right < 0n
  const [above, below] = [left < 0n ? -left : left, right < 0n ? -right : right]
  // More bits than a float has, and one that says whether any are left over.
  const shift = 66n + bitsOf(below) > bitsOf(above) ? 66n + bitsOf(below) - bitsOf(above) : 0n
  const shifted = above << shift
  const bits = (shifted / below) * 2n + (shifted % below === 0n ? 0n : 1n)
  const value = finite(Number(bits)) * 2 ** -(Number(shift) + 1)
  return isNegative ? -value : value
}

function isSafe(value: bigint): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
}

/** A float as a fraction: every one is exactly one. @throws NoValue for what is no number, or without end */
export function fraction(value: number): readonly [above: bigint, below: bigint] {
  if (Number.isNaN(value)) throw new NoValue('nan is no whole number')
  if (!Number.isFinite(value)) throw tooLarge()
  let [above, below] = [value, 1n]
  while (!Number.isInteger(above)) {
    above *= 2
    below *= 2n
  }
  return [BigInt(above), below]
}

/** To the nearest whole number, halves to the even one. */
export function nearest(above: bigint, below: bigint): bigint {
  const floor = above / below - (above % below < 0n ? 1n : 0n)
  const twice = 2n * (above - floor * below)
  const isUp = twice > below || (twice === below && floor % 2n !== 0n)
  return isUp ? floor + 1n : floor
}

/** As Python's round(value, digits). */
export function roundFloat(value: number, digits: bigint): number {
  if (!Number.isFinite(value) || value === 0 || digits > 350n) return value
  if (digits < -350n) return 0 * value
  const [above, below] = fraction(value)
  const power = 10n ** (digits < 0n ? -digits : digits)
  const rounded = digits < 0n ? nearest(above, below * power) : nearest(above * power, below)
  const magnitude = Math.abs(Number(`${rounded}e${-digits}`))
  return value < 0 ? -magnitude : magnitude
}

/** As Python's round(value, digits) of an int: digits below nothing are tens. */
export function roundWhole(value: bigint, digits: bigint): bigint {
  if (digits >= 0n) return value
  if (digits < -1300n) return 0n
  const power = 10n ** -digits
  return nearest(value, power) * power
}
