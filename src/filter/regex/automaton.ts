/**
 * The positions of an expression (one for each character or set in it) and which may follow which, as Glushkov's
 * construction has it. A pair that can follow in two ways is counted twice: then there are two ways to match one text.
 */
import type { Node, Repeat, SetItem } from './tree.ts'
import { ASCII_END, inAscii, KINDS, kindsOf } from './unicode.ts'

/** Characters as bits: 0-127 are ASCII, then one for each kind beyond. */
export type Bits = bigint

export interface Automaton {
  /** By position: what it matches. */
  readonly sets: readonly Bits[]
  /** By position: what may follow, and in how many ways. */
  readonly follow: readonly ReadonlyMap<number, number>[]
  readonly first: readonly number[]
  /** Where a match can end. */
  readonly last: readonly number[]
  /** The outermost loops: within one, every position can be reached from every other. */
  readonly loops: readonly Loop[]
  /** It is not complete: there was too much of it. */
  readonly cut: boolean
}

/** The positions from `from` on, without `to`. */
export interface Loop {
  readonly from: number
  readonly to: number
}

/** Repeats of at most so many turns cost a constant factor, which is not counted as growth. */
const FEW_TURNS = 20

export const ANY: Bits = (1n << BigInt(ASCII_END + 1 + KINDS.length)) - 1n

/** Bounds for expressions of thousands of alternatives; a stock filter has some hundred positions. */
const MAX_POSITIONS = 20_000
const MAX_PAIRS = 200_000

/** Lookarounds and anchors are left out: they only take ways away. */
export function automaton(root: Node): Automaton {
  const draft: Draft = { sets: [], follow: [], loops: [], pairs: 0, depth: 0 }
  const { first, last } = build(root, draft)
  return { ...draft, first, last: last.map(({ at }) => at), cut: isFull(draft) }
}

/** Whether a repeat may go on for as long as the text does. */
export function isLoop(node: Repeat): boolean {
  return node.max > FEW_TURNS
}

interface Draft {
  readonly sets: Bits[]
  readonly follow: Map<number, number>[]
  readonly loops: Loop[]
  /** How many pairs follow each other so far. */
  pairs: number
  /** How many loops there are around us. */
  depth: number
}

function isFull({ sets, pairs }: Draft): boolean {
  return sets.length > MAX_POSITIONS || pairs > MAX_PAIRS
}

/** A piece of the automaton: where it begins and ends, and whether it may match nothing. */
interface Piece {
  readonly first: readonly number[]
  readonly last: readonly Exit[]
  readonly empty: boolean
}

/** A position that may be the last one of a piece. `never`: a possessive loop would have taken these itself. */
interface Exit {
  readonly at: number
  readonly never: Bits
}

const NOTHING: Piece = { first: [], last: [], empty: true }

function build(node: Node, draft: Draft): Piece {
  if (isFull(draft)) return NOTHING
  switch (node.kind) {
    case 'char':
      return position(bitsOf([{ kind: 'range', from: node.code, to: node.code }], node.fold !== 'none'), draft)
    case 'set': {
      const bits = bitsOf(node.items, node.fold !== 'none')
      return position(node.negated ? ANY & ~(bits & ASCII) : bits, draft)
    }
    case 'seq':
      return node.items.reduce<Piece>((before, item) => join(before, build(item, draft), draft), NOTHING)
    case 'choice':
      return either(node.branches.map((branch) => build(branch, draft)))
    case 'condition':
      return either([build(node.yes, draft), build(node.no, draft)])
    case 'repeat':
      return buildRepeat(node, draft)
    case 'group':
      return build(node.body, draft)
    case 'atomic':
      return node.body.kind === 'repeat' ? greedyAlone(node.body, draft) : build(node.body, draft)
    case 'reference':
      return { ...position(ANY, draft), empty: true }
    case 'look':
    case 'anchor':
      return NOTHING
    case 'never':
      return { ...NOTHING, empty: false }
    default:
      return node satisfies never
  }
}

function buildRepeat(node: Repeat, draft: Draft): Piece {
  if (node.max === 0) return NOTHING
  if (node.mode === 'possessive') return greedyAlone(node, draft)
  const piece = isLoop(node) ? buildLoop(node, draft) : buildTurns(node, draft)
  return { ...piece, empty: piece.empty || node.min === 0 }
}

/** An endless loop over one set that gives nothing back: what follows cannot be of the set. */
function greedyAlone(node: Repeat, draft: Draft): Piece {
  const piece = buildRepeat({ ...node, mode: 'greedy' }, draft)
  const endless = node.max === Number.POSITIVE_INFINITY && (node.body.kind === 'char' || node.body.kind === 'set')
  if (!endless || node.mode === 'lazy') return piece
  return { ...piece, last: piece.last.map(({ at, never }) => ({ at, never: never | draft.sets[at]! })) }
}

function buildLoop(node: Repeat, draft: Draft): Piece {
  const from = draft.sets.length
  draft.depth++
  const piece = build(node.body, draft)
  draft.depth--
  connect(piece.last, piece.first, draft)
  if (draft.depth === 0 && draft.sets.length > from) draft.loops.push({ from, to: draft.sets.length })
  return piece
}

/** Two turns show whether one turn's loops can take what belongs to the next one's. */
function buildTurns(node: Repeat, draft: Draft): Piece {
  const piece = build(node.body, draft)
  return node.max === 1 ? piece : join(piece, { ...build(node.body, draft), empty: true }, draft)
}

function position(bits: Bits, draft: Draft): Piece {
  const at = draft.sets.push(bits) - 1
  draft.follow.push(new Map())
  return { first: [at], last: [{ at, never: 0n }], empty: false }
}

function join(before: Piece, after: Piece, draft: Draft): Piece {
  connect(before.last, after.first, draft)
  return {
    first: before.empty ? [...before.first, ...after.first] : before.first,
    last: after.empty ? [...before.last, ...after.last] : after.last,
    empty: before.empty && after.empty,
  }
}

function either(pieces: readonly Piece[]): Piece {
  return {
    first: pieces.flatMap((piece) => piece.first),
    last: pieces.flatMap((piece) => piece.last),
    empty: pieces.some((piece) => piece.empty),
  }
}

function connect(from: readonly Exit[], to: readonly number[], draft: Draft): void {
  draft.pairs += from.length * to.length
  if (isFull(draft)) return
  for (const { at, never } of from) {
    const follow = draft.follow[at]!
    for (const after of to) if ((draft.sets[after]! & ~never) !== 0n) follow.set(after, (follow.get(after) ?? 0) + 1)
  }
}

const ASCII: Bits = (1n << BigInt(ASCII_END + 1)) - 1n

/** More than the items hold where that is simpler: a range beyond ASCII stands for all kinds there. */
function bitsOf(items: readonly SetItem[], folded: boolean): Bits {
  let bits = 0n
  for (const { from, to } of inAscii(items)) bits |= ((1n << BigInt(to - from + 1)) - 1n) << BigInt(from)
  if (folded) bits |= otherCase(bits)
  for (const item of items) {
    if (item.kind === 'class') for (const kind of kindsOf(item)) bits |= bitOf(kind)
    else if (item.to > ASCII_END) bits |= ANY & ~ASCII
  }
  return bits
}

function bitOf(kind: (typeof KINDS)[number]): Bits {
  return 1n << BigInt(ASCII_END + 1 + KINDS.indexOf(kind))
}

const CAPITALS: Bits = ((1n << 26n) - 1n) << 65n

function otherCase(bits: Bits): Bits {
  return ((bits & CAPITALS) << 32n) | ((bits >> 32n) & CAPITALS)
}
