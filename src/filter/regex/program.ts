/**
 * A tree as instructions for patient.ts: each says what must stand at the position and where to go on. A counted repeat is
 * written out turn by turn, so that an instruction and a position are all there is to know about how far a match is.
 */
import { unfold } from './fold.ts'
import { unsupported } from './reader.ts'
import type { CharSet, Fold, Node, Repeat, Tree, Where } from './tree.ts'
import { inAscii, kindOf, kindsOf } from './unicode.ts'
import { type GroupWidths, width } from './width.ts'

export type Instruction =
  | { readonly kind: 'accept' }
  | { readonly kind: 'fail' }
  | { readonly kind: 'char'; readonly code: number; next: number }
  | { readonly kind: 'set'; readonly holds: (code: number) => boolean; next: number }
  /** Two ways, `next` first. `number`: of this split among all. */
  | { readonly kind: 'split'; next: number; alt: number; readonly number: number }
  | { readonly kind: 'save'; readonly slot: number; next: number }
  | { readonly kind: 'anchor'; readonly where: Where; readonly word: (code: number) => boolean; next: number }
  | { readonly kind: 'look'; readonly body: number; readonly negated: boolean; readonly back: number; next: number }
  /** `alt` where it took characters, `next` where it matched nothing. */
  | { readonly kind: 'atomic'; readonly body: number; next: number; alt: number }
  | { readonly kind: 'reference'; readonly group: number; readonly fold: Fold; next: number; alt: number }
  | { readonly kind: 'condition'; readonly group: number; next: number; alt: number }

export interface Program {
  readonly code: readonly Instruction[]
  readonly start: number
  readonly splits: number
  /** Two for each group: where it begins and ends. */
  readonly slots: number
  /**
   * Groups that conditions ask for: what follows from an instruction and a position hangs on them alone. undefined: it
   * hangs on what groups hold, since there are references, or on too many groups.
   */
  readonly asked: readonly number[] | undefined
  /** Whether a match may begin with this character; undefined: anywhere, even at the end. */
  readonly mayBegin: ((code: number) => boolean) | undefined
  /** A match can only begin at the start of the text. */
  readonly anchored: boolean
}

/** Instructions; each may be visited once at each position of a line. */
const MAX_SIZE = 20_000
/** Each makes four cases of everything. */
const MAX_ASKED = 3

/** @throws Fault `regex.unsupported` for a tree that comes to too many instructions */
export function program(tree: Tree): Program {
  const draft: Draft = { code: [], splits: 0, widths: widthsOf(tree.root), asked: new Set(), sets: setTests() }
  const start = emit(unfold(tree.root), add(draft, { kind: 'accept' }), draft)
  const begins = beginnings(draft.code, start)
  return {
    code: draft.code,
    start,
    splits: draft.splits,
    slots: 2 * (tree.groups + 1),
    asked: draft.asked && draft.asked.size <= MAX_ASKED ? [...draft.asked] : undefined,
    mayBegin: begins === 'start' ? undefined : begins,
    anchored: begins === 'start',
  }
}

interface Draft {
  readonly code: Instruction[]
  splits: number
  readonly widths: GroupWidths
  asked: Set<number> | undefined
  readonly sets: SetTests
}

function add(draft: Draft, instruction: Instruction): number {
  if (draft.code.length >= MAX_SIZE) throw unsupported('too many counted turns', 0)
  return draft.code.push(instruction) - 1
}

/** Writes the node, from its end to its beginning; behind it goes on at `next`. Returns where it begins. */
function emit(node: Node, next: number, draft: Draft): number {
  switch (node.kind) {
    case 'char':
      return add(draft, { kind: 'char', code: node.code, next })
    case 'set':
      return add(draft, { kind: 'set', holds: draft.sets.of(node), next })
    case 'seq':
      return node.items.reduceRight((after, item) => emit(item, after, draft), next)
    case 'choice': {
      const ways = node.branches.map((branch) => emit(branch, next, draft))
      return ways.reduceRight((alt, way) => split(draft, way, alt))
    }
    case 'repeat':
      return emitRepeat(node, next, draft)
    case 'group': {
      const end = add(draft, { kind: 'save', slot: 2 * node.index + 1, next })
      return add(draft, { kind: 'save', slot: 2 * node.index, next: emit(node.body, end, draft) })
    }
    case 'atomic':
      return add(draft, { kind: 'atomic', body: apart(node.body, draft), next, alt: next })
    case 'look': {
      const back = node.ahead ? 0 : width(node.body, draft.widths).min
      return add(draft, { kind: 'look', body: apart(node.body, draft), negated: node.negated, back, next })
    }
    case 'anchor':
      return add(draft, { kind: 'anchor', where: node.where, word: draft.sets.word(node.ascii), next })
    case 'reference':
      draft.asked = undefined
      return add(draft, { kind: 'reference', group: node.group, fold: node.fold, next, alt: next })
    case 'condition': {
      draft.asked?.add(node.group)
      const [yes, no] = [emit(node.yes, next, draft), emit(node.no, next, draft)]
      return add(draft, { kind: 'condition', group: node.group, next: yes, alt: no })
    }
    case 'never':
      return add(draft, { kind: 'fail' })
    default:
      return node satisfies never
  }
}

function apart(body: Node, draft: Draft): number {
  return emit(body, add(draft, { kind: 'accept' }), draft)
}

function split(draft: Draft, next: number, alt: number): number {
  return add(draft, { kind: 'split', next, alt, number: draft.splits++ })
}

