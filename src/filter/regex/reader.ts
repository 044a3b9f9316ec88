/** Reads a pattern as CPython's tokenizer does: a backslash and what follows it are one token, in comments too. */
import { Fault } from '../../base/fault.ts'

export interface Reader {
  /** Characters, not UTF-16 units: offsets count as Python's do. */
  readonly chars: readonly string[]
  next: number
}

export function reader(pattern: string): Reader {
  return { chars: [...pattern], next: 0 }
}

/** The next token without taking it: one character, or a backslash with one; undefined at the end. */
export function peek(from: Reader): string | undefined {
  const char = from.chars[from.next]
  if (char !== '\\') return char
  const escaped = from.chars[from.next + 1]
  if (escaped === undefined) throw syntax('a backslash with nothing behind it', from.next)
  return char + escaped
}

export function take(from: Reader): string | undefined {
  const token = peek(from)
  from.next += token === undefined ? 0 : token.startsWith('\\') ? 2 : 1
  return token
}

/** Takes the token if it is this one. */
export function match(from: Reader, token: string): boolean {
  if (peek(from) !== token) return false
  from.next += token.startsWith('\\') ? 2 : 1
  return true
}

/** Takes at most `most` tokens that are one of the characters. */
export function takeWhile(from: Reader, most: number, characters: string): string {
  let taken = ''
  for (let token = peek(from); taken.length < most && token !== undefined; token = peek(from)) {
    if (token.length !== 1 || !characters.includes(token)) break
    taken += take(from)
  }
  return taken
}

/** Takes everything up to the end token, and that too. */
export function takeUntil(from: Reader, end: string, what: string): string {
  const start = from.next
  let taken = ''
  for (let token = take(from); token !== end; token = take(from)) {
    if (token === undefined) throw syntax(`${what} without its ${end}`, start)
    taken += token
  }
  if (taken === '') throw syntax(`an empty ${what}`, start)
  return taken
}

/** What Python refuses. The offset counts characters from 0, as Python's messages do. */
export function syntax(what: string, at: number): Fault {
  return new Fault('regex.syntax', `the expression has ${what} at offset ${at}`, {
    hint: 'Python refuses this expression too: correct it there',
  })
}

/** What Python accepts and this translator cannot write exactly. */
export function unsupported(what: string, at: number, hint?: string): Fault {
  return new Fault(
    'regex.unsupported',
    `the expression has ${what} at offset ${at}`,
    hint === undefined ? {} : { hint },
  )
}
