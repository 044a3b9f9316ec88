/**
 * A second engine, for lines that the first one chokes on. It tries the same ways in the same order as CPython, and so
 * finds the same; but it never tries twice what failed before: an instruction at a position fails again whatever way led
 * to it. So its time grows with the text and not with the number of ways through it. For each character it is some
 * ten times slower than V8's machine code. A reference makes what failed hang on what a group holds: expressions that
 * have one are tried to the end, or to the limit of steps.
 */
import { Fault } from '../../base/fault.ts'
import { lowerOf } from './fold.ts'
import type { Match } from './matcher.ts'
import { type Instruction, type Program, program } from './program.ts'
import type { Fold, Tree } from './tree.ts'

/**
 * @param steps the most that are taken; one takes some 10 ns
 * @throws Fault `regex.overrun` after that many steps
 */
export type PatientSearch = (text: string, steps?: number) => Match | undefined

/** About 100 ms; for an expression with references 20, since it has more of them for every line alike. */
const MOST_STEPS = 5_000_000
const MOST_BLIND_STEPS = 1_000_000
/** Bits for what failed: 32 MiB. The longest line and some hundred branches need 2. */
const MOST_BITS = 2 ** 28

/** @throws Fault `regex.unsupported` for a tree that is too large */
export function patient(tree: Tree): PatientSearch {
  const built = program(tree)
  const named = [...tree.names]
  return (text, steps = built.asked ? MOST_STEPS : MOST_BLIND_STEPS) => {
    const chars = codesOf(text)
    const run = runOf(built, chars, steps)
    const end = search(run)
    if (end < 0) return undefined
    const unit = chars.length === text.length ? (at: number) => at : unitsOf(chars)
    const groups: Record<string, string> = Object.create(null)
    for (const [name, group] of named) {
      const [start, stop] = [run.slots[2 * group]!, run.slots[2 * group + 1]!]
      if (start >= 0 && stop >= start) groups[name] = text.slice(unit(start), unit(stop))
    }
    return { start: unit(run.slots[0]!), end: unit(end), groups }
  }
}

interface Run {
  readonly program: Program
  readonly chars: Uint32Array
  readonly slots: Int32Array
  /** A bit for each split at each position: it was tried. undefined: it may come out differently the next time. */
  readonly tried: Uint32Array | undefined
  /** Bits that were set inside of atomic groups and lookarounds: where one matches, what it tried did not fail. */
  readonly inside: number[]
  steps: number
  depth: number
}

function runOf(built: Program, chars: Uint32Array, steps: number): Run {
  const bits = built.splits * (chars.length + 1) * 4 ** (built.asked?.length ?? 0)
  if (bits > MOST_BITS) throw overrun()
  return {
    program: built,
    chars,
    slots: new Int32Array(built.slots).fill(-1),
    tried: built.asked ? new Uint32Array((bits >> 5) + 1) : undefined,
    inside: [],
    steps,
    depth: 0,
  }
}

function overrun(): Fault {
  return new Fault('regex.overrun', 'matching took too many steps and was stopped')
}

function search(run: Run): number {
  const { program, chars, slots } = run
  const { mayBegin } = program
  const last = program.anchored ? 0 : chars.length
  for (let start = 0; start <= last; start++) {
    if (mayBegin && (start === chars.length || !mayBegin(chars[start]!))) continue
    const end = attempt(run, program.start, start)
    if (end >= 0) {
      slots[0] = start
      return end
    }
  }
  return -1
}

