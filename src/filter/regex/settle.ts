/**
 * Decides `(?(n)a|b)` and references to groups that may not have taken part (Python: no match; JavaScript: an empty one).
 * Where an item leaves it open whether a group takes part, the item's alternatives become alternatives of all that
 * follows: `(?:(x)|y)b(?(1)c|d)` is `(?:(x)bc|ybd)`. That keeps the order in which the ways are tried, so that the
 * first match stays the same; it is not so for what stands before the item, hence only what follows is drawn in.
 */
import type { Fault } from '../../base/fault.ts'
import { askedIn, groupsIn, takesPart } from './participation.ts'
import { unsupported } from './reader.ts'
import { choice, EMPTY, type Node, sequence } from './tree.ts'

/** Each open group may double what follows it; beyond this many more items the expression is refused. */
const MAX_MORE_ITEMS = 20_000

interface State {
  /** Groups that have taken part where we stand; all others have not. */
  readonly known: ReadonlySet<number>
  /** Groups inside of the repeats around us: they may hold something from the turn before. */
  readonly repeated: ReadonlySet<number>
  readonly more: { items: number }
}

/** @throws Fault `regex.unsupported` where the question cannot be decided before the match */
export function settle(root: Node): Node {
  if (askedIn(root).size === 0) return root
  return line([root], { known: new Set(), repeated: new Set(), more: { items: 0 } })
}

/** Settles items that follow each other, from left to right. */
function line(items: readonly Node[], state: State): Node {
  const done: Node[] = []
  const rest = items.toReversed()
  let { known } = state
  for (let item = rest.pop(); item; item = rest.pop()) {
    if (item.kind === 'seq') {
      rest.push(...item.items.toReversed())
      continue
    }
    if (item.kind === 'condition') {
      rest.push(tookPart(item, { ...state, known }) ? item.yes : item.no)
      continue
    }
    const open = openGroups(item, rest)
    if (open.size === 0) {
      done.push(inside(item, { ...state, known }))
      known = known.union(takesPart(item))
      continue
    }
    const drawn = drawIn(open, rest)
    const ways = split(item, open)
    spend(state, ways.length * drawn.length)
    done.push(choice(ways.map((way) => line([way, ...drawn], { ...state, known }))))
    for (const one of [item, ...drawn]) known = known.union(takesPart(one))
  }
  return sequence(done)
}

/** Groups of the item that may or may not take part, and that something behind it asks for. */
function openGroups(item: Node, rest: readonly Node[]): ReadonlySet<number> {
  if (item.kind === 'look' && item.negated) return new Set()
  const open = groupsIn(item).difference(takesPart(item))
  if (open.size === 0) return open
  const asked = new Set(rest.flatMap((one) => [...askedIn(one)]))
  return open.intersection(asked)
}

/** Takes from the rest (its end comes first) all up to the last item that asks for a group that is open until then. */
function drawIn(open: ReadonlySet<number>, rest: Node[]): readonly Node[] {
  let still = open
  let drawn = 0
  for (let at = 1; at <= rest.length; at++) {
    if (askedIn(rest.at(-at)!).isDisjointFrom(still)) continue
    for (; drawn < at; drawn++) {
      const one = rest.at(-1 - drawn)!
      still = still.union(groupsIn(one).difference(takesPart(one)))
    }
  }
  return rest.splice(rest.length - drawn).reverse()
}

/** An item as alternatives that are tried in this order and that say more about the open groups. */
function split(item: Node, open: ReadonlySet<number>): readonly Node[] {
  switch (item.kind) {
    case 'choice':
      return item.branches
    case 'repeat': {
      if (item.min > 0) break
      const some: Node = item.max === 1 ? item.body : { ...item, min: 1 }
      return item.mode === 'lazy' ? [EMPTY, some] : [some, EMPTY]
    }
    case 'seq':
      return splitOne(item.items, open)
    case 'group':
      return splitOne([item.body], open).map((body) => ({ ...item, body }))
  }
  throw undecidable(open, item)
}

/** Splits the first item that has an open group. What stands before it is drawn in too, so it must have one way only. */
function splitOne(items: readonly Node[], open: ReadonlySet<number>): readonly Node[] {
  const at = items.findIndex((one) => groupsIn(one).intersection(open).difference(takesPart(one)).size > 0)
  const before = items.slice(0, at)
  if (!before.every(hasOneWay)) throw undecidable(open, items[at]!)
  return split(items[at]!, open).map((way) => sequence([...before, way, ...items.slice(at + 1)]))
}

function undecidable(open: ReadonlySet<number>, item: Node): Fault {
  return unsupported(`a question about group ${[...open][0]}, which cannot be answered before the match,`, offset(item))
}

/** Whether there is at most one way to match it at a place: then alternatives may be drawn before it. */
function hasOneWay(node: Node): boolean {
  switch (node.kind) {
    case 'seq':
      return node.items.every(hasOneWay)
    case 'group':
      return hasOneWay(node.body)
    case 'repeat':
      return node.min === node.max && hasOneWay(node.body)
    case 'choice':
    case 'condition':
      return false
    default:
      return true
  }
}

/** Settles what an item holds, apart from what follows it. */
function inside(item: Node, state: State): Node {
  switch (item.kind) {
    case 'reference':
      return tookPart(item, state) ? item : { kind: 'never' }
    case 'choice':
      return choice(item.branches.map((branch) => line([branch], state)))
    case 'repeat': {
      const repeated = item.max > 1 ? state.repeated.union(groupsIn(item.body)) : state.repeated
      return { ...item, body: line([item.body], { ...state, repeated }) }
    }
    case 'group':
    case 'look':
    case 'atomic':
      return { ...item, body: line([item.body], state) }
    default:
      return item
  }
}

function tookPart(asking: { readonly group: number; readonly at: number }, state: State): boolean {
  if (state.known.has(asking.group)) return true
  if (state.repeated.has(asking.group)) {
    throw unsupported(`a question about group ${asking.group}, which an earlier turn may have set,`, asking.at)
  }
  return false
}

function spend({ more }: State, items: number): void {
  more.items += items
  if (more.items > MAX_MORE_ITEMS) throw unsupported('conditions with too many cases', 0, 'split the expression in two')
}

function offset(node: Node): number {
  return 'at' in node ? node.at : 0
}
