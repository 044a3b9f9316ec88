/**
 * Python's regular expressions as JavaScript's: the text of `re.compile` goes in, and what comes out finds what
 * `re.search` would find. What cannot be translated exactly is refused.
 *
 * The one known difference from CPython 3.11: Unicode is V8's version, newer than Python's, so that characters assigned
 * since then are letters, digits or cased here.
 */
import { Fault } from '../../base/fault.ts'
import { alphabet } from './alphabet.ts'
import { unfold } from './fold.ts'
import { type Literals, literals } from './literals.ts'
import { decoded, type Match, matcher } from './matcher.ts'
import { parse } from './parse.ts'
import { type PatientSearch, patient } from './patient.ts'
import { type Plan, plan } from './replay.ts'
import { rewrite } from './rewrite.ts'
import { type Risk, risk } from './risk.ts'
import { type Node, type Tree, walk } from './tree.ts'
import { type Search, type Watch, watch } from './watch.ts'

export type { Literals } from './literals.ts'
export type { Match } from './matcher.ts'
export type { Risk } from './risk.ts'

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
 * @param keeper watches over the time of all expressions of a filter; one of its own if undefined
 * @throws Fault `regex.syntax` for what Python refuses, `regex.unsupported` for what cannot be translated exactly, both
 * with the construct and its offset
 */
export function expression(python: string, flags: Flags = {}, keeper: Watch = watch()): Expression {
  const tree = parse(python, flags)
  const growth = risk(tree.root)
  const engine = fastest(tree)
  const level = engine.again && growth === 'linear' ? 'polynomial' : growth
  const search =
    engine.search && level === 'linear'
      ? engine.search
      : keeper.over({ python, risk: level, fast: engine.search, patient: () => patient(tree) })
  return { python, groups: [...tree.names.keys()], search, literals: literals(tree.root), risk: level }
}

interface Fastest {
  /** undefined: V8 has no expression that means the same. */
  readonly search: Search | undefined
  /** The turns of a loop are found again after the match; each looks at all that follows. */
  readonly again: boolean
}

/** @throws Fault `regex.unsupported` where not even patient.ts can take it */
function fastest(tree: Tree): Fastest {
  try {
    const ready = rewritten(plan(tree))
    const letters = alphabet([ready.root, ...ready.replays.map(({ turn }) => turn)])
    const plain = matcher(ready, letters, true)
    // JavaScript compares stand-ins, whose case is not that of the letters.
    const folds = walk(tree.root).some((node) => node.kind === 'reference' && node.fold !== 'none')
    let made: PatientSearch | undefined
    const other = (text: string) => {
      made ??= patient(tree)
      return made(text)
    }
    // Only \b is written differently for text that is not ASCII.
    const coded = asksForWords(ready) ? matcher(ready, letters, false) : plain
    const search: Search = (text, ascii = isAscii(text)) => {
      if (ascii) return plain(text)
      const encoded = letters.encode(text)
      return folds || encoded.shared ? other(text) : decoded(coded, encoded)
    }
    return { search, again: ready.replays.length > 0 }
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'regex.unsupported') throw thrown
    patient(tree)
    return { search: undefined, again: false }
  }
}

/** Every other character takes more bytes than units. Measured: 50 ns for a line of 200 characters, a RegExp needs 200. */
export function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}

function rewritten({ root, names, replays }: Plan): Plan {
  const own = replays.flatMap(({ before, loop }) => [before, loop])
  const ready = (node: Node, read: Iterable<number>) => unfold(rewrite(node, read))
  return {
    root: ready(root, [...names.values(), ...own]),
    names,
    replays: replays.map((replay) => ({ ...replay, turn: ready(replay.turn, replay.names.values()) })),
  }
}

function asksForWords({ root, replays }: Plan): boolean {
  return [root, ...replays.map(({ turn }) => turn)].some((tree) =>
    walk(tree).some((node) => node.kind === 'anchor' && (node.where === 'boundary' || node.where === 'inside')),
  )
}
