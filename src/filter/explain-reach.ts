/**
 * How far an expression that does not match would have come: its longest beginning that still matches the text. A
 * sequence that matches is one whose every beginning matches, so the place is found by halving.
 */

import { type Branch, type Piece, piecesOf } from './explain-pieces.ts'

import type { Usedns } from './filter-settings.ts'
import { type Expression, expression, type Flags } from './regex/expression.ts'
import { expandTags } from './tags.ts'

export interface Reach {
  /** Characters of the expression, from its begin, that match; those of other alternatives before it among them. */
  readonly expression: number
  /** Where in the text the rest was looked for. */
  readonly text: number
  /** Characters of the expression that stand for themselves and were found: how near it came. */
  readonly literal: number
}

export interface Reacher {
  /** undefined where it cannot be told: the expression is written in a way that cannot be cut. */
  reach(python: string, text: string): Reach | undefined
}

/**
 * Keeps what it has compiled, within bounds, for the next line.
 * @param several whether an expression may span lines
 */
export function reacher(usedns: Usedns, several: boolean): Reacher {
  const flags: Flags = several ? { multiline: true } : {}
  const known = new Map<string, Expression | undefined>()
  const search = (python: string, text: string) => {
    if (!known.has(python)) {
      if (known.size >= MOST_KNOWN) known.clear()
      known.set(python, compile(python, usedns, flags))
    }
    return known.get(python)?.search(text)
  }
  const isTag = (tag: string) => expandTags(tag, usedns) !== tag
  return {
    reach(python, text) {
      const leading = FLAGS.exec(python)?.[0] ?? ''
      const chars = [...python]
      const task = { chars, last: text.length - 1, ends: (beginning: string) => search(beginning, text)?.end }
      try {
        const roots = piecesOf(python, isTag)
        return best(
          roots.map((branch) =>
            deepest(task, branch, { head: branch.from > 0 ? leading : '', tail: '', text: 0, literal: 0 }),
          ),
        )
      } catch {
        return undefined
      }
    },
  }
}

const MOST_KNOWN = 2000
/** Flags for the whole expression: an alternative keeps them. */
const FLAGS = /^\(\?[a-zA-Z]+\)/

function compile(python: string, usedns: Usedns, flags: Flags): Expression | undefined {
  try {
    return expression(expandTags(python, usedns), flags)
  } catch {
    return undefined // Cut here it is none.
  }
}

interface Task {
  readonly chars: readonly string[]
  /** Where the first match of a beginning ends in the text. */
  readonly ends: (beginning: string) => number | undefined
  /** Where the text ends, its newline aside. */
  readonly last: number
}

/** What stands around the sequence at hand, and how far that came. */
interface Around {
  readonly head: string
  readonly tail: string
  readonly text: number
  readonly literal: number
}

function deepest(task: Task, { from, pieces }: Branch, around: Around): Reach {
  const { head, tail } = around
  const end = (count: number) => (count === 0 ? from : pieces[count - 1]!.to)
  const beginning = (count: number) => head + slice(task, from, end(count))
  const count = longest(pieces.length, (length) => task.ends(beginning(length) + tail) !== undefined)
  const text = standing(count, pieces, (length) => task.ends(beginning(length) + tail), task.last) ?? around.text
  const literal = around.literal + sum(pieces.slice(0, count))
  const here: Reach = { expression: end(count), text, literal }
  const failing = pieces[count]
  if (!failing?.inside) return here
  const { branches, close } = failing.inside
  const opener = slice(task, failing.from, branches[0]!.from)
  const inner = branches.map((branch) =>
    deepest(task, branch, { head: beginning(count) + opener, tail: close + tail, text, literal }),
  )
  const deeper = best(inner)
  return deeper && deeper.literal > literal ? deeper : here
}

/**
 * Where in the text the matching pieces end. A last piece that took all there was, as `.*` does, says nothing: then it is
 * where that one began.
 */
function standing(
  count: number,
  pieces: readonly Piece[],
  ends: (count: number) => number | undefined,
  last: number,
): number | undefined {
  const whole = count > 0 ? ends(count) : undefined
  if (whole === undefined || whole < last) return whole
  const firm = pieces.slice(0, count).findLastIndex((piece) => !piece.loose) + 1
  return firm === count ? whole : firm > 0 ? ends(firm) : undefined
}

/** The largest length for which it holds, given that it holds for all below; 0 is not asked. */
function longest(most: number, holds: (length: number) => boolean): number {
  let low = 0
  let high = most
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}

function slice({ chars }: Task, from: number, to: number): string {
  return chars.slice(from, to).join('')
}

function sum(pieces: readonly Piece[]): number {
  return pieces.reduce((total, { literal }) => total + literal, 0)
}

function best(reaches: readonly Reach[]): Reach | undefined {
  return reaches.reduce<Reach | undefined>((a, b) => (a && a.literal >= b.literal ? a : b), undefined)
}
