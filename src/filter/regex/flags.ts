/** The letters of `(?...)`, `(?...:` and `(?...-...:`. */
import { match, peek, type Reader, syntax, take } from './reader.ts'
import type { Fold } from './tree.ts'

/** What is switched on where a node stands. */
export interface Mode {
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly verbose: boolean
  readonly ascii: boolean
}

export function fold(mode: Mode): Fold {
  return mode.ignoreCase ? (mode.ascii ? 'ascii' : 'unicode') : 'none'
}

type Change = { -readonly [K in keyof Mode]?: boolean }

const LETTERS: Readonly<Record<string, Change>> = {
  i: { ignoreCase: true },
  m: { multiline: true },
  s: { dotAll: true },
  x: { verbose: true },
  a: { ascii: true },
  u: { ascii: false },
}

/** Whether flags may begin here. */
export function startsFlags(letter: string): boolean {
  return letter === '-' || letter === 'L' || letter in LETTERS
}

/**
 * Takes the flags behind `(?` and the `)` or `:` that ends them.
 * @returns the mode they lead to, and whether they are for all (`)`) or for the group that begins (`:`)
 */
export function takeFlags(from: Reader, mode: Mode): { readonly mode: Mode; readonly global: boolean } {
  const at = from.next
  const on: Change = {}
  const letters = takeLetters(from, on, at, true)
  if (letters.includes('a') && letters.includes('u')) throw syntax('the flags a and u together', at)
  if (letters !== '' && match(from, ')')) return { mode: { ...mode, ...on }, global: true }
  const off: Change = {}
  if (match(from, '-') && takeLetters(from, off, at, false) === '') throw syntax('a - without a flag behind it', at)
  for (const key of Object.keys(off) as (keyof Mode)[]) {
    if (on[key]) throw syntax('a flag that is switched on and off at once', at)
    off[key] = false
  }
  if (!match(from, ':')) throw syntax('flags without their : or )', at)
  return { mode: { ...mode, ...on, ...off }, global: false }
}

function takeLetters(from: Reader, into: Change, at: number, on: boolean): string {
  let letters = ''
  for (let letter = peek(from); letter !== undefined && /^[A-Za-z]$/.test(letter); letter = peek(from)) {
    if (letter === 'L') throw syntax('the flag L, which text has not,', at)
    const change = Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined
    if (!change) throw syntax(`the unknown flag ${letter}`, from.next)
    if (!on && (letter === 'a' || letter === 'u')) throw syntax(`the flag ${letter}, which cannot be switched off,`, at)
    Object.assign(into, change)
    letters += take(from)
  }
  return letters
}
