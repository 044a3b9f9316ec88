/**
 * Groups inside of a loop that a turn may pass over: `(?:user=(?P<user>\w+), |\w+=\w*, )*`. Python keeps what the last turn
 * that had the group found; JavaScript forgets it in the next turn. So the match only notes where the loop stood, and
 * its turns are found again afterwards, one after the other: a turn is the first way through the body from which the
 * rest of the loop and all that follows still match, which is how the match itself had chosen it.
 */
import { askedIn, groupsIn, takesPart } from './participation.ts'
import { map, type Node, type Repeat, sequence, type Tree } from './tree.ts'
import { width } from './width.ts'

export interface Replay {
  /** Group with all that was matched before the loop. */
  readonly before: number
  /** Group with all that the loop matched. */
  readonly loop: number
  /** One turn, to be matched where it begins. */
  readonly turn: Node
  /** The named groups that it reads. */
  readonly names: ReadonlyMap<string, number>
}

export interface Plan {
  readonly root: Node
  /** The named groups that the match itself finds. */
  readonly names: ReadonlyMap<string, number>
  readonly replays: readonly Replay[]
}

/** Loops at the top level of the expression are replayed; deeper ones are left for rewrite.ts to refuse. */
export function plan(tree: Tree): Plan {
  const items = sequence([tree.root])
  const all = items.kind === 'seq' ? items.items : [items]
  const read = new Set(tree.names.values())
  const replays: Replay[] = []
  let done: Node[] = []
  for (const [index, item] of all.entries()) {
    const replayed = mustReplay(item, read) && canReplay(item, all.slice(index + 1), tree)
    if (!replayed) {
      done.push(item)
      continue
    }
    const rest = all.slice(index + 1)
    const before = tree.groups + 1 + 2 * replays.length
    const loop = before + 1
    const again = { ...item, min: 0, body: withoutGroups(item.body) }
    const after: Node = {
      kind: 'look',
      ahead: true,
      negated: false,
      body: sequence([again, ...rest.map(withoutGroups)]),
    }
    const inside = groupsIn(item.body)
    const names = new Map([...tree.names].filter(([, group]) => inside.has(group)))
    replays.push({ before, loop, turn: sequence([item.body, after]), names })
    done = [
      { kind: 'group', index: before, body: sequence(done), at: 0 },
      { kind: 'group', index: loop, body: { ...again, min: item.min }, at: item.at },
    ]
  }
  const left = [...tree.names].filter(([name]) => !replays.some((replay) => replay.names.has(name)))
  return replays.length === 0 ? { ...tree, replays } : { root: sequence(done), names: new Map(left), replays }
}

function mustReplay(item: Node, read: ReadonlySet<number>): item is Repeat {
  if (item.kind !== 'repeat' || item.max <= 1) return false
  return [...groupsIn(item.body).difference(takesPart(item.body))].some((group) => read.has(group))
}

/** A turn is found without what stands before it and without a count of turns. */
function canReplay(item: Repeat, rest: readonly Node[], tree: Tree): boolean {
  const endless = item.max === Number.POSITIVE_INFINITY && item.min <= 1 && item.mode !== 'possessive'
  const asks = [item.body, ...rest].some((node) => askedIn(node).size > 0)
  const asked = groupsIn(item.body).intersection(askedIn(tree.root)).size > 0
  return endless && !asks && !asked && width(item.body, new Map()).min > 0
}

function withoutGroups(node: Node): Node {
  return node.kind === 'group' ? withoutGroups(node.body) : map(node, withoutGroups)
}
