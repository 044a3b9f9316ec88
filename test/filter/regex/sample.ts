/** Random texts that a pattern most likely matches, made from its tree. */
import { parse } from '../../../src/filter/regex/parse.ts'
import type { CharSet, Node } from '../../../src/filter/regex/tree.ts'
import { inAscii } from '../../../src/filter/regex/unicode.ts'
import type { Chance } from './random.ts'

export function sample(pattern: string, from: Chance): string {
  return sampleOf(parse(pattern).root, from)
}

export function sampleOf(node: Node, from: Chance): string {
  return write(node, { from, taken: new Map() })
}

interface Hand {
  readonly from: Chance
  /** What the groups hold so far. */
  readonly taken: Map<number, string>
}

function write(node: Node, hand: Hand): string {
  const { from, taken } = hand
  switch (node.kind) {
    case 'char':
      return String.fromCodePoint(node.code)
    case 'set':
      return member(node, from)
    case 'seq':
      return node.items.map((item) => write(item, hand)).join('')
    case 'choice':
      return write(from.pick(node.branches), hand)
    case 'repeat': {
      const turns = Math.min(node.max, node.min + from.below(3))
      return Array.from({ length: turns }, () => write(node.body, hand)).join('')
    }
    case 'group': {
      const text = write(node.body, hand)
      taken.set(node.index, text)
      return text
    }
    case 'atomic':
      return write(node.body, hand)
    case 'reference':
      return taken.get(node.group) ?? ''
    case 'condition':
      return write(taken.has(node.group) ? node.yes : node.no, hand)
    default:
      return ''
  }
}

/** Mostly letters and digits where the set has them, now and then one beyond ASCII. */
function member({ negated, items }: CharSet, from: Chance): string {
  const held = (code: number) => inAscii(items).some((range) => range.from <= code && code <= range.to) !== negated
  if (negated && from.below(12) === 0) return from.pick(['ü', '\u2028', '😀', '\r', '٣'])
  const preferred = [...'abc019 ./-'].filter((char) => held(char.charCodeAt(0)))
  const all = Array.from({ length: 0x7f }, (_, code) => code).filter(held)
  if (all.length === 0) return ''
  return preferred.length > 0 && from.below(5) > 0 ? from.pick(preferred) : String.fromCharCode(from.pick(all))
}
