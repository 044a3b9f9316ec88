/**
 * Lists of names with parameters: `name[key=value, key2="a,b"][key3='c']`, separated by blanks or newlines, values over
 * several lines. Measured beside Fail2ban 1.0.2, oddities included: a quoted value must be followed by `,` or `]` at
 * once, blanks may stand before `[` of a group, and a bracket that holds no parameters ends at the next blank.
 */
import { Fault } from '../base/fault.ts'
import { BLANK, strip } from './ini.ts'

export interface Reference {
  readonly name: string
  /** By name as written (case kept), in order; a later one of the same name wins. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Where the text between the brackets stops being parameters. */
export interface Misread {
  /** In characters from the bracket on; undefined: there are no brackets that close. */
  readonly at: number | undefined
  /** The parameter whose value ended before that; undefined: one should begin there. */
  readonly after: string | undefined
  /** At most 25 characters of what stands there. */
  readonly rest: string
}

/** The words of a list: blanks inside the brackets of a well-formed group belong to the word. */
export function splitList(text: string): string[] {
  const words: string[] = []
  for (let at = skip(text, 0); at < text.length; at = skip(text, at)) {
    const end = wordEnd(text, at)
    words.push(text.slice(at, end))
    at = end
  }
  return words
}

/** @throws Fault `config.bad-parameters` with the position of what cannot be read */
export function parseReference(text: string): Reference {
  const read = readReference(text)
  if ('rest' in read) throw badParameters(text, read)
  return read
}

export function readReference(text: string): Reference | Misread {
  const open = text.indexOf('[')
  if (open < 0 && text !== '') return { name: text, parameters: new Map() }
  const close = text.lastIndexOf(']')
  if (open <= 0 || close < open || strip(text.slice(close + 1)) !== '') {
    return { at: undefined, after: undefined, rest: '' }
  }
  const parameters = readParameters(text.slice(open + 1, close))
  return 'rest' in parameters ? parameters : { name: text.slice(0, open), parameters }
}

/** What stands between the brackets. @throws Fault `config.bad-parameters` */
export function parseParameters(text: string): ReadonlyMap<string, string> {
  const read = readParameters(text)
  if ('rest' in read) throw badParameters(text, read)
  return read
}

function readParameters(text: string): ReadonlyMap<string, string> | Misread {
  const parameters = new Map<string, string>()
  for (let at = 0; at < text.length; ) {
    const key = match(KEY, text, skip(text, at))
    if (!key) {
      const isEnd = strip(text.slice(text[at] === ',' ? at + 1 : at)) === ''
      return isEnd ? parameters : misread(text, at, undefined)
    }
    const from = key.index + key[0].length
    const value = match(QUOTED, text, from) ?? match(BARE, text, from)!
    parameters.set(key[1]!, strip(value[1] ?? value[2] ?? value[0]))
    at = from + value[0].length
    if (at === text.length || text.slice(at) === '\n') return parameters
    const next = groupsBorder(text, at) ?? (text[at] === ',' ? at + 1 : undefined)
    if (next === undefined) return misread(text, at, key[1])
    at = next
  }
  return parameters
}

function misread(text: string, at: number, after: string | undefined): Misread {
  return { at: [...text.slice(0, at)].length, after, rest: [...text.slice(at, at + 50)].slice(0, 25).join('') }
}

const KEY = /([\p{L}\p{N}_.-]+)=/uy
const QUOTED = /"([^"]*)"|'([^']*)'/y
const BARE = /[^,\]]*/y

function match(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at
  return expression.exec(text)
}

function skip(text: string, from: number): number {
  let at = from
  while (at < text.length && BLANK.test(text[at]!)) at++
  return at
}

/** Behind `][`, with blanks between them, if that stands here. */
function groupsBorder(text: string, at: number): number | undefined {
  if (text[at] !== ']') return undefined
  const open = skip(text, at + 1)
  return text[open] === '[' ? open + 1 : undefined
}

function wordEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && text[end] !== '[' && !BLANK.test(text[end]!)) end++
  const open = skip(text, end)
  const group = end > from && text[open] === '[' ? groupEnd(text, open + 1) : undefined
  if (group !== undefined) return group
  while (end < text.length && !BLANK.test(text[end]!)) end++
  return end
}

/**
 * Behind the bracket that closes the parameters, a blank or the end after it; undefined if there is no such reading of the
 * text. Each `=` is tried once, or failing would take 2^n steps.
 */
function groupEnd(text: string, from: number): number | undefined {
  const failed = new Set<number>()
  const inside = (at: number): number | undefined => {
    const key = match(KEY, text, at)
    return (key ? afterKey(at + key[0].length) : undefined) ?? closing(text, at)
  }
  const afterKey = (at: number): number | undefined => {
    if (failed.has(at) || failed.size > MAX_PARAMETERS) return undefined
    failed.add(at)
    for (const end of valueEnds(text, at)) {
      const rest = skip(text, end)
      const border = groupsBorder(text, rest) ?? (text[rest] === ',' ? rest + 1 : undefined)
      const found = (border === undefined ? undefined : inside(skip(text, border))) ?? inside(rest)
      if (found !== undefined) return found
    }
    return undefined
  }
  return inside(skip(text, from))
}

/** More are no parameters of one name. */
const MAX_PARAMETERS = 1000

function closing(text: string, at: number): number | undefined {
  const isEnd = text[at] === ']' && (at + 1 === text.length || BLANK.test(text[at + 1]!))
  return isEnd ? at + 1 : undefined
}

/** Where a value may end: at its quote, at the next comma or bracket, or where another `key=` begins before that. */
function* valueEnds(text: string, from: number): Iterable<number> {
  const quoted = match(QUOTED, text, from)
  if (quoted) yield from + quoted[0].length
  const last = from + match(BARE, text, from)![0].length
  yield last
  for (let sign = text.lastIndexOf('=', last - 1); sign > from; sign = text.lastIndexOf('=', sign - 1)) {
    if (KEY_CHARACTER.test(text[sign - 1]!)) yield sign - 1
  }
}

const KEY_CHARACTER = /[\p{L}\p{N}_.-]/u

export function badParameters(text: string, { at, after }: Misread): Fault {
  const hint = 'the form is name[key=value, key2="a,b"], and a quoted value ends at its quote'
  const where = at === undefined ? '' : ` at character ${at + 1} of the parameters`
  let what = 'expected name[key=value, ...]'
  if (at !== undefined) what = after ? `expected "," or "]" after the value of ${after}` : 'expected key=value'
  return new Fault('config.bad-parameters', `"${text}": ${what}${where}`, { hint })
}
