/** What an attacker would write so that an expression finds the address of somebody else in it. */
import { type Node, type Tree, walk } from '../../filter/regex/tree.ts'
import { example } from './example.ts'
import { VICTIM } from './log-piece.ts'
import { shapeOf } from './shape.ts'
import type { Tries } from './tries.ts'

/** Different texts tried for one expression. */
const MOST = 48

/** All that the expression looks for, and each of its endings that still holds the address; the shortest first. */
export function payloads(tries: Tries, index: number): readonly string[] {
  const { tree } = tries.fail[index]!
  const own = endings(tree).flatMap((part) => variants(part, tree, VICTIM))
  const content = tries.prefix?.tree.names.get('content')
  const prefix = tries.prefix?.tree.root
  const whole =
    content === undefined || !prefix ? [] : own.map((text) => example(prefix, { groups: new Map([[content, text]]) }))
  return [...new Set([...own, ...whole])].sort((a, b) => a.length - b.length).slice(0, MOST)
}

/** Texts for the tree, or a part of it, with this address where it asks for one. */
function variants(part: Node, tree: Tree, address: string): readonly string[] {
  const { id } = shapeOf(tree)
  const groups = new Map(id === undefined ? [] : [[id, address] as const])
  return [...new Set((['first', 'last'] as const).map((branch) => example(part, { groups, branch })))]
}

function endings(tree: Tree): readonly Node[] {
  const { root } = tree
  if (root.kind !== 'seq') return [root]
  const { id } = shapeOf(tree)
  const held = root.items.findIndex((item) => id !== undefined && holdsGroup(item, id))
  const ends = [root.items.length, Math.min(root.items.length, held + 4), held + 1]
  // Not from within a word: what comes before it would be missing.
  const starts = root.items.flatMap((_, from) => (from === 0 || root.items[from - 1]!.kind !== 'char' ? [from] : []))
  return starts
    .filter((from) => from <= Math.max(0, held))
    .flatMap((from) => ends.map((to): Node => ({ kind: 'seq', items: root.items.slice(from, to) })))
}

function holdsGroup(node: Node, index: number): boolean {
  return walk(node).some((part) => part.kind === 'group' && part.index === index)
}
