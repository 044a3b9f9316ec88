/** Python's pattern syntax → tree. It accepts and refuses what CPython 3.11 does, but for what it names as unsupported. */
import { takeEscape } from './escape.ts'
import { fold, type Mode, startsFlags, takeFlags } from './flags.ts'
import { type Bounds, skipBlanks, skipComment, takeBounds } from './lexis.ts'
import { parseSet } from './parse-set.ts'
import { match, peek, type Reader, reader, syntax, take, takeUntil, unsupported } from './reader.ts'
import { choice, EMPTY, type Fold, type Node, type Repeat, type Tree } from './tree.ts'
import { type Width, width } from './width.ts'

/** Deeper nesting is refused, so that no step below needs more stack than there is. Stock filters reach 8. */
const MAX_DEPTH = 100
/** Characters of an expression after its tags are expanded; the longest of the stock filters has about 2,500. */
const MAX_LENGTH = 65536

interface Parser {
  readonly from: Reader
  readonly names: Map<string, number>
  /** Widths of the groups that are closed; the others that were counted are still open. */
  readonly widths: Map<number, Width>
  /** Conditions may ask for groups that come later; they are checked at the end. */
  readonly asked: { readonly group: number; readonly at: number }[]
  groups: number
  /** Inside of a lookbehind, how many groups there were before it. */
  outside: number | undefined
  depth: number
}

/** @throws Fault `regex.syntax` for what Python refuses, `regex.unsupported` for what cannot be translated */
export function parse(pattern: string, flags: Partial<Mode> = {}): Tree {
  if (pattern.length > MAX_LENGTH) throw unsupported(`more than ${MAX_LENGTH} characters`, MAX_LENGTH)
  const from = reader(pattern)
  const base = { ignoreCase: false, multiline: false, dotAll: false, verbose: false, ascii: false, ...flags }
  const mode = leadingFlags(from, base)
  const parser: Parser = {
    from,
    names: new Map(),
    widths: new Map(),
    asked: [],
    groups: 0,
    outside: undefined,
    depth: 0,
  }
  const root = alternatives(parser, mode)
  if (peek(from) !== undefined) throw syntax('a ) without its (', from.next)
  for (const { group, at } of parser.asked) if (group > parser.groups) throw syntax(`no group ${group}, asked for`, at)
  return { root, names: parser.names, groups: parser.groups }
}

/** `(?i)` and its like stand before everything else; only comments may come between. */
function leadingFlags(from: Reader, base: Mode): Mode {
  let mode = base
  for (;;) {
    if (mode.verbose) skipBlanks(from)
    const start = from.next
    if (!match(from, '(') || !match(from, '?')) {
      from.next = start
      return mode
    }
    const letter = peek(from)
    if (letter === '#') {
      skipComment(from, start)
      continue
    }
    const flags = letter !== undefined && startsFlags(letter) ? takeFlags(from, mode) : undefined
    if (!flags?.global) {
      from.next = start
      return mode
    }
    mode = flags.mode
  }
}

function alternatives(parser: Parser, mode: Mode): Node {
  if (++parser.depth > MAX_DEPTH) throw unsupported(`more than ${MAX_DEPTH} nested groups`, parser.from.next)
  const branches = [branch(parser, mode)]
  while (match(parser.from, '|')) branches.push(branch(parser, mode))
  parser.depth--
  return choice(branches)
}

function branch(parser: Parser, mode: Mode): Node {
  const { from } = parser
  const items: Node[] = []
  for (;;) {
    if (mode.verbose) skipBlanks(from)
    const token = peek(from)
    if (token === undefined || token === '|' || token === ')') return seq(items)
    const at = from.next
    const bounds = takeBounds(from)
    if (bounds) items.push(repeat(from, items.pop(), bounds, at))
    else {
      const item = atom(parser, mode)
      if (item) items.push(item)
    }
  }
}

/** Items keep their own identity here: `(?:ab)*` repeats both letters. */
function seq(items: readonly Node[]): Node {
  return items.length === 1 ? items[0]! : { kind: 'seq', items }
}

/** One item; undefined for a comment, which is none. */
function atom(parser: Parser, mode: Mode): Node | undefined {
  const { from } = parser
  const at = from.next
  const token = peek(from)!
  if (token.startsWith('\\')) return escaped(parser, mode)
  take(from)
  switch (token) {
    case '.':
      return {
        kind: 'set',
        negated: true,
        items: mode.dotAll ? [] : [{ kind: 'range', from: 10, to: 10 }],
        fold: 'none',
      }
    case '^':
      return { kind: 'anchor', where: mode.multiline ? 'line-start' : 'start', ascii: false }
    case '$':
      return { kind: 'anchor', where: mode.multiline ? 'line-end' : 'end', ascii: false }
    case '[':
      return parseSet(from, at, fold(mode), mode.ascii)
    case '(':
      return match(from, '?') ? extension(parser, mode, at) : group(parser, mode, at)
    default:
      return { kind: 'char', code: token.codePointAt(0)!, fold: fold(mode) }
  }
}

function escaped(parser: Parser, mode: Mode): Node {
  const at = parser.from.next
  const found = takeEscape(parser.from)
  switch (found.kind) {
    case 'char':
      return { kind: 'char', code: found.code, fold: fold(mode) }
    case 'class':
      return { kind: 'set', negated: false, items: [{ ...found, ascii: mode.ascii }], fold: 'none' }
    case 'anchor':
      return { kind: 'anchor', where: found.where, ascii: mode.ascii }
    case 'reference':
      return reference(parser, found.group, fold(mode), at)
    default:
      return found satisfies never
  }
}