/** Where the match of an instruction and all that follows ends; -1 for none, and then the slots are as before. */
function attempt(run: Run, startAt: number, startPosition: number): number {
  const { program, chars, slots, tried } = run
  const { code, splits } = program
  const asked = program.asked && program.asked.length > 0 ? program.asked : undefined
  const width = chars.length + 1
  /** Where else to go on: pairs of an instruction and a position, or of a slot (as -1 - slot) and what it held. */
  const stack: number[] = []
  const kept: Int32Array[] = []
  let at = startAt
  let position = startPosition
  for (;;) {
    if (--run.steps < 0) throw overrun()
    const one = code[at]!
    let failed = false
    switch (one.kind) {
      case 'char':
        if (chars[position] === one.code && position < chars.length) {
          position++
          at = one.next
        } else failed = true
        break
      case 'set':
        if (position < chars.length && one.holds(chars[position]!)) {
          position++
          at = one.next
        } else failed = true
        break
      case 'split': {
        if (tried) {
          const bit = (asked ? caseOf(asked, slots, position) * splits + one.number : one.number) * width + position
          const [word, mask] = [bit >>> 5, 1 << (bit & 31)]
          if (tried[word]! & mask) {
            failed = true
            break
          }
          tried[word]! |= mask
          if (run.depth > 0) run.inside.push(bit)
        }
        stack.push(one.alt, position)
        at = one.next
        break
      }
      case 'save':
        stack.push(-1 - one.slot, slots[one.slot]!)
        slots[one.slot] = position
        at = one.next
        break
      case 'anchor':
        if (holdsAnchor(one, chars, position)) at = one.next
        else failed = true
        break
      case 'look':
      case 'atomic': {
        const before = slots.slice()
        const from = one.kind === 'look' ? position - one.back : position
        const end = from < 0 ? -1 : within(run, one.body, from)
        const negated = one.kind === 'look' && one.negated
        if (end >= 0 === negated) {
          slots.set(before)
          failed = true
          break
        }
        if (negated) slots.set(before)
        else stack.push(-1 - slots.length, kept.push(before) - 1)
        at = one.kind === 'atomic' && end > position ? one.alt : one.next
        if (one.kind === 'atomic') position = end
        break
      }
      case 'reference': {
        const end = afterReference(run, one, position)
        if (end < 0) failed = true
        else {
          at = end > position ? one.alt : one.next
          position = end
        }
        break
      }
      case 'condition':
        at = tookPart(slots, one.group) ? one.next : one.alt
        break
      case 'accept':
        return position
      case 'fail':
        failed = true
        break
      default:
        one satisfies never
    }
    if (!failed) continue
    for (;;) {
      if (stack.length === 0) return -1
      const value = stack.pop()!
      const key = stack.pop()!
      if (key >= 0) {
        at = key
        position = value
        break
      }
      if (-1 - key === slots.length) slots.set(kept[value]!)
      else slots[-1 - key] = value
    }
  }
}

/** What stands inside of an atomic group or a lookaround, on its own. */
function within(run: Run, body: number, position: number): number {
  const before = run.inside.length
  run.depth++
  const end = attempt(run, body, position)
  run.depth--
  if (end >= 0 && run.tried) {
    for (let index = before; index < run.inside.length; index++) {
      const bit = run.inside[index]!
      run.tried[bit >>> 5]! &= ~(1 << (bit & 31))
    }
    run.inside.length = before
  }
  if (run.depth === 0) run.inside.length = 0
  return end
}

type Of<K extends Instruction['kind']> = Extract<Instruction, { kind: K }>

function holdsAnchor({ where, word }: Of<'anchor'>, chars: Uint32Array, position: number): boolean {
  const end = chars.length
  switch (where) {
    case 'start':
      return position === 0
    case 'last':
      return position === end
    case 'end':
      return position === end || (position === end - 1 && chars[position] === NEWLINE)
    case 'line-start':
      return position === 0 || chars[position - 1] === NEWLINE
    case 'line-end':
      return position === end || chars[position] === NEWLINE
    default: {
      // In an empty text CPython (before 3.14) finds neither \b nor \B.
      if (end === 0) return false
      const before = position > 0 && word(chars[position - 1]!)
      const after = position < end && word(chars[position]!)
      return (before !== after) === (where === 'boundary')
    }
  }
}

const NEWLINE = 10

/** All that later conditions can come to know of the groups: whether one took part, and would if it began again here. */
function caseOf(asked: readonly number[], slots: Int32Array, position: number): number {
  let number = 0
  for (const group of asked) {
    const again = slots[2 * group]! >= 0 && slots[2 * group + 1] === position
    number = number * 4 + (tookPart(slots, group) ? 2 : 0) + (again ? 1 : 0)
  }
  return number
}

function tookPart(slots: Int32Array, group: number): boolean {
  const start = slots[2 * group]!
  return start >= 0 && slots[2 * group + 1]! >= start
}

function afterReference({ slots, chars }: Run, { group, fold }: Of<'reference'>, position: number): number {
  if (!tookPart(slots, group)) return -1
  const start = slots[2 * group]!
  const length = slots[2 * group + 1]! - start
  if (position + length > chars.length) return -1
  for (let at = 0; at < length; at++) {
    if (!isSame(chars[start + at]!, chars[position + at]!, fold)) return -1
  }
  return position + length
}

function isSame(one: number, other: number, fold: Fold): boolean {
  if (one === other || fold === 'none') return one === other
  if (fold === 'ascii' && (one > 0x7f || other > 0x7f)) return false
  return lowerOf(one) === lowerOf(other)
}

/** Code points, as Python counts. */
function codesOf(text: string): Uint32Array {
  const codes = new Uint32Array(text.length)
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!
    if (code > 0xffff) at++
    codes[count++] = code
  }
  return count === codes.length ? codes : codes.subarray(0, count)
}

/** The offset in UTF-16 units of each character's offset. */
function unitsOf(chars: Uint32Array): (at: number) => number {
  return (at) => chars.subarray(0, at).reduce((sum, code) => sum + (code > 0xffff ? 2 : 1), 0)
}
