/**
 * How many steps a backtracking search takes, counted: the same on every machine, and much what CPython's `re` takes.
 * A search in the tree itself, for lines of some hundred characters.
 */
import type { CharSet, Node, Repeat } from '../../filter/regex/tree.ts'
import { holds } from './example.ts'

/** Steps of a search that fails or not; at most `cap`. ASCII text. */
export function steps(root: Node, text: string, cap: number): number {
  const count: Count = { text, cap, taken: 0, groups: new Map(), sets: new Map() }
  for (let at = 0; at <= text.length && count.taken < cap; at++) if (go(root, at, count, () => true)) break
  return Math.min(count.taken, cap)
}

interface Count {
  readonly text: string
  readonly cap: number
  taken: number
  readonly groups: Map<number, string>
  /** What each set says of the characters it was asked for. */
  readonly sets: Map<CharSet, (boolean | undefined)[]>
}

/** Whether the node and then all that follows it match from `at`. Over the cap it says yes, to come to an end. */
function go(node: Node, at: number, count: Count, then: (at: number) => boolean): boolean {
  if (++count.taken >= count.cap) return true
  const code = count.text.charCodeAt(at)
  switch (node.kind) {
    case 'char':
      return at < count.text.length && isChar(node, code) && then(at + 1)
    case 'set':
      return at < count.text.length && isIn(node, code, count) && then(at + 1)
    case 'seq':
      return follow(node.items, 0, at, count, then)
    case 'choice':
      return node.branches.some((branch) => go(branch, at, count, then))
    case 'repeat':
      return turn(node, 0, at, count, then)
    case 'group':
      return go(node.body, at, count, (end) => {
        count.groups.set(node.index, count.text.slice(at, end))
        return then(end)
      })
    case 'atomic': {
      let end = -1
      go(node.body, at, count, (found) => {
        end = found
        return true
      })
      return end >= 0 && then(end)
    }
    case 'look':
      // What stands behind is no matter here: lookbehinds have a fixed width, and cost little.
      return !node.ahead || go(node.body, at, count, () => true) !== node.negated ? then(at) : false
    case 'anchor':
      return isAnchored(node.where, at, count.text) && then(at)
    case 'reference': {
      const held = count.groups.get(node.group) ?? ''
      return count.text.startsWith(held, at) && then(at + held.length)
    }
    case 'condition':
      return go(count.groups.has(node.group) ? node.yes : node.no, at, count, then)
    case 'never':
      return false
    default:
      return node satisfies never
  }
}

function follow(
  items: readonly Node[],
  index: number,
  at: number,
  count: Count,
  then: (at: number) => boolean,
): boolean {
  const item = items[index]
  return item ? go(item, at, count, (end) => follow(items, index + 1, end, count, then)) : then(at)
}

function turn(node: Repeat, turns: number, at: number, count: Count, then: (at: number) => boolean): boolean {
  if (count.taken >= count.cap) return true
  const more = () =>
    turns < node.max &&
    go(node.body, at, count, (end) => (end > at || turns < node.min) && turn(node, turns + 1, end, count, then))
  if (turns < node.min) return more()
  return node.mode === 'lazy' ? then(at) || more() : more() || then(at)
}

function isChar({ code, fold }: Extract<Node, { kind: 'char' }>, found: number): boolean {
  return (
    code === found ||
    (fold !== 'none' && String.fromCodePoint(code).toLowerCase() === String.fromCharCode(found).toLowerCase())
  )
}

function isIn(set: CharSet, code: number, { sets }: Count): boolean {
  const known = sets.get(set) ?? []
  if (known.length === 0) sets.set(set, known)
  known[code] ??= holds(set, code)
  return known[code]
}

function isAnchored(where: Extract<Node, { kind: 'anchor' }>['where'], at: number, text: string): boolean {
  const atWord = (index: number) => /\w/.test(text[index] ?? '')
  switch (where) {
    case 'start':
      return at === 0
    case 'last':
      return at === text.length
    case 'end':
      return at === text.length || (at === text.length - 1 && text[at] === '\n')
    case 'line-start':
      return at === 0 || text[at - 1] === '\n'
    case 'line-end':
      return at === text.length || text[at] === '\n'
    case 'boundary':
      return atWord(at - 1) !== atWord(at)
    case 'inside':
      return atWord(at - 1) === atWord(at)
    default:
      return where satisfies never
  }
}
