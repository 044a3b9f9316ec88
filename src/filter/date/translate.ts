/**
 * A date pattern as JavaScript's expression text. A pattern is a Python expression with tokens (`%Y`) in it; of Python's
 * syntax the part is taken that both languages share or that can be said exactly in the other, the rest is refused.
 */
import { Fault } from '../../base/fault.ts'
import type { Token } from './token.ts'

export interface Translation {
  readonly source: string
  /** Expression flags: `i`, `s`, and `u` where the text may hold more than ASCII. */
  readonly flags: string
  /** The names of the groups in order, empty for those without: names in the text itself would cost every match an object. */
  readonly groups: readonly string[]
}

export interface TranslateOptions {
  /** undefined: `%` is a character like any other. */
  readonly tokens: ReadonlyMap<string, Token> | undefined
  /** What stands for words in braces, by their upper-case name: `{EPOCH}`. */
  readonly words: ReadonlyMap<string, string>
  /** Python's `\d \w \s \b` know all of Unicode; for a line of pure ASCII the short forms are the same and faster. */
  readonly wide: boolean
  /** Groups that Python has before the pattern's own and that are missing here, or the other way round. */
  readonly groupsBefore: -1 | 0 | 1
}

/** @throws Fault `date.pattern` with the place in the pattern */
export function translate(pattern: string, options: TranslateOptions): Translation {
  const state: State = { pattern, options, flags: new Set(), groups: [], open: [] }
  let source = ''
  let at = leadingFlags(state)
  const start = at
  while (at < pattern.length) {
    const piece = read(state, at, at === start)
    source += piece.text
    at += piece.length
  }
  const unclosed = state.open.at(-1)
  if (unclosed !== undefined) throw refused(state, unclosed, 'the bracket is never closed')
  if (options.wide) state.flags.add('u')
  return { source, flags: [...state.flags].join(''), groups: state.groups }
}

interface State {
  readonly pattern: string
  readonly options: TranslateOptions
  readonly flags: Set<string>
  readonly groups: string[]
  /** Where the brackets stand that are not closed yet. */
  readonly open: number[]
}

/** What was read of the pattern, and what stands for it. */
interface Piece {
  readonly length: number
  readonly text: string
}

const piece = (length: number, text: string): Piece => ({ length, text })

/** Length of the flags at the begin. */
function leadingFlags(state: State): number {
  const found = /^\(\?([a-zA-Z]+)\)/.exec(state.pattern)
  if (!found) return 0
  for (const flag of found[1]!) {
    if (flag === 'i' || flag === 's') state.flags.add(flag)
    else if (flag !== 'u') throw refused(state, 0, `the flag (?${flag}) is not supported`)
  }
  return found[0].length
}

function read(state: State, at: number, first: boolean): Piece {
  const character = state.pattern[at]!
  switch (character) {
    case '%':
      return state.options.tokens ? token(state, at, state.options.tokens) : piece(1, '%')
    case '\\':
      return escapeAt(state, at, false)
    case '[':
      return characterClass(state, at)
    case '(':
      return group(state, at)
    case ')':
      if (state.open.pop() === undefined) throw refused(state, at, 'the bracket closes nothing')
      return piece(1, ')')
    case '{':
      return brace(state, at, first)
    case '.':
      return piece(1, state.flags.has('s') ? '[^]' : '[^\\n]')
    case '$':
      return piece(1, '(?=\\n?(?![^]))')
    case '+':
    case '*':
    case '?':
      return quantifier(state, at, first, piece(1, character))
    case ']':
    case '}':
    case '/':
      return piece(1, `\\${character}`)
    default:
      return piece(1, character)
  }
}

