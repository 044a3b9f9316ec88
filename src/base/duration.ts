/**
 * Durations as Fail2ban's files write them: `600`, `10m`, `1d12h30m`, `1h - 5m`, `60*10`, `-1`. Fail2ban evaluates them
 * as Python; here a closed grammar of numbers, units, `+ - * /` and brackets does, so that nothing can be executed.
 * Source: Fail2ban's documentation of time abbreviations (a month is a twelfth of 365.25 days).
 */
import { Fault } from './fault.ts'

export type Seconds = number

/**
 * @returns seconds; negative for "permanent" where the caller gives it that meaning
 * @throws Fault `duration.bad` with the position of what cannot be read
 */
export function parseDuration(text: string): Seconds {
  const tokens = tokenize(text)
  const reader = { text, tokens, next: 0 }
  const value = sum(reader)
  if (reader.next < tokens.length) throw bad(text, tokens[reader.next]!.at)
  if (!Number.isFinite(value)) throw new Fault('duration.bad', `the duration "${text}" has no finite value`)
  return value
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

const YEAR = 365.25 * 86400
/** Spellings Fail2ban accepts; `m` is a minute. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:y|yy|yea|year|years)$/, YEAR],
  [/^(?:mo|mon|month|months)$/, YEAR / 12],
  [/^(?:w|ww|wee|week|weeks)$/, 604800],
  [/^(?:d|da|dd|day|days)$/, 86400],
  [/^(?:h|hh|hou|hour|hours)$/, 3600],
  [/^(?:m|mm|min|minute|minutes)$/, 60],
  [/^(?:s|ss|sec|second|seconds)$/, 1],
]

type Token = { readonly at: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'unit'; readonly value: number }
  | { readonly kind: '+' | '-' | '*' | '/' | '(' | ')' }
)

interface Reader {
  readonly text: string
  readonly tokens: readonly Token[]
  next: number
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const word = /\s*(?:(\d+(?:\.\d+)?)|([a-z]+)|([-+*/()]))/giy
  let at = 0
  while (text.slice(at).trim() !== '') {
    word.lastIndex = at
    const found = word.exec(text)
    if (!found) throw bad(text, at)
    if (found[1]) tokens.push({ at, kind: 'number', value: Number(found[1]) })
    else if (found[2]) tokens.push({ at, kind: 'unit', value: unit(text, found[2], at) })
    else tokens.push({ at, kind: found[3] as '+' })
    at = word.lastIndex
  }
  return tokens
}

function unit(text: string, name: string, at: number): number {
  const known = UNITS.find(([spelling]) => spelling.test(name.toLowerCase()))
  if (!known) throw bad(text, at)
  return known[1]
}

function sum(reader: Reader): number {
  let value = product(reader)
  for (let kind = peek(reader); kind === '+' || kind === '-'; kind = peek(reader)) {
    reader.next++
    const right = product(reader)
    value += kind === '+' ? right : -right
  }
  return value
}

function product(reader: Reader): number {
  let value = factor(reader)
  for (let kind = peek(reader); kind === '*' || kind === '/'; kind = peek(reader)) {
    reader.next++
    const right = factor(reader)
    value = kind === '*' ? value * right : value / right
  }
  return value
}

/** A signed factor, a bracket, or amounts side by side, which add up: `1d12h30m`. */
function factor(reader: Reader): number {
  const token = reader.tokens[reader.next++]
  if (token?.kind === '-') return -factor(reader)
  if (token?.kind === '+') return factor(reader)
  if (token?.kind === '(') {
    const value = sum(reader)
    if (reader.tokens[reader.next++]?.kind !== ')') throw bad(reader.text, token.at)
    return value
  }
  if (token?.kind !== 'number') throw bad(reader.text, token?.at ?? reader.text.length)
  let value = token.value
  let size = takeUnit(reader)
  if (size === undefined) return value
  value *= size
  for (let more = reader.tokens[reader.next]; more?.kind === 'number'; more = reader.tokens[reader.next]) {
    reader.next++
    size = takeUnit(reader)
    value += more.value * (size ?? 1)
  }
  return value
}

function takeUnit(reader: Reader): number | undefined {
  const token = reader.tokens[reader.next]
  if (token?.kind !== 'unit') return undefined
  reader.next++
  return token.value
}

function peek(reader: Reader): Token['kind'] | undefined {
  return reader.tokens[reader.next]?.kind
}

function bad(text: string, at: number): Fault {
  return new Fault('duration.bad', `"${text}" is not a duration: cannot read it from character ${at + 1} on`, {
    hint: 'write seconds (600) or amounts with units (10m, 1d12h); -1 means for ever',
  })
}
