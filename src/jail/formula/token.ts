/** The words of a Python expression. Source: the Python language reference, "Lexical analysis". */
import type { Value } from './value.ts'

export interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'end'
  readonly text: string
  /** Of a number. */
  readonly value?: Value
  /** From 0. */
  readonly at: number
}

/** What is wrong with an expression, and at which character, from 0. */
export class Misread extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

const DIGITS = '[0-9](?:_?[0-9])*'
const WORD = new RegExp(
  [
    String.raw`(?<blank>[ \t\f\r\n]+|\\\r?\n|#[^\n]*)`,
    `(?<number>0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?)`,
    String.raw`(?<name>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<sign>\*\*|//|<<|>>|[<>!=]=|[-+*/%~&|^<>()[\],.])`,
  ].join('|'),
  'uy',
)

/** @throws Misread */
export function tokens(text: string): Token[] {
  const found: Token[] = []
  let open = 0
  let ended: number | undefined
  const word = new RegExp(WORD)
  for (let at = 0; at < text.length; at = word.lastIndex) {
    word.lastIndex = at
    const groups = word.exec(text)?.groups
    if (!groups) throw new Misread(`"${String.fromCodePoint(text.codePointAt(at)!)}" has no meaning here`, at)
    const { blank, number, name, sign } = groups
    if (blank !== undefined) {
      // A line's end is a blank only in brackets, before the first word and after the last.
      if (blank.includes('\n') && !blank.startsWith('\\') && open === 0 && found.length > 0) ended ??= at
      continue
    }
    if (ended !== undefined) throw new Misread('an expression is one line, unless brackets go around it', ended)
    if (number !== undefined) found.push(numberToken(number, at, text))
    else if (name !== undefined) found.push({ kind: 'name', text: name, at })
    else found.push({ kind: 'sign', text: sign!, at })
    if (sign === '(' || sign === '[') open++
    if (sign === ')' || sign === ']') open--
  }
  found.push({ kind: 'end', text: 'the end', at: text.length })
  return found
}

function numberToken(word: string, at: number, text: string): Token {
  const next = text[at + word.length] ?? ''
  if (/[\w.]/.test(next)) throw new Misread(`"${word}${next}" is no number`, at)
  // 007 is what 7 was in another age; 000 is still 0.
  if (/^0[0_]*[1-9][0-9_]*$/.test(word)) throw new Misread(`"${word}" is no number: it begins with 0`, at)
  const plain = word.replaceAll('_', '')
  const isWhole = /^0[xob]/i.test(plain) || /^\d+$/.test(plain)
  return { kind: 'number', text: word, value: isWhole ? BigInt(plain) : Number(plain), at }
}