function token(state: State, at: number, table: ReadonlyMap<string, Token>): Piece {
  const { pattern, options } = state
  if (pattern.startsWith('%%', at)) return piece(2, '%')
  const name = /^%(Ex[a-zA-Z]|[a-zA-Z])/.exec(pattern.slice(at, at + 4))?.[1]
  const found = name === undefined ? undefined : table.get(name)
  if (name === undefined || !found) throw refused(state, at, 'there is no such token', 'write %% for a percent sign')
  if (found.caseless) state.flags.add('i')
  return piece(name.length + 1, dialect(unnamed(state, at, found.text), options.wide))
}

/** Our own text with its groups counted and their names taken out. */
function unnamed(state: State, at: number, text: string): string {
  return text.replace(/\((?:\?<([A-Za-z_]\w*)>|(?!\?))/g, (_, name: string | undefined) => {
    openGroup(state, at, name ?? '')
    return '('
  })
}

/** Words of our own text hold no class escape but `\d` and `\s`. */
function dialect(text: string, wide: boolean): string {
  if (!wide) return text.replaceAll('\\s', CLASSES.s!.ascii)
  return text.replaceAll('\\d', CLASSES.d!.wide).replaceAll('\\s', CLASSES.s!.wide).replaceAll('/', '\\/')
}

/** Python's classes; `\w` is what `str.isalnum` says, and `_`. */
const CLASSES: Readonly<Record<string, { readonly ascii: string; readonly wide: string }>> = {
  d: { ascii: '\\d', wide: '\\p{Nd}' },
  D: { ascii: '\\D', wide: '\\P{Nd}' },
  w: { ascii: '\\w', wide: '[\\p{L}\\p{N}_]' },
  W: { ascii: '\\W', wide: '[^\\p{L}\\p{N}_]' },
  s: {
    ascii: '[\\t-\\r\\x1c-\\x20]',
    wide: '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]',
  },
  S: {
    ascii: '[^\\t-\\r\\x1c-\\x20]',
    wide: '[^\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]',
  },
}

/** Where a word neither goes on from the left nor to the right; where it does. */
export function edge(wide: boolean): string {
  const word = wide ? CLASSES.w!.wide : '\\w'
  return `(?:(?!${word})|(?<!${word}))`
}

function wordBoundary(wide: boolean, negated: boolean): string {
  if (!wide) return negated ? '\\B' : '\\b'
  const word = CLASSES.w!.wide
  const [first, second] = negated ? ['=', '!'] : ['!', '=']
  return `(?:(?<=${word})(?${first}${word})|(?<!${word})(?${second}${word}))`
}

function escapeAt(state: State, at: number, inClass: boolean): Piece {
  const { pattern, options } = state
  const character = pattern[at + 1]
  if (character === undefined) throw refused(state, at, 'a backslash ends the pattern')
  const known = CLASSES[character]
  if (known) return piece(2, inClass ? classInClass(state, at, known) : options.wide ? known.wide : known.ascii)
  if (!/[0-9A-Za-z]/.test(character)) return piece(2, literal(character))
  const code = /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[tnrfv]|0(?!\d))/.exec(pattern.slice(at, at + 6))?.[0]
  if (code) return piece(code.length, code)
  if (inClass && character === 'b') return piece(2, '\\x08')
  if (!inClass && (character === 'b' || character === 'B')) {
    return piece(2, wordBoundary(options.wide, character === 'B'))
  }
  if (!inClass && character === 'A') return piece(2, '(?<![^])')
  if (!inClass && character === 'Z') return piece(2, '(?![^])')
  if (!inClass && Number(character) > options.groupsBefore) {
    return piece(2, `(?:\\${Number(character) - options.groupsBefore})`)
  }
  throw refused(state, at, `\\${character} is not supported`)
}

function classInClass(state: State, at: number, known: { readonly ascii: string; readonly wide: string }): string {
  const text = state.options.wide ? known.wide : known.ascii
  if (text.startsWith('[^')) throw refused(state, at, 'this class inside [...] is not supported')
  return text.startsWith('[') ? text.slice(1, -1) : text
}

/** A character that means itself, so that both flavours of expression take it. */
function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(character) ? `\\${character === '-' ? 'x2d' : character}` : character
}

