/**
 * Sums as Python reckons them: numbers, `+ - * / // % **` and brackets, nothing else, so that nothing can be executed.
 * Source: the Python language reference, "Expressions" and "Numeric literals".
 */

export interface Amount {
  readonly value: number
  /** Python's int; else its float. */
  readonly isWhole: boolean
}

/** undefined: it is no such sum, or has no value that is finite, and exact if it is whole. */
export function reckon(text: string): Amount | undefined {
  const tokens = tokenize(text)
  if (!tokens) return undefined
  const reader: Reader = { tokens, next: 0, depth: 0 }
  try {
    const amount = sum(reader)
    return reader.next === tokens.length ? amount : undefined
  } catch (thrown) {
    if (thrown instanceof NoSum) return undefined
    throw thrown
  }
}

class NoSum extends Error {}

type Token = Amount | string

interface Reader {
  readonly tokens: readonly Token[]
  next: number
  depth: number
}

/** Deeper brackets are nobody's; Python ends at 200. */
const MAX_DEPTH = 100
const MAX_LENGTH = 10_000

function tokenize(text: string): Token[] | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const tokens: Token[] = []
  const token =
    /[ \t\f\n]+|#[^\n]*|((?:\d+(?:_\d+)*)?\.\d+(?:_\d+)*|\d+(?:_\d+)*\.?)(?![\d_.])|\*\*|\/\/|[-+*/%()]|[\s\S]/g
  let open = 0
  let ended = false
  for (const [word, number] of text.matchAll(token)) {
    if (/^[ \t\f#]/.test(word) && !word.includes('\n')) continue
    if (/^[ \t\f\n]/.test(word)) {
      // A line's end is a blank only in brackets, before the first word and after the last.
      if (open === 0 && tokens.length > 0) ended = true
      continue
    }
    if (ended) return undefined
    if (word === '(') open++
    if (word === ')') open--
    const read = number === undefined ? (/^[-+*/%()]/.test(word) ? word : undefined) : literal(number)
    if (read === undefined) return undefined
    tokens.push(read)
  }
  return tokens
}

function literal(text: string): Amount | undefined {
  const isWhole = !text.includes('.')
  // 007 is what 7 was in another age; 000 is still 0.
  if (isWhole && /^0[0_]*[1-9]/.test(text)) return undefined
  return amount(Number(text.replaceAll('_', '')), isWhole)
}

function amount(value: number, isWhole: boolean): Amount | undefined {
  if (isWhole ? !Number.isSafeInteger(value) : !Number.isFinite(value)) return undefined
  return { value: isWhole ? value || 0 : value, isWhole }
}

function sum(reader: Reader): Amount {
  let left = product(reader)
  for (let sign = take(reader, '+', '-'); sign; sign = take(reader, '+', '-')) {
    const right = product(reader)
    left = exact(left.value + (sign === '+' ? right.value : -right.value), left.isWhole && right.isWhole)
  }
  return left
}

function product(reader: Reader): Amount {
  let left = signed(reader)
  for (let sign = take(reader, '*', '/', '//', '%'); sign; sign = take(reader, '*', '/', '//', '%')) {
    left = multiplied(left, sign, signed(reader))
  }
  return left
}

function multiplied(left: Amount, sign: string, right: Amount): Amount {
  const isWhole = left.isWhole && right.isWhole
  if (sign === '*') return exact(left.value * right.value, isWhole)
  if (right.value === 0) throw new NoSum()
  if (sign === '/') return exact(left.value / right.value, false)
  const { quotient, rest } = floorDivide(left.value, right.value)
  return exact(sign === '%' ? rest : quotient, isWhole)
}

/** Rounded down, not to zero: the rest has the sign of the divisor, which is not 0. */
export function floorDivide(left: number, right: number): { readonly quotient: number; readonly rest: number } {
  let rest = left % right
  let quotient = (left - rest) / right
  if (rest !== 0 && rest < 0 !== right < 0) {
    rest += right
    quotient -= 1
  }
  const floor = Math.floor(quotient)
  return {
    quotient: quotient - floor > 0.5 ? floor + 1 : floor,
    rest: rest === 0 && right < 0 ? -0 : rest === 0 ? 0 : rest,
  }
}

/** Signs bind less than a power on their right: -2**2 is -4. */
function signed(reader: Reader): Amount {
  const sign = take(reader, '-', '+')
  if (!sign) return power(reader)
  const { value, isWhole } = deeper(reader, signed)
  return exact(sign === '-' ? -value : value, isWhole)
}

function power(reader: Reader): Amount {
  const base = atom(reader)
  if (!take(reader, '**')) return base
  const exponent = deeper(reader, signed)
  const isWhole = base.isWhole && exponent.isWhole && exponent.value >= 0
  if (base.value === 0 && exponent.value < 0) throw new NoSum()
  return exact(base.value ** exponent.value, isWhole)
}

function atom(reader: Reader): Amount {
  const token = reader.tokens[reader.next++]
  if (typeof token === 'object') return token
  if (token !== '(') throw new NoSum()
  const inside = deeper(reader, sum)
  if (!take(reader, ')')) throw new NoSum()
  return inside
}

function deeper(reader: Reader, read: (reader: Reader) => Amount): Amount {
  if (++reader.depth > MAX_DEPTH) throw new NoSum()
  const result = read(reader)
  reader.depth--
  return result
}

function take(reader: Reader, ...signs: readonly string[]): string | undefined {
  const token = reader.tokens[reader.next]
  if (typeof token !== 'string' || !signs.includes(token)) return undefined
  reader.next++
  return token
}

function exact(value: number, isWhole: boolean): Amount {
  const result = amount(value, isWhole)
  if (!result) throw new NoSum()
  return result
}