function reference(parser: Parser, index: number, folded: Fold, at: number): Node {
  if (index < 1 || index > parser.groups) throw syntax(`a reference to group ${index}, which is not there yet,`, at)
  if (!parser.widths.has(index)) throw syntax(`a reference to group ${index} inside of itself`, at)
  checkLookbehind(parser, index, at)
  return { kind: 'reference', group: index, fold: folded, at }
}

/** CPython forbids it: the lookbehind is matched before its width could be known. */
function checkLookbehind(parser: Parser, index: number, at: number): void {
  if (parser.outside !== undefined && index > parser.outside)
    throw syntax(`a reference to group ${index} inside of the same lookbehind`, at)
}

function group(parser: Parser, mode: Mode, at: number, name?: string): Node {
  const index = ++parser.groups
  if (name !== undefined) {
    if (parser.names.has(name)) throw syntax(`a second group named ${name}`, at)
    parser.names.set(name, index)
  }
  const body = inside(parser, mode, at)
  parser.widths.set(index, width(body, parser.widths))
  return { kind: 'group', index, body, at }
}

/** The body of a group and its closing bracket. */
function inside(parser: Parser, mode: Mode, at: number): Node {
  const body = alternatives(parser, mode)
  if (!match(parser.from, ')')) throw syntax('a ( without its )', at)
  return body
}

/** What begins with `(?`, at offset `at`. */
function extension(parser: Parser, mode: Mode, at: number): Node | undefined {
  const { from } = parser
  const letter = peek(from)
  if (letter === undefined) throw syntax('a (? with nothing behind it', at)
  if (startsFlags(letter)) return flagged(parser, mode, at)
  switch (take(from)) {
    case ':':
      return wrapped(inside(parser, mode, at))
    case '>':
      return { kind: 'atomic', body: inside(parser, mode, at) }
    case '#':
      return skipComment(from, at)
    case '=':
      return { kind: 'look', ahead: true, negated: false, body: inside(parser, mode, at) }
    case '!':
      return { kind: 'look', ahead: true, negated: true, body: inside(parser, mode, at) }
    case '<':
      return lookbehind(parser, mode, at)
    case '(':
      return condition(parser, mode, at)
    case 'P':
      return named(parser, mode, at)
    default:
      throw syntax(`the unknown extension (?${letter}`, at)
  }
}

/** A group that captures nothing is one item for the quantifier behind it, even if it holds an anchor alone. */
function wrapped(body: Node): Node {
  return body.kind === 'anchor' || body.kind === 'repeat' ? { kind: 'seq', items: [body] } : body
}

function flagged(parser: Parser, mode: Mode, at: number): Node {
  const flags = takeFlags(parser.from, mode)
  if (flags.global) throw syntax('flags for the whole expression, which belong at its start,', at)
  return wrapped(inside(parser, flags.mode, at))
}

function named(parser: Parser, mode: Mode, at: number): Node {
  const { from } = parser
  if (match(from, '<')) {
    const name = takeUntil(from, '>', 'group name')
    if (!isIdentifier(name)) throw syntax(`the impossible group name ${name}`, at)
    return group(parser, mode, at, name)
  }
  if (!match(from, '=')) throw syntax('the unknown extension (?P', at)
  return reference(parser, indexOf(parser, takeUntil(from, ')', 'group name'), at), fold(mode), at)
}

function indexOf(parser: Parser, name: string, at: number): number {
  const index = parser.names.get(name)
  if (index === undefined) throw syntax(`no group named ${name}, asked for`, at)
  return index
}

/** Python's identifiers (its reference, 2.3): Unicode's, and the underscore. */
function isIdentifier(name: string): boolean {
  return /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name)
}

function lookbehind(parser: Parser, mode: Mode, at: number): Node {
  const sign = take(parser.from)
  if (sign !== '=' && sign !== '!') throw syntax('the unknown extension (?<', at)
  const outer = parser.outside
  parser.outside ??= parser.groups
  const body = inside(parser, mode, at)
  parser.outside = outer
  const { min, max } = width(body, parser.widths)
  if (min !== max) throw syntax('a lookbehind of no fixed width', at)
  return { kind: 'look', ahead: false, negated: sign === '!', body }
}

function condition(parser: Parser, mode: Mode, at: number): Node {
  const { from } = parser
  const name = takeUntil(from, ')', 'group name')
  const index = isIdentifier(name) ? indexOf(parser, name, at) : /^\d{1,9}$/.test(name) ? Number(name) : 0
  if (index === 0) throw syntax(`a condition on ${name}, which is no group,`, at)
  checkLookbehind(parser, index, at)
  parser.asked.push({ group: index, at })
  if (++parser.depth > MAX_DEPTH) throw unsupported(`more than ${MAX_DEPTH} nested groups`, at)
  const yes = branch(parser, mode)
  const no = match(from, '|') ? branch(parser, mode) : EMPTY
  parser.depth--
  if (peek(from) === '|') throw syntax('a condition with more than two branches', at)
  if (!match(from, ')')) throw syntax('a ( without its )', at)
  return { kind: 'condition', group: index, yes, no, at }
}

function repeat(from: Reader, body: Node | undefined, { min, max }: Bounds, at: number): Repeat {
  if (!body || body.kind === 'anchor') throw syntax('nothing to repeat', at)
  if (body.kind === 'repeat') throw syntax('a quantifier behind a quantifier', at)
  const mode = match(from, '?') ? 'lazy' : match(from, '+') ? 'possessive' : 'greedy'
  return { kind: 'repeat', body, min, max, mode, at }
}
