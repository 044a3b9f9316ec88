/**
 * Tree → JavaScript source, for text whose characters beyond ASCII are stand-ins (see alphabet.ts). No flags are used, and
 * each for a reason: i and u for what fold.ts and alphabet.ts say; s and m because JavaScript's `.`, `^` and `$` know \r,
 * U+2028 and U+2029 as line ends, Python only \n; d because it is slow, and groups are taken as text; y and g because
 * `re.search` has no memory. So `\S+`, `[^"]*` and `.*` stay plain sets, which V8 turns into a few comparisons.
 */
import type { Alphabet } from './alphabet.ts'
import type { CharSet, Node, Repeat, Where } from './tree.ts'
import { inAscii, type Range } from './unicode.ts'

export interface Printed {
  readonly source: string
  /** For each of Python's groups the JavaScript groups that stand for it: the one that took part holds its text. */
  readonly groups: ReadonlyMap<number, readonly number[]>
  /** The JavaScript group, if any, that holds a newline which JavaScript matched but Python's `$` only looked at. */
  readonly tail: number | undefined
}

interface Page {
  readonly alphabet: Alphabet
  /** For text of nothing but ASCII: there \b is JavaScript's own, which V8's linear engine knows too. */
  readonly ascii: boolean
  /** Source, and the groups that a reference names: their numbers are known only at the end. */
  readonly parts: (string | { readonly group: number; readonly fold: boolean })[]
  readonly groups: Map<number, number[]>
  count: number
}

/** Expects a tree without conditions, possessive repeats and fold, whose references are to groups that took part. */
export function print(root: Node, alphabet: Alphabet, ascii: boolean): Printed {
  const page: Page = { alphabet, ascii, parts: [], groups: new Map(), count: 0 }
  const tail = withoutTail(root)
  put(page, tail ?? root)
  // V8's linear engine knows no lookahead, so a `$` that ends the expression is matched rather than looked for.
  if (tail) page.parts.push('(\\n?)$')
  const source = page.parts.map((part) => (typeof part === 'string' ? part : reference(page, part))).join('')
  return { source, groups: page.groups, tail: tail && page.count + 1 }
}

function withoutTail(root: Node): Node | undefined {
  if (root.kind !== 'seq') return undefined
  const last = root.items.at(-1)
  return last?.kind === 'anchor' && last.where === 'end' ? { kind: 'seq', items: root.items.slice(0, -1) } : undefined
}

/** A group that stands in several places took part in one of them; JavaScript matches the others as empty. */
function reference(page: Page, { group, fold }: { group: number; fold: boolean }): string {
  const numbers = (page.groups.get(group) ?? []).map((number) => `\\${number}`).join('')
  return `(?${fold ? 'i' : ''}:${numbers})`
}

function put(page: Page, node: Node): void {
  switch (node.kind) {
    case 'char':
      page.parts.push(set(page, single(node.code)))
      return
    case 'set':
      page.parts.push(set(page, node))
      return
    case 'seq':
      for (const item of node.items) putItem(page, item)
      return
    case 'choice':
      for (const [index, branch] of node.branches.entries()) {
        if (index > 0) page.parts.push('|')
        put(page, branch)
      }
      return
    case 'repeat':
      putRepeat(page, node)
      return
    case 'group':
      number(page, node.index)
      wrap(page, '(', node.body)
      return
    case 'atomic':
      putAtomic(page, node.body)
      return
    case 'look':
      wrap(page, `(?${node.ahead ? '' : '<'}${node.negated ? '!' : '='}`, node.body)
      return
    case 'anchor':
      page.parts.push(anchor(page, node.where, node.ascii))
      return
    case 'reference':
      page.parts.push({ group: node.group, fold: node.fold !== 'none' })
      return
    case 'never':
      page.parts.push('[]')
      return
    case 'condition':
      throw new Error('a condition is settled before it is printed')
    default:
      node satisfies never
  }
}

function putItem(page: Page, node: Node): void {
  if (node.kind === 'choice') wrap(page, '(?:', node)
  else put(page, node)
}

function wrap(page: Page, open: string, body: Node): void {
  page.parts.push(open)
  put(page, body)
  page.parts.push(')')
}

function number(page: Page, index: number): void {
  page.groups.set(index, [...(page.groups.get(index) ?? []), ++page.count])
}

/** A lookahead is never entered twice: what it captured first is what stays. */
function putAtomic(page: Page, body: Node): void {
  const number = ++page.count
  wrap(page, '(?:(?=(', body)
  page.parts.push(`)\\${number})`)
}

function putRepeat(page: Page, node: Repeat): void {
  if (node.body.kind === 'char' || node.body.kind === 'set' || node.body.kind === 'group') put(page, node.body)
  else wrap(page, '(?:', node.body)
  page.parts.push(`${bounds(node)}${node.mode === 'lazy' ? '?' : ''}`)
}

function bounds({ min, max }: Repeat): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  if (min === 0 && max === 1) return '?'
  return min === max ? `{${min}}` : `{${min},${max}}`
}

function anchor(page: Page, where: Where, ascii: boolean): string {
  switch (where) {
    case 'start':
      return '^'
    case 'last':
      return '$'
    case 'end':
      return '(?=\\n?$)'
    case 'line-start':
      return '(?<![^\\n])'
    case 'line-end':
      return '(?![^\\n])'
    case 'boundary':
      return page.ascii || ascii ? '\\b' : `(?:${boundary(page)})`
    case 'inside':
      // In an empty text CPython (before 3.14) finds no \B.
      return page.ascii || ascii ? '(?!^$)\\B' : `(?!^$|${boundary(page)})`
    default:
      return where satisfies never
  }
}

/** JavaScript's \b knows the words of ASCII alone. */
function boundary(page: Page): string {
  const word = set(page, { kind: 'set', negated: false, items: [WORD], fold: 'none' })
  return `(?<=${word})(?!${word})|(?<!${word})(?=${word})`
}

const WORD = { kind: 'class', name: 'w', negated: false, ascii: false } as const

function single(code: number): CharSet {
  return { kind: 'set', negated: false, items: [{ kind: 'range', from: code, to: code }], fold: 'none' }
}

function set(page: Page, { negated, items }: CharSet): string {
  const ranges = [...inAscii(items), ...page.alphabet.ranges(items)]
  const [first] = ranges
  if (!negated && ranges.length === 1 && first!.from === first!.to) return escapeCode(first!.from)
  return `[${negated ? '^' : ''}${ranges.map(rangeSource).join('')}]`
}

function rangeSource({ from, to }: Range): string {
  if (from === to) return escapeCode(from)
  return `${escapeCode(from)}${to === from + 1 ? '' : '-'}${escapeCode(to)}`
}

/** Letters, digits and a few harmless marks stand for themselves; all else is escaped in a way that any place allows. */
function escapeCode(code: number): string {
  const char = String.fromCharCode(code)
  if (/^[\w "',:;<>@%]$/.test(char)) return char
  if (/^[!-~]$/.test(char)) return `\\${char}`
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
