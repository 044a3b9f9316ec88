/**
 * Durations as Fail2ban's files write them: `600`, `10m`, `1d12h30m`, `1h - 5m`, `60*10`, `-1`. Fail2ban evaluates them
 * as Python; here a closed grammar does, so that nothing can be executed.
 * Source: Fail2ban's documentation of time abbreviations (a month is a twelfth of 365.25 days).
 */
import { type Amount, reckon } from './arithmetic.ts'
import { Fault } from './fault.ts'

export type Seconds = number

/**
 * @returns seconds; negative for "permanent" where the caller gives it that meaning
 * @throws Fault `duration.bad`
 */
export function parseDuration(text: string): Seconds {
  return exactDuration(text).value
}

/** `90` is `1m 30s`: the largest units first, at most two of them. */
export function printDuration(seconds: Seconds): string {
  if (seconds < 0) return 'for ever'
  const words: string[] = []
  let rest = Math.round(seconds)
  for (const [unit, size] of PRINTED) {
    if (rest < size || words.length === 2) continue
    words.push(`${Math.floor(rest / size)}${unit}`)
    rest %= size
  }
  return words.join(' ') || '0s'
}

const PRINTED: readonly (readonly [string, number])[] = [
  ['d', 86400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
]

/** What a text lasts, and whether Fail2ban would call that a whole number. @throws Fault `duration.bad` */
export function exactDuration(text: string): Amount {
  const amount = reckon(asSum(text))
  if (amount) return amount
  const unit = text.match(/[\p{L}_]+/gu)?.find((word) => `1${word}`.search(UNITS) < 0)
  const what = unit === undefined ? 'it cannot be reckoned' : `"${unit}" is no unit of time`
  throw new Fault('duration.bad', `"${text}" is not a duration: ${what}`, {
    hint: 'write seconds (600) or amounts with units (10m, 1d12h); -1 means for ever',
  })
}

/**
 * `1d 12h` is `1*86400+12*3600`: a unit multiplies the number before it, and numbers with nothing but blanks between them
 * add up. Where two such pairs share one digit, as in `1 2 3`, Fail2ban sees the first alone.
 */
function asSum(text: string): string {
  return text
    .replace(/(?<=[a-z])\d/gi, ' $&')
    .replace(UNITS, (word) => `*${SECONDS[/^mo|^./i.exec(word)![0].toLowerCase()]}`)
    .replace(PAIR, '$1+$2')
}

/** Spellings that Fail2ban accepts, the oldest too; `m` is a minute. */
const UNITS =
  /(?<=[\s\x1c-\x1f\x85\p{Nd}])(?:years?|yea?|yy?|months?|mon?|weeks?|wee?|ww?|days?|da|dd?|hours?|hou?|hh?|minutes?|min?|mm?|seconds?|sec?|ss?)(?![\p{L}\p{N}_])/giu

const PAIR = /(\d)[\s\x1c-\x1f\x85]+(\d)/g

/** By the first letter, two for a month. With a point where Fail2ban's own number has one. */
const SECONDS: Readonly<Record<string, string>> = {
  y: '31557600.0',
  mo: '2629800.0',
  w: '604800',
  d: '86400',
  h: '3600',
  m: '60',
  s: '1',
}