function characterClass(state: State, start: number): Piece {
  const { pattern } = state
  const negated = pattern[start + 1] === '^'
  let text = negated ? '[^' : '['
  const first = start + text.length
  let at = first
  // Python takes a bracket that stands first for itself.
  while (pattern[at] !== ']' || at === first) {
    if (at >= pattern.length) throw refused(state, start, 'the class is never closed')
    const next = member(state, at, at === first)
    text += next.text
    at += next.length
  }
  return piece(at + 1 - start, `${text}]`)
}

function member(state: State, at: number, first: boolean): Piece {
  const character = state.pattern[at]!
  if (character === '%' && state.options.tokens) {
    if (state.pattern[at + 1] === '%') return piece(2, '%')
    throw refused(state, at, 'a token cannot stand inside [...]')
  }
  if (character === '\\') return escapeAt(state, at, true)
  if (character === '-' && !first && state.pattern[at + 1] !== ']') return piece(1, '-')
  return piece(1, literal(character))
}

function group(state: State, at: number): Piece {
  const rest = state.pattern.slice(at)
  const reference = /^\(\?P=([A-Za-z_]\w*)\)/.exec(rest)
  if (reference) {
    const number = state.groups.indexOf(reference[1]!) + 1
    if (number === 0) throw refused(state, at, `no group is named ${reference[1]}`)
    return piece(reference[0].length, `(?:\\${number})`)
  }
  const comment = /^\(\?#[^)]*\)/.exec(rest)
  if (comment) return piece(comment[0].length, '')
  const named = /^\(\?P<([A-Za-z_]\w*)>/.exec(rest)
  const plain = /^\((?!\?)|^\(\?(?:[:=!]|<[=!]|[is]+:)/.exec(rest)
  if (!named && !plain) throw refused(state, at, 'this kind of group is not supported')
  state.open.push(at)
  if (plain?.[0] === '(') openGroup(state, at, '')
  if (plain) return piece(plain[0].length, plain[0])
  openGroup(state, at, named![1]!)
  return piece(named![0].length, '(')
}

function openGroup(state: State, at: number, name: string): void {
  if (name !== '' && state.groups.includes(name)) {
    throw refused(state, at, `the part "${name}" stands in the pattern twice`)
  }
  state.groups.push(name)
}

/** `{2,3}` repeats, `{EPOCH}` is a word; any other brace means itself. */
function brace(state: State, at: number, first: boolean): Piece {
  const rest = state.pattern.slice(at, at + 24)
  const count = /^\{(?!,?\})(\d*)(,?)(\d*)\}/.exec(rest)
  if (count) return quantifier(state, at, first, piece(count[0].length, `{${count[1] || '0'}${count[2]}${count[3]}}`))
  const word = /^\{([A-Za-z0-9]+)\}/.exec(rest)
  const text = word ? state.options.words.get(word[1]!.toUpperCase()) : undefined
  return word && text !== undefined
    ? piece(word[0].length, dialect(unnamed(state, at, text), state.options.wide))
    : piece(1, '\\{')
}

function quantifier(state: State, at: number, first: boolean, repeat: Piece): Piece {
  const before = state.pattern[at - 1]
  const escaped = /(?:^|[^\\])(?:\\\\)*\\.$/s.test(state.pattern.slice(0, at))
  if (first || (!escaped && (before === '(' || before === '|'))) throw refused(state, at, 'there is nothing to repeat')
  const next = state.pattern[at + repeat.length]
  if (next === '?') return piece(repeat.length + 1, `${repeat.text}?`)
  if (next === '+') throw refused(state, at, 'a possessive repeat is not supported')
  return repeat
}

function refused(state: State, at: number, why: string, hint?: string): Fault {
  const message = `the date pattern "${state.pattern}" cannot be used: ${why}, at character ${at + 1}`
  return new Fault('date.pattern', message, hint === undefined ? {} : { hint })
}
