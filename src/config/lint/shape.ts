/** How an expression stands to the text around the address: what holds it, and where anything may stand. */
import { type Node, type Repeat, type Tree, walk } from '../../filter/regex/tree.ts'
import { startsAtStart } from './can-match.ts'
import { holds } from './example.ts'

export interface Shape {
  /** It can only match from the start of the text. */
  readonly anchored: boolean
  /** The repeat of anything that it begins with: then the anchor holds nothing. */
  readonly leading: Repeat | undefined
  /** Repeats of anything before and behind the address. */
  readonly before: readonly Repeat[]
  readonly after: readonly Repeat[]
  /** It says nothing of how the line ends. */
  readonly open: boolean
  /** Index of the group that holds the address or id; undefined: there is none. */
  readonly id: number | undefined
}

/** The order in which a filter takes its id. An example is filled in at the first that there is. */
const IDS = ['ip4', 'fid', 'dns', 'ip6']

export function shapeOf({ root, names }: Tree): Shape {
  const name = IDS.find((name) => names.has(name))
  const id = name === undefined ? undefined : names.get(name)
  const all = walk(root)
  const address = all.findIndex((node) => node.kind === 'group' && IDS.some((one) => names.get(one) === node.index))
  const wide = (node: Node): node is Repeat => node.kind === 'repeat' && isWide(node)
  const first = firstOf(root)
  return {
    anchored: startsAtStart(root),
    leading: first?.kind === 'repeat' && takesAll(first) ? first : undefined,
    before: all.slice(0, Math.max(0, address)).filter(wide),
    after: address < 0 ? [] : all.slice(address).filter(wide),
    open: !endsAtEnd(root),
    id,
  }
}

/** Text with blanks, letters, digits and the marks of an address fits in, as much as it takes. */
function isWide({ body, max }: Repeat): boolean {
  return max >= 32 && body.kind === 'set' && [...' Aa1.:'].every((char) => holds(body, char.charCodeAt(0)))
}

/** `.*` and its like: no mark of any program ends it, as the bracket ends `[^[]*`. */
export function takesAll({ body, max }: Repeat): boolean {
  return max >= 32 && body.kind === 'set' && [...` Aa1.:"'[]()<>=,;/`].every((char) => holds(body, char.charCodeAt(0)))
}

/** Whether the repeat takes such a text, as far as ASCII goes. */
export function takes({ body, max }: Repeat, text: string): boolean {
  return text.length <= max && body.kind === 'set' && [...text].every((char) => holds(body, char.charCodeAt(0)))
}

/** The first thing that takes a character. */
function firstOf(node: Node): Node | undefined {
  switch (node.kind) {
    case 'seq':
      return firstOf(node.items.find((item) => item.kind !== 'anchor' && item.kind !== 'look') ?? { kind: 'never' })
    case 'group':
    case 'atomic':
      return firstOf(node.body)
    case 'repeat':
      return node.body.kind === 'group' ? firstOf(node.body) : node
    default:
      return node
  }
}

function endsAtEnd(node: Node): boolean {
  switch (node.kind) {
    case 'anchor':
      return node.where === 'end' || node.where === 'last'
    case 'seq':
      return node.items.some(
        (item, index) =>
          endsAtEnd(item) && node.items.slice(index + 1).every(({ kind }) => kind === 'anchor' || kind === 'look'),
      )
    case 'choice':
      return node.branches.every(endsAtEnd)
    case 'group':
    case 'atomic':
      return endsAtEnd(node.body)
    default:
      return false
  }
}
