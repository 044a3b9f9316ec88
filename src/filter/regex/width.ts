/** How many characters a node can match: Python demands one number for a lookbehind, repeats are judged by the least. */
import type { Node } from './tree.ts'

export interface Width {
  readonly min: number
  readonly max: number
}

/** Widths of the groups that are closed so far, by index. */
export type GroupWidths = ReadonlyMap<number, Width>

/** Characters (not UTF-16 units) that a match of the node spans. Source: getwidth of CPython's pattern parser. */
export function width(node: Node, groups: GroupWidths): Width {
  switch (node.kind) {
    case 'char':
    case 'set':
      return { min: 1, max: 1 }
    case 'seq':
      return sum(node.items.map((item) => width(item, groups)))
    case 'choice':
      return either(node.branches.map((branch) => width(branch, groups)))
    case 'repeat': {
      const body = width(node.body, groups)
      return { min: body.min * node.min, max: body.max === 0 || node.max === 0 ? 0 : body.max * node.max }
    }
    case 'group':
    case 'atomic':
      return width(node.body, groups)
    case 'condition':
      return either([width(node.yes, groups), width(node.no, groups)])
    case 'reference':
      return groups.get(node.group) ?? { min: 0, max: Number.POSITIVE_INFINITY }
    case 'look':
    case 'anchor':
    case 'never':
      return { min: 0, max: 0 }
    default:
      return node satisfies never
  }
}

function sum(widths: readonly Width[]): Width {
  return widths.reduce((all, one) => ({ min: all.min + one.min, max: all.max + one.max }), { min: 0, max: 0 })
}

function either(widths: readonly Width[]): Width {
  return { min: Math.min(...widths.map((one) => one.min)), max: Math.max(...widths.map((one) => one.max)) }
}
