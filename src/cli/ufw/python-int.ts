/** A whole number as Python's `int()` reads it, which UFW asks: `+1`, ` 1 `, `1_0`; undefined for anything else. */
export function pythonInt(text: string): bigint | undefined {
  const [, sign, digits] = /^\s*([+-]?)([0-9]+(?:_[0-9]+)*)\s*$/.exec(text) ?? []
  if (digits === undefined) return undefined
  const number = BigInt(digits.replaceAll('_', ''))
  return sign === '-' ? -number : number
}
