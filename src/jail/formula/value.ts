/** What an expression of Python comes to: an int is a bigint, a float is a number, True and False are 1 and 0. */
export type Value = bigint | number | readonly Value[]
export type Amount = bigint | number

/** Why an expression that can be read has no value. */
export class NoValue extends Error {
  /** It would be too large to be told: longer than any time. */
  readonly endless: boolean

  constructor(message: string, endless = false) {
    super(message)
    this.endless = endless
  }
}

/** Longer numbers are no time, and reckoning with them would take some. */
const MAX_BITS = 4096n
const LIMIT = 1n << MAX_BITS

/** @throws NoValue */
export function whole(value: bigint): bigint {
  if (value >= LIMIT || value <= -LIMIT) throw tooLarge()
  return value
}

/** Before the work is done. @throws NoValue */
export function checkBits(bits: bigint): void {
  if (bits > MAX_BITS) throw tooLarge()
}

export function bitsOf(value: bigint): bigint {
  return BigInt((value < 0n ? -value : value).toString(2).length)
}

/** A float that came of floats which had an end. @throws NoValue */
export function finite(value: number): number {
  if (!Number.isFinite(value)) throw tooLarge()
  return value
}

export function tooLarge(): NoValue {
  return new NoValue('a number is too large', true)
}

/** @throws NoValue for a list */
export function amount(value: Value): Amount {
  if (typeof value === 'object') throw new NoValue('a list is no number')
  return value
}

/** @throws NoValue for what is no int */
export function integer(value: Value): bigint {
  if (typeof value === 'bigint') return value
  throw new NoValue(typeof value === 'object' ? 'a list is no number' : `${value} is no whole number (int)`)
}

/** As float() makes it. @throws NoValue for a list, and beyond all floats */
export function float(value: Value): number {
  const given = amount(value)
  return typeof given === 'bigint' ? finite(Number(given)) : given
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'object') return value.length > 0
  // NaN is true in Python.
  return value !== 0 && value !== 0n
}

export function ofBoolean(value: boolean): bigint {
  return value ? 1n : 0n
}

/** Exactly, were one an int and the other a float; undefined: NaN has no order. */
export function compare(left: Amount, right: Amount): number | undefined {
  if (left < right) return -1
  if (left > right) return 1
  return Number.isNaN(left) || Number.isNaN(right) ? undefined : 0
}
