/** What stands around the clauses of a rule: the direction, `log`, the comment, the `on` before an interface's name. */
import type { Rule } from '../../firewall/rules/rule.ts'
import { badSyntax, wrong } from './wrong.ts'

export interface Qualified {
  readonly path: Rule['path']
  /** An only interface is that of this direction, whichever word it came with: `out in on eth0`. */
  readonly direction: 'in' | 'out' | undefined
  readonly log: Rule['log']
  /** undefined: none, or an empty one, was given. */
  readonly comment: string | undefined
  /** The other of a route's two interfaces, behind its `on`; not yet checked. */
  readonly second: { readonly direction: 'in' | 'out'; readonly name: string } | undefined
  /** What is left: a port or a profile, or keywords with their values. */
  readonly words: readonly string[]
}

/**
 * @param words what stands behind the action
 * @throws Fault `ufw.interface`, `ufw.clause`, `ufw.syntax`, in UFW's order
 */
export function takeQualifiers(words: readonly string[], isRoute: boolean): Qualified {
  const [given, directed] = takeDirection(words)
  checkInterfaceClause(directed)
  const [second, single] = isRoute ? takeSecond(directed) : [undefined, directed]
  const [log, unlogged] = takeLog(single)
  const [comment, uncommented] = takeComment(unlogged)
  return {
    path: isRoute ? 'forward' : given,
    direction: isRoute && directed === words ? undefined : given,
    log,
    comment,
    second,
    words: beginsWithClause(uncommented) ? uncommented.toSpliced(1, 1) : uncommented,
  }
}

/**
 * A route has no direction but that of an interface.
 * @param words all behind `route`
 * @throws Fault `ufw.interface`
 */
export function checkRoute(words: readonly string[]): void {
  const first = words.findIndex(isDirection)
  if (first < 0 || first === words.length - 1 || hasClause(words, 'in') || hasClause(words, 'out')) return
  throw wrong('interface', 'Invalid interface clause for route rule')
}

/** `in` before anything but `on` is a direction alone, in any case; before `on` it begins a clause as well. */
function takeDirection(words: readonly string[]): readonly ['in' | 'out', readonly string[]] {
  const first = words[0]?.toLowerCase()
  const second = words[1]
  if (!isDirection(first)) return ['in', words]
  return [first, second !== undefined && second !== 'on' ? words.slice(1) : words]
}

function checkInterfaceClause(words: readonly string[]): void {
  if (words.some(isDirection) && !beginsWithClause(inLowerCase(words)))
    throw wrong('interface', 'Invalid interface clause')
}

/** It may stand anywhere behind the first, `log` or not; its name may be any word. */
function takeSecond(words: readonly string[]): readonly [Qualified['second'], readonly string[]] {
  const direction = words[0]?.toLowerCase() === 'in' ? 'out' : 'in'
  const at = words.indexOf(direction)
  const name = words[at + 2]
  if (!beginsWithClause(inLowerCase(words)) || !hasClause(words, direction) || name === undefined)
    return [undefined, words]
  return [{ direction, name }, words.toSpliced(at, 3)]
}

/** `log` stands first, or behind an interface clause; there alone in any case. UFW looks for `log` before it looks for `log-all`. */
function takeLog(words: readonly string[]): readonly [Rule['log'], readonly string[]] {
  const place = beginsWithClause(words) ? 3 : 0
  let left = words
  let log: Rule['log'] = 'none'
  for (const word of ['log', 'log-all'] as const) {
    const at = left.indexOf(word)
    if (at < 0) continue
    if (log !== 'none' || at !== place || left.length === 1 || left.includes(word, at + 1))
      throw wrong('clause', `Option '${word}' not allowed here`)
    log = word
    left = left.toSpliced(at, 1)
  }
  const word = left[place]?.toLowerCase()
  if (log !== 'none' || left.length === 1 || (word !== 'log' && word !== 'log-all')) return [log, left]
  return [word, left.toSpliced(place, 1)]
}

function takeComment(words: readonly string[]): readonly [string | undefined, readonly string[]] {
  const at = words.indexOf('comment')
  if (at < 0) return [undefined, words]
  const comment = words[at + 1]
  if (comment === undefined) throw wrong('clause', "Option 'comment' missing required argument")
  if (comment.includes("'")) throw badSyntax()
  return [comment === '' ? undefined : comment, words.toSpliced(at, 2)]
}

/** The first of them: `IN on eth0` is seen, and then is no clause. */
function inLowerCase([first = '', ...rest]: readonly string[]): readonly string[] {
  return [first.toLowerCase(), ...rest]
}

function isDirection(word: string | undefined): word is 'in' | 'out' {
  return word === 'in' || word === 'out'
}

function beginsWithClause(words: readonly string[]): boolean {
  return isDirection(words[0]) && words[1] === 'on'
}

function hasClause(words: readonly string[], direction: string): boolean {
  return words.some((word, index) => word === direction && words[index + 1] === 'on' && index + 2 < words.length)
}
