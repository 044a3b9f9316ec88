/** Escapes of Python's patterns, outside and inside of [ ]. Source: Python's documentation of `re`, checked against CPython. */
import type { Fault } from '../../base/fault.ts'
import { match, peek, type Reader, syntax, take, takeUntil, takeWhile, unsupported } from './reader.ts'
import type { ClassName, Where } from './tree.ts'

export type Escape =
  | { readonly kind: 'char'; readonly code: number }
  | { readonly kind: 'class'; readonly name: ClassName; readonly negated: boolean }
  | { readonly kind: 'anchor'; readonly where: Where }
  | { readonly kind: 'reference'; readonly group: number }

const OCTAL = '01234567'
const DIGITS = '0123456789'
const HEX = '0123456789abcdefABCDEF'

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 }
const ANCHORS: Readonly<Record<string, Where>> = { A: 'start', Z: 'last', b: 'boundary', B: 'inside' }
/** Digits that Python's \x, \u and \U demand: neither fewer nor more. */
const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** Takes an escape that stands outside of [ ]. @throws Fault `regex.syntax`, `regex.unsupported` */
export function takeEscape(from: Reader): Escape {
  const at = from.next
  const letter = take(from)![1]!
  const where = ANCHORS[letter]
  if (where) return { kind: 'anchor', where }
  if (letter === '0') return { kind: 'char', code: Number.parseInt(`0${takeWhile(from, 2, OCTAL)}`, 8) }
  if (DIGITS.includes(letter)) return octalOrReference(from, letter, at)
  return classOrChar(from, letter, at)
}

/** Takes an escape that stands inside of [ ]: there \b is a backspace and \1 an octal number. */
export function takeEscapeInSet(from: Reader): Escape {
  const at = from.next
  const letter = take(from)![1]!
  if (letter === 'b') return { kind: 'char', code: 8 }
  if (OCTAL.includes(letter)) return octal(letter + takeWhile(from, 2, OCTAL), at)
  if (DIGITS.includes(letter)) throw syntax(`the unknown escape \\${letter}`, at)
  return classOrChar(from, letter, at)
}

/** `\1` to `\99` are references, but three octal digits are a character. */
function octalOrReference(from: Reader, first: string, at: number): Escape {
  let digits = first
  const second = peek(from)
  if (second !== undefined && second.length === 1 && DIGITS.includes(second)) {
    digits += take(from)
    const third = peek(from)
    if (OCTAL.includes(first) && OCTAL.includes(second) && third?.length === 1 && OCTAL.includes(third))
      return octal(digits + take(from), at)
  }
  return { kind: 'reference', group: Number(digits) }
}

function octal(digits: string, at: number): Escape {
  const code = Number.parseInt(digits, 8)
  if (code > 0o377) throw syntax(`the octal escape \\${digits} outside of 0-0o377`, at)
  return { kind: 'char', code }
}

function classOrChar(from: Reader, letter: string, at: number): Escape {
  const control = CONTROLS[letter]
  if (control !== undefined) return { kind: 'char', code: control }
  if ('dDsSwW'.includes(letter)) {
    const name = letter.toLowerCase() as ClassName
    return { kind: 'class', name, negated: name !== letter }
  }
  const length = HEX_LENGTH[letter]
  if (length !== undefined) return hex(from, letter, length, at)
  if (letter === 'N' && match(from, '{')) throw named(from, at)
  if (/[a-zA-Z]/.test(letter)) throw syntax(`the unknown escape \\${letter}`, at)
  return { kind: 'char', code: letter.codePointAt(0)! }
}

function hex(from: Reader, letter: string, length: number, at: number): Escape {
  const digits = takeWhile(from, length, HEX)
  const code = Number.parseInt(digits, 16)
  if (digits.length !== length || code > 0x10ffff) throw syntax(`the incomplete escape \\${letter}${digits}`, at)
  return { kind: 'char', code }
}

/** Names of characters change with each Unicode version; no table of them is carried for an escape that nobody uses. */
function named(from: Reader, at: number): Fault {
  const name = takeUntil(from, '}', 'character name')
  if (!/^[A-Za-z0-9 -]+$/.test(name) || !/[A-Za-z]/.test(name)) return syntax(`the unknown character name ${name}`, at)
  return unsupported('\\N{...}', at, 'write the character itself or \\uXXXX')
}
