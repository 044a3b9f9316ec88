/** One text that an expression matches, made from its tree: the shortest way through, with chosen texts where it matters. */
import { type CharSet, children, type Node } from '../../filter/regex/tree.ts'
import { inAscii } from '../../filter/regex/unicode.ts'

export interface Wish {
  /** By index of the group: what it shall hold. A choice takes the branch that leads to one of them. */
  readonly groups?: ReadonlyMap<number, string>
  /** By repeat: what stands in its place. */
  readonly fill?: ReadonlyMap<Node, string>
  /** Which branch of a choice that leads to no wished group: the first, or the last. */
  readonly branch?: 'first' | 'last'
  /** What may be left out is there, once. */
  readonly full?: boolean
}

/** Lookarounds are not heeded, so the text may miss: try it. */
export function example(node: Node, wish: Wish = {}): string {
  return write(node, wish, new Map())
}

function write(node: Node, wish: Wish, taken: Map<number, string>): string {
  switch (node.kind) {
    case 'char':
      return String.fromCodePoint(node.code)
    case 'set':
      return member(node)
    case 'seq':
      return node.items.map((item) => write(item, wish, taken)).join('')
    case 'choice':
      return write(chosen(node.branches, wish), wish, taken)
    case 'repeat': {
      const filled = wish.fill?.get(node)
      if (filled !== undefined) return filled
      const wanted = leadsTo(node.body, wish) || (wish.full && isWorthWriting(write(node.body, wish, taken)))
      const turns = node.min === 0 && node.max > 0 && wanted ? 1 : node.min
      return Array.from({ length: Math.min(turns, MAX_TURNS) }, () => write(node.body, wish, taken)).join('')
    }
    case 'group': {
      const text = wish.groups?.get(node.index) ?? write(node.body, wish, taken)
      taken.set(node.index, text)
      return text
    }
    case 'atomic':
      return write(node.body, wish, taken)
    case 'reference':
      return taken.get(node.group) ?? ''
    case 'condition':
      return write(taken.has(node.group) ? node.yes : node.no, wish, taken)
    default:
      return ''
  }
}

/** Single marks say little, and who writes `::ffff:192.0.2.1` is rare. */
function isWorthWriting(text: string): boolean {
  return text.length > 1 && !text.startsWith('::')
}

const MAX_TURNS = 64

function chosen(branches: readonly Node[], wish: Wish): Node {
  const leading = branches.find((branch) => leadsTo(branch, wish))
  return leading ?? branches[wish.branch === 'last' ? branches.length - 1 : 0]!
}

/** Whether a wish is fulfilled somewhere in it. */
function leadsTo(node: Node, wish: Wish): boolean {
  if (node.kind === 'group' && wish.groups?.has(node.index)) return true
  if (node.kind === 'repeat' && wish.fill?.has(node)) return true
  return children(node).some((part) => leadsTo(part, wish))
}

function member(set: CharSet): string {
  // Whatever may stand there looks best as a full stop: most of them stood for one.
  const preferred = set.negated && set.items.length === 1 ? '.x1 ' : 'x1 /-._:'
  const found = [...preferred].find((char) => holds(set, char.charCodeAt(0)))
  if (found !== undefined) return found
  for (let code = 0x21; code < 0x7f; code++) if (holds(set, code)) return String.fromCharCode(code)
  return holds(set, 10) ? '\n' : ''
}

/** Whether the set takes this ASCII character. */
export function holds({ negated, items }: CharSet, code: number): boolean {
  return inAscii(items).some(({ from, to }) => from <= code && code <= to) !== negated
}
