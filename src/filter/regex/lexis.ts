/** What stands between the items of a pattern: quantifiers, and what is skipped. */
import { match, peek, type Reader, syntax, take, takeWhile } from './reader.ts'

/** CPython's bound of a repeat count. */
const MAX_REPEAT = 4294967295

export interface Bounds {
  readonly min: number
  readonly max: number
}

/** A quantifier's bounds, if one stands here. A `{` that begins none is a character, as in Python. */
export function takeBounds(from: Reader): Bounds | undefined {
  if (match(from, '*')) return { min: 0, max: Number.POSITIVE_INFINITY }
  if (match(from, '+')) return { min: 1, max: Number.POSITIVE_INFINITY }
  if (match(from, '?')) return { min: 0, max: 1 }
  const start = from.next
  if (!match(from, '{') || peek(from) === '}') {
    from.next = start
    return undefined
  }
  const low = takeWhile(from, Number.POSITIVE_INFINITY, '0123456789')
  const high = match(from, ',') ? takeWhile(from, Number.POSITIVE_INFINITY, '0123456789') : low
  if (!match(from, '}')) {
    from.next = start
    return undefined
  }
  const min = Number(low)
  const max = high === '' ? Number.POSITIVE_INFINITY : Number(high)
  if (min >= MAX_REPEAT || (high !== '' && max >= MAX_REPEAT)) throw syntax('a repeat count that is too large', start)
  if (max < min) throw syntax('a repeat whose least is more than its most', start)
  return { min, max }
}

/** Under (?x): blanks, and comments to the end of their line. */
export function skipBlanks(from: Reader): void {
  for (let token = peek(from); token !== undefined; token = peek(from)) {
    if (token === '#') {
      let skipped = take(from)
      while (skipped !== undefined && skipped !== '\n') skipped = take(from)
    } else if (/^[ \t\n\r\v\f]$/.test(token)) {
      take(from)
    } else return
  }
}

/** A comment whose `(?` was at offset `at`. */
export function skipComment(from: Reader, at: number): undefined {
  for (let token = take(from); token !== ')'; token = take(from)) {
    if (token === undefined) throw syntax('a comment without its )', at)
  }
}
