/** What stands around the clauses of a rule: the direction, `log`, the comment, the `on` before an interface's name. */
import type { Rule } from '../../firewall/rules/rule.ts'
import { badSyntax, wrong } from './wrong.ts'

export interface Qualified {
  readonly path: Rule['path']
  readonly log: Rule['log']
  /** undefined: none was given; '' takes one away. */
  readonly comment: string | undefined
  /** What is left: a port or a profile, or keywords with their values. */
  readonly words: readonly string[]
}

/**
 * @param words what stands behind the action
 * @throws Fault `ufw.interface`, `ufw.clause`, `ufw.syntax`, in UFW's order
 */
export function takeQualifiers(words: readonly string[], isRoute: boolean): Qualified {
  const [path, directed] = isRoute ? (['forward', words] as const) : takeDirection(words)
  checkInterfaceClause(directed, isRoute)
  const [log, unlogged] = takeLog(directed, isRoute)
  const [comment, uncommented] = takeComment(unlogged)
  return { path, log, comment, words: withoutOn(uncommented, isRoute) }
}

/** `in` before anything but `on` is a direction alone; before `on` it begins a clause as well. */
function takeDirection(words: readonly string[]): readonly ['in' | 'out', readonly string[]] {
  const [first, second] = words
  if (first !== 'in' && first !== 'out') return ['in', words]
  return [first, second !== undefined && second !== 'on' ? words.slice(1) : words]
}

function checkInterfaceClause(words: readonly string[], isRoute: boolean): void {
  if (!words.some(isDirection)) return
  if (!isDirection(words[0]) || words.length === 1) throw wrong('interface', 'Invalid interface clause')
  if (isRoute && (words[1] !== 'on' || words.length < 3))
    throw wrong('interface', 'Invalid interface clause for route rule')
  if (words[1] !== 'on') throw wrong('interface', 'Invalid interface clause')
}

/** `log` stands first, or behind an interface clause. */
function takeLog(words: readonly string[], isRoute: boolean): readonly [Rule['log'], readonly string[]] {
  const at = words.findIndex(isLog)
  const clauses = isDirection(words[0]) && words[1] === 'on' ? (isRoute && isDirection(words[3]) ? [3, 6] : [3]) : [0]
  if (at < 0) return ['none', words]
  const left = words.toSpliced(at, 1)
  const refused = clauses.includes(at) && words.length > 1 ? left.find(isLog) : words[at]
  if (refused !== undefined) throw wrong('clause', `Option '${refused}' not allowed here`)
  return [words[at] as 'log' | 'log-all', left]
}

function takeComment(words: readonly string[]): readonly [string | undefined, readonly string[]] {
  const at = words.indexOf('comment')
  if (at < 0) return [undefined, words]
  const comment = words[at + 1]
  if (comment === undefined) throw wrong('clause', "Option 'comment' missing required argument")
  if (comment.includes("'")) throw badSyntax()
  return [comment, words.toSpliced(at, 2)]
}

function withoutOn(words: readonly string[], isRoute: boolean): readonly string[] {
  if (!isDirection(words[0]) || words[1] !== 'on') return words
  const rest = words.toSpliced(1, 1)
  const second = isRoute ? rest.indexOf(rest[0] === 'in' ? 'out' : 'in', 2) : -1
  return second > 0 && rest[second + 1] === 'on' && rest[second + 2] !== undefined
    ? rest.toSpliced(second + 1, 1)
    : rest
}

function isDirection(word: string | undefined): word is 'in' | 'out' {
  return word === 'in' || word === 'out'
}

function isLog(word: string): boolean {
  return word === 'log' || word === 'log-all'
}
