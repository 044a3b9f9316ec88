/**
 * How the time of a failing search can grow with the text, told from the tree alone. On the safe side: `linear` is
 * certain, the others are possible. Time grows exponentially where a loop can take one text in two ways, and as a power
 * of the length where two loops, one behind the other, can share a text out in many ways.
 */
import { ANY, type Automaton, automaton, type Bits, isLoop, type Loop } from './automaton.ts'
import { type Node, walk } from './tree.ts'

export type Risk = 'linear' | 'polynomial' | 'exponential'

/** The loop is said to be ambiguous if more pairs follow each other in it: the check takes the square of their number. */
const MAX_PAIRS_IN_LOOP = 3000

export function risk(root: Node): Risk {
  const main = automaton(root)
  const looks = lookarounds(root).map(automaton)
  const parts = [main, ...looks]
  if (parts.some((part) => part.cut || part.loops.some((loop) => isAmbiguous(part, loop)))) return 'exponential'
  if (parts.some(sharing) || comparesLoops(root)) return 'polynomial'
  const anchored = startsAtStart(root)
  // A search that may begin anywhere is a loop before the first position.
  if (!anchored && main.loops.some((loop) => reaches(main, ANY, main.first, loop))) return 'polynomial'
  const again = !anchored || hasLookInLoop(root)
  return again && looks.some(({ loops }) => loops.length > 0) ? 'polynomial' : 'linear'
}

/** Whether a match can only begin at the start of the text. */
function startsAtStart(node: Node): boolean {
  switch (node.kind) {
    case 'anchor':
      return node.where === 'start'
    case 'seq':
      return node.items.length > 0 && startsAtStart(node.items[0]!)
    case 'choice':
      return node.branches.every(startsAtStart)
    case 'group':
    case 'atomic':
      return startsAtStart(node.body)
    default:
      return false
  }
}

function lookarounds(root: Node): readonly Node[] {
  return walk(root).flatMap((node) => (node.kind === 'look' ? [node.body] : []))
}

function hasLookInLoop(root: Node): boolean {
  return walk(root).some((node) => node.kind === 'repeat' && isLoop(node) && lookarounds(node).length > 0)
}

/** A reference is compared again for each length that its group may have. */
function comparesLoops(root: Node): boolean {
  const nodes = walk(root)
  const asked = new Set(nodes.flatMap((node) => (node.kind === 'reference' ? [node.group] : [])))
  return nodes.some(
    (node) =>
      node.kind === 'group' &&
      asked.has(node.index) &&
      walk(node).some((part) => part.kind === 'repeat' && isLoop(part)),
  )
}

/**
 * Whether one text can lead in two ways through the loop from a position to itself: by two ways from one position to the
 * next, or by two different positions that go on together until they meet again.
 */
function isAmbiguous(part: Automaton, loop: Loop): boolean {
  const positions = positionsOf(loop)
  const within = new Map(positions.map((at) => [at, [...part.follow[at]!].filter(([next]) => holds(loop, next))]))
  if ([...within.values()].some((list) => list.some(([, ways]) => ways > 1))) return true
  if (positions.length === 1) return false
  if ([...within.values()].reduce((all, list) => all + list.length, 0) > MAX_PAIRS_IN_LOOP) return true
  const { ahead, behind } = pairs(part, within)
  const size = part.sets.length
  const same = positions.map((at) => at * size + at)
  const apart = reachable(same, ahead)
  const together = reachable(same, behind)
  return [...apart].some((pair) => Math.floor(pair / size) !== pair % size && together.has(pair))
}

/** Which pairs of positions one character leads to from a pair, and the other way round. A pair is a * size + b. */
function pairs(part: Automaton, within: ReadonlyMap<number, readonly (readonly [number, number])[]>) {
  const size = part.sets.length
  const ahead = new Map<number, number[]>()
  const behind = new Map<number, number[]>()
  for (const [a, afterA] of within) {
    for (const [b, afterB] of within) {
      for (const [x] of afterA) {
        for (const [y] of afterB) {
          if ((part.sets[x]! & part.sets[y]!) === 0n) continue
          append(ahead, a * size + b, x * size + y)
          append(behind, x * size + y, a * size + b)
        }
      }
    }
  }
  return { ahead, behind }
}

function append(into: Map<number, number[]>, key: number, value: number): void {
  const list = into.get(key)
  if (list) list.push(value)
  else into.set(key, [value])
}

function reachable(from: readonly number[], edges: ReadonlyMap<number, readonly number[]>): ReadonlySet<number> {
  const seen = new Set(from)
  for (const at of seen) for (const next of edges.get(at) ?? []) seen.add(next)
  return seen
}

/** Whether two loops, one behind the other, can share a text out between them in more ways than one. */
function sharing(part: Automaton): boolean {
  return part.loops.some((one) => {
    const after = positionsOf(one).flatMap((at) => [...part.follow[at]!.keys()].filter((next) => !holds(one, next)))
    return part.loops.some((other) => other.from > one.from && reaches(part, bitsOf(part, one), after, other))
  })
}

/** Whether the loop can be reached from there by characters that both a loop before (`bits`) and this one match. */
function reaches(part: Automaton, bits: Bits, from: readonly number[], loop: Loop): boolean {
  const shared = bits & bitsOf(part, loop)
  const fits = (at: number) => (part.sets[at]! & shared) !== 0n
  const seen = new Set(from.filter(fits))
  for (const at of seen) {
    if (holds(loop, at)) return true
    for (const next of part.follow[at]!.keys()) if (fits(next)) seen.add(next)
  }
  return false
}

function holds({ from, to }: Loop, at: number): boolean {
  return at >= from && at < to
}

function positionsOf({ from, to }: Loop): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

function bitsOf(part: Automaton, loop: Loop): Bits {
  return positionsOf(loop).reduce((bits, at) => bits | part.sets[at]!, 0n)
}
