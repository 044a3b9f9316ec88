/**
 * Python's regular expressions as JavaScript's: the text of `re.compile` goes in, and what comes out finds what
 * `re.search` would find. What cannot be translated exactly is refused.
 *
 * Known differences from CPython 3.11, all of them:
 * - Unicode is V8's version, newer than Python's: characters assigned since then are letters, digits or cased here.
 * - A reference under (?i) compares as JavaScript does where the two texts differ in the case of one of a few characters
 *   that Python's lower case and Unicode's folding treat differently (ſ, ı, İ, ς and the like).
 */
import { Fault } from '../../base/fault.ts'
import { alphabet, type Encoded } from './alphabet.ts'
import { unfold } from './fold.ts'
import { type Literals, literals } from './literals.ts'
import { parse } from './parse.ts'
import { type Printed, print } from './print.ts'
import { rewrite } from './rewrite.ts'
import { type Risk, risk } from './risk.ts'
import type { Tree } from './tree.ts'

export type { Literals } from './literals.ts'
export type { Risk } from './risk.ts'

export interface Match {
  /** Offset in the text, in UTF-16 units as JavaScript counts. */
  readonly start: number
  /** Offset behind the match. */
  readonly end: number
  /** The text of each named group that took part; it has no prototype, so that no name can hit one of its members. */
  readonly groups: Readonly<Record<string, string>>
}

export interface Expression {
  /** As it was given. */
  readonly python: string
  /** Names of the groups in order of appearance. */
  readonly groups: readonly string[]
  /**
   * The first match, as `re.search` finds it, or undefined.
   * @param ascii whether the text is nothing but ASCII, if the caller knows; it is tested otherwise
   * @throws Fault `regex.overrun` when the match needs more memory than V8 grants it
   */
  search(text: string, ascii?: boolean): Match | undefined
  /** Texts of which every matching text holds at least one; undefined if there are none worth looking for. */
  readonly literals: Literals | undefined
  /** How the time of a failing search can grow with the length of the text. */
  readonly risk: Risk
}

export interface Flags {
  readonly ignoreCase?: boolean
  readonly multiline?: boolean
}

/**
 * @throws Fault `regex.syntax` for what Python refuses, `regex.unsupported` for what cannot be translated exactly, both
 * with the construct and its offset
 */
export function expression(python: string, flags: Flags = {}): Expression {
  const tree = parse(python, flags)
  const root = unfold(rewrite(tree))
  const letters = alphabet([root])
  const plain = matcher(tree, print(root, letters, true))
  const coded = matcher(tree, print(root, letters, false))
  return {
    python,
    groups: [...tree.names.keys()],
    search: (text, ascii = !BEYOND_ASCII.test(text)) => (ascii ? plain(text) : decoded(coded, letters.encode(text))),
    literals: literals(tree.root),
    risk: risk(tree.root),
  }
}

const BEYOND_ASCII = /[^\x00-\x7f]/

type Search = (text: string) => Match | undefined

function matcher(tree: Tree, printed: Printed): Search {
  const regex = compile(printed.source)
  const names = [...tree.names].flatMap(([name, index]) =>
    (printed.groups.get(index) ?? []).map((number) => ({ name, number })),
  )
  return (text) => {
    const found = run(regex, text)
    if (found === null) return undefined
    const groups: Record<string, string> = Object.create(null)
    for (const { name, number } of names) {
      const value = found[number]
      if (value !== undefined) groups[name] = value
    }
    const seen = printed.tail === undefined ? 0 : found[printed.tail]!.length
    return { start: found.index, end: found.index + found[0].length - seen, groups }
  }
}

function decoded(search: Search, encoded: Encoded): Match | undefined {
  const found = search(encoded.text)
  if (!found) return undefined
  const groups: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(found.groups)) groups[name] = encoded.decode(value)
  return { start: encoded.offset(found.start), end: encoded.offset(found.end), groups }
}

function compile(source: string): RegExp {
  try {
    const regex = new RegExp(source)
    // V8 compiles at the first use, and only then says that an expression is too large.
    regex.exec('')
    return regex
  } catch (thrown) {
    throw new Fault('regex.unsupported', 'the expression is too large for the regex engine (offset 0)', {
      hint: 'use smaller repeat counts, or split it in two',
      cause: thrown,
    })
  }
}

function run(regex: RegExp, text: string): RegExpExecArray | null {
  try {
    return regex.exec(text)
  } catch (thrown) {
    throw new Fault('regex.overrun', 'the match needs more memory than the regex engine grants', { cause: thrown })
  }
}
