/**
 * Python's tree → one that means the same to both engines. Where they differ:
 * - JavaScript forgets at each turn of a repeat what the groups in it held; Python keeps it. Groups that nobody reads are
 *   dropped, and a repeat that may pass over one that is read is refused (unless replay.ts has taken care of it).
 * - JavaScript refuses a turn that matches nothing; Python takes it, and then stops.
 * - JavaScript has no possessive repeats; Python's do not look back into a turn once it is over, minimum or not.
 * What hangs on whether a group took part is settle.ts's.
 */
import { askedIn, groupsIn, takesPart } from './participation.ts'
import { unsupported } from './reader.ts'
import { settle } from './settle.ts'
import { choice, EMPTY, map, type Node, type Repeat } from './tree.ts'
import { type Width, width } from './width.ts'

interface Task {
  /** Groups whose text or part somebody reads. */
  readonly live: ReadonlySet<number>
  readonly widths: Map<number, Width>
}

/**
 * @param read groups whose text the caller reads after a match; the others are kept only if the tree asks for them
 * @throws Fault `regex.unsupported` where no JavaScript means the same
 */
export function rewrite(root: Node, read: Iterable<number>): Node {
  const live = new Set(read).union(askedIn(root))
  return settle(reduce(root, { live, widths: new Map() }, false))
}

/** `behind`: inside of a lookbehind, which JavaScript reads from right to left. */
function reduce(node: Node, task: Task, behind: boolean): Node {
  switch (node.kind) {
    case 'group': {
      const body = reduce(node.body, task, behind)
      task.widths.set(node.index, width(body, task.widths))
      return task.live.has(node.index) ? { ...node, body } : body
    }
    case 'look':
      return { ...node, body: reduce(node.body, task, !node.ahead) }
    case 'atomic': {
      const body = reduce(node.body, task, behind)
      // Of a fixed width there is no second way that could matter, and a lookahead cannot be read backwards.
      return behind ? body : { ...node, body }
    }
    case 'repeat':
      return reduceRepeat({ ...node, body: reduce(node.body, task, behind) }, task, behind)
    default:
      return map(node, (child) => reduce(child, task, behind))
  }
}

function reduceRepeat(node: Repeat, task: Task, behind: boolean): Node {
  if (node.max === 0) return EMPTY
  if (node.mode === 'possessive') {
    const turn: Node = isOneCharacter(node.body) || behind ? node.body : { kind: 'atomic', body: node.body }
    const greedy = reduceRepeat({ ...node, body: turn, mode: 'greedy' }, task, behind)
    return behind ? greedy : { kind: 'atomic', body: greedy }
  }
  if (node.min === 1 && node.max === 1) return node.body
  if (node.max > 1) checkGroups(node, task)
  return mayBeEmpty(node.body, task) && node.min !== node.max ? reduceEmpty(node, task) : node
}

function checkGroups(node: Repeat, { live }: Task): void {
  const sure = takesPart(node.body)
  for (const group of groupsIn(node.body)) {
    if (live.has(group) && !sure.has(group)) {
      throw unsupported('a repeat that may pass over a group inside of it', node.at, 'take the group out of the repeat')
    }
  }
}

/** An optional item that matches nothing has taken part in Python; in JavaScript only as one of two alternatives. */
function reduceEmpty(node: Repeat, task: Task): Node {
  if (node.max === 1) return choice(node.mode === 'greedy' ? [node.body, EMPTY] : [EMPTY, node.body])
  const read = [...groupsIn(node.body)].some((group) => task.live.has(group))
  if (read || !emptyComesLast(node.body, task)) {
    throw unsupported('a repeat of something that may match nothing', node.at, 'let each turn match a character')
  }
  return node
}

/** Whether the node tries to match nothing only after all else: then it is the same to refuse that and to stop there. */
function emptyComesLast(node: Node, task: Task): boolean {
  if (!mayBeEmpty(node, task)) return true
  switch (node.kind) {
    case 'seq':
      return node.items.every((item) => emptyComesLast(item, task))
    case 'choice':
      return node.branches.every((branch, index) =>
        index === node.branches.length - 1 ? emptyComesLast(branch, task) : !mayBeEmpty(branch, task),
      )
    case 'condition':
      return emptyComesLast(node.yes, task) && emptyComesLast(node.no, task)
    case 'repeat':
      return node.mode === 'greedy' && emptyComesLast(node.body, task)
    case 'group':
      return emptyComesLast(node.body, task)
    default:
      return true // There is but one way through it.
  }
}

function mayBeEmpty(node: Node, { widths }: Task): boolean {
  return width(node, widths).min === 0
}

function isOneCharacter(node: Node): boolean {
  return node.kind === 'char' || node.kind === 'set'
}