function emitRepeat(node: Repeat, next: number, draft: Draft): number {
  if (node.max === 0) return next
  if (node.mode === 'possessive') {
    // A turn that is over is not looked into again, its least number of turns or not.
    const body: Node = { kind: 'atomic', body: node.body }
    return emit({ kind: 'atomic', body: { ...node, body, mode: 'greedy' } }, next, draft)
  }
  let entry = next
  if (node.max === Number.POSITIVE_INFINITY) entry = emitLoop(node, next, draft)
  else for (let turn = node.min; turn < node.max; turn++) entry = emitTurn(node, { go: entry, stop: next }, draft)
  for (let turn = 0; turn < node.min; turn++) {
    const before = entry
    entry = emit(node.body, before, draft)
    if (entry === before) break
  }
  return entry
}

function emitLoop(node: Repeat, next: number, draft: Draft): number {
  const head = split(draft, next, next)
  const way = turn(node, { go: head, stop: next }, draft)
  const instruction = draft.code[head] as Extract<Instruction, { kind: 'split' }>
  if (node.mode === 'lazy') instruction.alt = way
  else instruction.next = way
  return head
}

function emitTurn(node: Repeat, exits: Exits, draft: Draft): number {
  const way = turn(node, exits, draft)
  return node.mode === 'lazy' ? split(draft, exits.stop, way) : split(draft, way, exits.stop)
}

/** Where a turn goes on: to more turns, or behind the repeat if it matched nothing (as CPython does). */
interface Exits {
  readonly go: number
  readonly stop: number
}

/**
 * A turn that may match nothing is written twice: the first copy is for as long as it has taken no character, and each
 * instruction in it that takes one leads on into the second.
 */
function turn({ body }: Repeat, { go, stop }: Exits, draft: Draft): number {
  const { code } = draft
  if (width(body, draft.widths).min > 0 || go === stop) return emit(body, go, draft)
  const second = code.length
  emit(body, go, draft)
  const first = code.length
  const entry = emit(body, stop, draft)
  for (let at = first; at < code.length; at++) {
    const [here, there] = [code[at]!, code[at - first + second]!]
    if ((here.kind === 'char' || here.kind === 'set') && here.kind === there.kind) here.next = there.next
    if ((here.kind === 'atomic' || here.kind === 'reference') && here.kind === there.kind) here.alt = there.alt
  }
  return entry
}

function widthsOf(root: Node): GroupWidths {
  const widths = new Map<number, { min: number; max: number }>()
  const visit = (node: Node): void => {
    switch (node.kind) {
      case 'seq':
        for (const item of node.items) visit(item)
        break
      case 'choice':
        for (const branch of node.branches) visit(branch)
        break
      case 'condition':
        visit(node.yes)
        visit(node.no)
        break
      case 'group':
        visit(node.body)
        widths.set(node.index, width(node.body, widths))
        break
      case 'repeat':
      case 'atomic':
      case 'look':
        visit(node.body)
    }
  }
  visit(root)
  return widths
}

interface SetTests {
  of(set: CharSet): (code: number) => boolean
  word(ascii: boolean): (code: number) => boolean
}

/** Kinds of characters beyond ASCII that are remembered. */
const MAX_KNOWN = 4096

function setTests(): SetTests {
  const kinds = new Map<number, ReturnType<typeof kindOf>>()
  const kind = (code: number) => {
    const known = kinds.get(code)
    if (known) return known
    if (kinds.size >= MAX_KNOWN) kinds.clear()
    const found = kindOf(String.fromCodePoint(code))
    kinds.set(code, found)
    return found
  }
  const of = ({ negated, items }: CharSet) => {
    const ascii = new Uint8Array(128).fill(negated ? 1 : 0)
    for (const { from, to } of inAscii(items)) ascii.fill(negated ? 0 : 1, from, to + 1)
    const beyond = (code: number) =>
      items.some((item) =>
        item.kind === 'range' ? item.from <= code && code <= item.to : kindsOf(item).includes(kind(code)),
      )
    return (code: number) => (code < 128 ? ascii[code] === 1 : beyond(code) !== negated)
  }
  const words = [false, true].map((ascii) =>
    of({ kind: 'set', negated: false, items: [{ kind: 'class', name: 'w', negated: false, ascii }], fold: 'none' }),
  )
  return { of, word: (ascii) => words[ascii ? 1 : 0]! }
}

/** With which characters a match can begin; `start`: at the start of the text alone; undefined: nobody knows. */
function beginnings(code: readonly Instruction[], start: number): ((code: number) => boolean) | 'start' | undefined {
  const tests: ((code: number) => boolean)[] = []
  let open = false
  let anchored = true
  const seen = new Set<number>([start])
  for (const at of seen) {
    const one = code[at]!
    if (one.kind === 'anchor' && one.where === 'start') continue
    if (one.kind !== 'save' && one.kind !== 'split' && one.kind !== 'fail') anchored = false
    if (one.kind === 'char') tests.push((other) => other === one.code)
    else if (one.kind === 'set') tests.push(one.holds)
    else if (one.kind === 'save' || one.kind === 'anchor' || one.kind === 'look') seen.add(one.next)
    else if (one.kind === 'split') seen.add(one.next).add(one.alt)
    else if (one.kind !== 'fail') open = true
  }
  if (anchored) return 'start'
  // A branch that stands at the start alone may begin with anything there.
  const mayStart = [...seen].some((at) => code[at]!.kind === 'anchor')
  return open || mayStart ? undefined : (one) => tests.some((test) => test(one))
}
