/**
 * Lists of names with parameters: `name[key=value, key2="a,b"][key3='c']`, separated by blanks or newlines, values over
 * several lines. Measured beside Fail2ban 1.0.2, oddities included: a quoted value must be followed by `,` or `]` at
 * once, blanks may stand before `[` of a group, and a bracket that holds no parameters ends at the next blank.
 */
import { Fault } from '../base/fault.ts'
import { strip } from './ini.ts'

export interface Reference {
  readonly name: string
  /** By name as written (case kept), in order; a later one of the same name wins. */
  readonly parameters: ReadonlyMap<string, string>
}

/** The words of a list: blanks inside the brackets of a well-formed group belong to the word. */
export function splitList(text: string): string[] {
  return [...text.matchAll(WORD)].map(([word]) => word)
}

/** @throws Fault `config.bad-parameters` with the position of what cannot be read */
export function parseReference(text: string): Reference {
  const open = text.indexOf('[')
  if (open < 0) return { name: text, parameters: new Map() }
  const close = text.lastIndexOf(']')
  if (open === 0 || close < open || strip(text.slice(close + 1)) !== '') {
    throw bad(text, close < open ? text.length : close + 1, 'expected name[key=value, ...]')
  }
  return { name: text.slice(0, open), parameters: parseParameters(text.slice(open + 1, close)) }
}

/** What stands between the brackets. @throws Fault `config.bad-parameters` */
export function parseParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>()
  let at = BLANKS.exec(text)![0].length
  while (at < text.length) {
    const key = match(KEY, text, at)
    if (!key) throw bad(text, at, 'expected key=value')
    at += key[0].length
    const value = match(QUOTED, text, at) ?? match(BARE, text, at)!
    at += value[0].length
    parameters.set(key[1]!, strip(value[1] ?? value[2] ?? value[0]))
    const separator = match(SEPARATOR, text, at)
    if (!separator) throw bad(text, at, `expected "," or "]" after the value of ${key[1]}`)
    at += separator[0].length
  }
  return parameters
}

// A parameter, its value quoted or up to the next comma or bracket; never both ways, or failing would take 2^n steps.
const WHOLE = `(?:"[^"]*"|'[^']*')(?=[,\\]])`
const PARAMETER = `[\\p{L}\\p{N}_.-]+=(?:${WHOLE}|(?!${WHOLE})[^,\\]]*)`
const GROUP = `\\s*\\[\\s*(?:${PARAMETER}(?:,\\s*${PARAMETER})*(?:,\\s*)?)?\\]`
const WORD = new RegExp(`[^\\s[]+(?:${GROUP})+(?=\\s|$)|\\S+`, 'gu')

const BLANKS = /^\s*/
const KEY = /([\p{L}\p{N}_.-]+)=/uy
const QUOTED = /"([^"]*)"|'([^']*)'/y
const BARE = /[^,\]]*/y
const SEPARATOR = /,\s*|\]\s*\[\s*|$/y

function match(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at
  return expression.exec(text)
}

function bad(text: string, at: number, what: string): Fault {
  return new Fault('config.bad-parameters', `"${text}": ${what} at character ${at + 1}`, {
    hint: 'the form is name[key=value, key2="a,b"], and a quoted value ends at its quote',
  })
}
