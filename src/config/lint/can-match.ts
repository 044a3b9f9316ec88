/**
 * Whether an expression could match any line of a given form, with its address where the program, not a client, wrote
 * it. `false` is certain; lookarounds, back-references and counts are not heeded, so `true` is only possible.
 */
import { ANY, type Automaton, automaton, isLoop } from '../../filter/regex/automaton.ts'
import { parse } from '../../filter/regex/parse.ts'
import { children, map, type Node, type Tree } from '../../filter/regex/tree.ts'
import type { Piece } from './log-piece.ts'

const IDS = ['fid', 'ip4', 'ip6', 'dns']

/** @param pieces what the expression is shown: without the date */
export function canMatch({ root, names }: Tree, pieces: readonly Piece[]): boolean {
  const ids = new Set(IDS.flatMap((name) => names.get(name) ?? []))
  const searched = looser(startsAtStart(root) ? root : seq([ANYTHING, root]))
  const known = ranges(searched, (index) => ids.has(index))
  const form = parse(pieces.map(({ source, tainted }) => (tainted ? `(${source})` : `(?:${source})`)).join(''))
  const loose = looser(seq([form.root, NEWLINE]))
  const tainted = ranges(loose, () => true)
  return meet(
    { automaton: automaton(seq([searched, END])), inside: known },
    { automaton: automaton(loose), inside: tainted },
  )
}

const ANYTHING: Node = {
  kind: 'repeat',
  body: { kind: 'set', negated: true, items: [], fold: 'none' },
  min: 0,
  max: Number.POSITIVE_INFINITY,
  mode: 'greedy',
  at: 0,
}

/** What an expression is shown ends in one. */
const NEWLINE: Node = { kind: 'char', code: 10, fold: 'none' }
/** Stands behind the expression: who reaches it has matched. */
const END: Node = { kind: 'char', code: 0, fold: 'none' }

function seq(items: readonly Node[]): Node {
  return { kind: 'seq', items }
}

/** Counted repeats repeat without count; references hold anything. */
function looser(node: Node): Node {
  if (node.kind === 'reference') return ANYTHING
  const inner = map(node, looser)
  if (inner.kind !== 'repeat' || inner.max <= 1) return inner
  return { ...inner, min: Math.min(inner.min, 1), max: Number.POSITIVE_INFINITY }
}

export function startsAtStart(node: Node): boolean {
  switch (node.kind) {
    case 'anchor':
      return node.where === 'start'
    case 'seq':
      return node.items.some((item, index) => startsAtStart(item) && node.items.slice(0, index).every(isLook))
    case 'choice':
      return node.branches.every(startsAtStart)
    case 'group':
    case 'atomic':
      return startsAtStart(node.body)
    default:
      return false
  }
}

function isLook(node: Node): boolean {
  return node.kind === 'look' || node.kind === 'anchor'
}

/** The positions that the automaton gives to what stands inside of the wanted groups. */
function ranges(root: Node, wanted: (index: number) => boolean): ReadonlySet<number> {
  const found = new Set<number>()
  let next = 0
  const visit = (node: Node, inside: boolean): void => {
    if (node.kind === 'look' || node.kind === 'anchor' || node.kind === 'never') return
    if (node.kind === 'char' || node.kind === 'set') {
      if (inside) found.add(next)
      next++
      return
    }
    const held = inside || (node.kind === 'group' && wanted(node.index))
    for (const child of turnsOf(node)) visit(child, held)
  }
  visit(root, false)
  return found
}

/** Counted repeats count for two turns, as in the automaton. */
function turnsOf(node: Node): readonly Node[] {
  if (node.kind !== 'repeat') return children(node)
  if (node.max === 0) return []
  return isLoop(node) || node.max === 1 ? [node.body] : [node.body, node.body]
}

interface Side {
  readonly automaton: Automaton
  readonly inside: ReadonlySet<number>
}

/** More pairs than this are not looked at: then a match is possible, for all we know. */
const MAX_PAIRS = 200_000

function meet(expression: Side, form: Side): boolean {
  const [a, b] = [expression.automaton, form.automaton]
  if (a.cut || b.cut) return true
  const end = a.sets.length - 1
  if (a.first.includes(end)) return true
  const width = b.sets.length
  const fits = (p: number, q: number) =>
    (a.sets[p]! & b.sets[q]! & ANY) !== 0n && !(expression.inside.has(p) && form.inside.has(q))
  const seen = new Set<number>()
  for (const p of a.first) for (const q of b.first) if (fits(p, q)) seen.add(p * width + q)
  for (const pair of seen) {
    if (seen.size > MAX_PAIRS) return true
    const [p, q] = [Math.floor(pair / width), pair % width]
    const after = [...a.follow[p]!.keys()]
    if (after.includes(end)) return true
    for (const next of after)
      for (const other of b.follow[q]!.keys()) if (fits(next, other)) seen.add(next * width + other)
  }
  return false
}
