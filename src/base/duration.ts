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
  const unit = text.match(/[\p{L}_]+/gu)?.find((word) => secondsOf(word) === undefined)
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
  const apart = text.split(/(?<=[a-z])(?=\d)/i).join(' ')
  const counted = apart.replace(WORD, (word) => {
    const seconds = secondsOf(word)
    return seconds === undefined ? word : `*${seconds}`
  })
  return counted.replace(PAIR, '$1+$2')
}

/** Behind a number, or blanks. */
const WORD = /(?<=[\s\x1c-\x1f\x85\p{Nd}])\p{L}+(?![\p{L}\p{N}_])/gu
const PAIR = /(\d)[\s\x1c-\x1f\x85]+(\d)/g

/** How Fail2ban writes its number, with a point where that has one. A minute goes before a month: `m` and `mm` are it. */
const UNITS: readonly (readonly [name: string, seconds: string])[] = [
  ['second', '1'],
  ['minute', '60'],
  ['hour', '3600'],
  ['day', '86400'],
  ['week', '604800'],
  ['month', '2629800.0'],
  ['year', '31557600.0'],
]

/** Of a unit by its name, its plural, its first letters up to the third, or its first letter twice; in any case. */
function secondsOf(word: string): string | undefined {
  const folded = word.toLowerCase().replaceAll('\u017f', 's')
  const isSpelling = (name: string) =>
    folded === name ||
    folded === `${name}s` ||
    (folded.length <= 3 && name.startsWith(folded)) ||
    folded === name[0]!.repeat(2)
  return UNITS.find(([name]) => isSpelling(name))?.[1]
}
