/**
 * The syntax tree of a Python regular expression: what parse.ts makes, the rewriting steps change, print.ts writes as
 * JavaScript. A node means what CPython's `re` means by it (str patterns, Python 3.11), never what JavaScript would.
 */

/** Letters match without regard to case: by Unicode's rules, by ASCII's alone, or not. */
export type Fold = 'none' | 'unicode' | 'ascii'

export type Node =
  | { readonly kind: 'char'; readonly code: number; readonly fold: Fold }
  | CharSet
  | { readonly kind: 'seq'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly branches: readonly Node[] }
  | Repeat
  /** A capturing group; `index` counts from 1 as Python counts. */
  | { readonly kind: 'group'; readonly index: number; readonly body: Node; readonly at: number }
  | { readonly kind: 'atomic'; readonly body: Node }
  | Look
  | { readonly kind: 'anchor'; readonly where: Where; readonly ascii: boolean }
  | { readonly kind: 'reference'; readonly group: number; readonly fold: Fold; readonly at: number }
  | {
      readonly kind: 'condition'
      readonly group: number
      readonly yes: Node
      readonly no: Node
      readonly at: number
    }
  /** Matches nowhere. */
  | { readonly kind: 'never' }

/** One character out of a set; of its complement if `negated`. */
export interface CharSet {
  readonly kind: 'set'
  readonly negated: boolean
  readonly items: readonly SetItem[]
  readonly fold: Fold
}

export type SetItem =
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  /** \d \w \s, or their capitals if `negated`. */
  | { readonly kind: 'class'; readonly name: ClassName; readonly negated: boolean; readonly ascii: boolean }

export type ClassName = 'd' | 'w' | 's'

export interface Repeat {
  readonly kind: 'repeat'
  readonly body: Node
  readonly min: number
  /** Infinity if there is no upper bound. */
  readonly max: number
  readonly mode: 'greedy' | 'lazy' | 'possessive'
  /** Offset of the quantifier in the source. */
  readonly at: number
}

export interface Look {
  readonly kind: 'look'
  readonly ahead: boolean
  readonly negated: boolean
  readonly body: Node
}

/**
 * `end` is Python's `$`: at the end, or before a newline that is the last character; `last` is `\Z`: at the end alone;
 * `inside` is `\B`.
 */
export type Where = 'start' | 'end' | 'last' | 'line-start' | 'line-end' | 'boundary' | 'inside'

/** A parsed expression. */
export interface Tree {
  readonly root: Node
  /** The names of the named groups, in order of appearance, with their indices. */
  readonly names: ReadonlyMap<string, number>
  /** How many capturing groups there are. */
  readonly groups: number
}

export const EMPTY: Node = { kind: 'seq', items: [] }

/** A sequence without sequences in it; one item stands for itself. */
export function sequence(items: readonly Node[]): Node {
  const flat = items.flatMap((item) => (item.kind === 'seq' ? item.items : [item]))
  return flat.length === 1 ? flat[0]! : { kind: 'seq', items: flat }
}

export function choice(branches: readonly Node[]): Node {
  return branches.length === 1 ? branches[0]! : { kind: 'choice', branches }
}

/** What a node holds directly. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'seq':
      return node.items
    case 'choice':
      return node.branches
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return [node.body]
    case 'condition':
      return [node.yes, node.no]
    case 'char':
    case 'set':
    case 'anchor':
    case 'reference':
    case 'never':
      return []
    default:
      return node satisfies never
  }
}

/** The same node over changed children. */
export function map(node: Node, change: (child: Node) => Node): Node {
  switch (node.kind) {
    case 'seq':
      return sequence(node.items.map(change))
    case 'choice':
      return choice(node.branches.map(change))
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return { ...node, body: change(node.body) }
    case 'condition':
      return { ...node, yes: change(node.yes), no: change(node.no) }
    default:
      return node
  }
}

/** The node and everything below it, outermost first. */
export function walk(node: Node): readonly Node[] {
  const found: Node[] = []
  const visit = (one: Node): void => {
    found.push(one)
    for (const child of children(one)) visit(child)
  }
  visit(node)
  return found
}
