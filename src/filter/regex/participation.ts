/** Which groups take part in a match of a node: the question behind references, conditions and repeats. */
import { type Node, walk } from './tree.ts'

export function groupsIn(node: Node): ReadonlySet<number> {
  const groups = new Set<number>()
  for (const part of walk(node)) if (part.kind === 'group') groups.add(part.index)
  return groups
}

/** Groups whose part in the match somebody asks for inside of the node. */
export function askedIn(node: Node): ReadonlySet<number> {
  const groups = new Set<number>()
  for (const part of walk(node)) if (part.kind === 'reference' || part.kind === 'condition') groups.add(part.group)
  return groups
}

/** Groups that take part in every match of the node. */
export function takesPart(node: Node): ReadonlySet<number> {
  switch (node.kind) {
    case 'seq':
      return node.items.reduce<ReadonlySet<number>>((all, item) => all.union(takesPart(item)), new Set())
    case 'choice':
      return node.branches.map(takesPart).reduce((all, one) => all.intersection(one))
    case 'condition':
      return takesPart(node.yes).intersection(takesPart(node.no))
    case 'group':
      return takesPart(node.body).union(new Set([node.index]))
    case 'repeat':
      return node.min > 0 ? takesPart(node.body) : new Set()
    case 'look':
      return node.negated ? new Set() : takesPart(node.body)
    case 'atomic':
      return takesPart(node.body)
    case 'char':
    case 'set':
    case 'anchor':
    case 'reference':
    case 'never':
      return new Set()
    default:
      return node satisfies never
  }
}
