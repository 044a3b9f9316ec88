/** Hostile texts for a pattern, made from its tree: each loop gets its word again and again, then something that fails. */
import { parse } from '../../../src/filter/regex/parse.ts'
import { map, type Node, type Repeat, walk } from '../../../src/filter/regex/tree.ts'
import type { Chance } from './random.ts'
import { sampleOf } from './sample.ts'

/** About so many characters each; two for each loop, with all that stands around it and without. */
export function pumped(pattern: string, length: number, from: Chance): readonly string[] {
  const { root } = parse(pattern)
  const loops = walk(root).filter((node): node is Repeat => node.kind === 'repeat' && node.max > 20)
  return loops.flatMap((loop) => {
    const word = sampleOf({ ...loop, mode: 'greedy', min: 1, max: 3 }, from) || 'a'
    const again = word.repeat(Math.ceil(length / word.length))
    const whole = sampleOf(swapped(root, loop), from)
    const at = whole.indexOf(MARK)
    const before = at < 0 ? '' : whole.slice(0, at)
    return [`${again}\u00a7`, `${before}${again}${whole.slice(at + 1)}\u00a7\n`]
  })
}

/** A character that no expression names. */
const MARK = '\ue123'

function swapped(node: Node, loop: Repeat): Node {
  if (node === loop) return { kind: 'char', code: MARK.charCodeAt(0), fold: 'none' }
  return map(node, (child) => swapped(child, loop))
}
