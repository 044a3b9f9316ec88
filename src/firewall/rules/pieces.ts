/**
 * The rules of one path, cut into pieces that the kernel keeps as they are while others change: chains of rules, and sets
 * of sources where neighbours say the same of theirs. A piece is named for what it holds. Where it is cut depends only on
 * the rules around the cut, so that a new rule changes the piece that it comes into, not those behind it.
 */

import type { Wording } from './list-sets.ts'
import type { Chain, KernelSet } from './printed.ts'
import type { Rule } from './rule.ts'
import {
  asksDestination,
  besideSource,
  canStandInSet,
  type Destination,
  isSameBesideSource,
  portSets,
  printRule,
  printRun,
} from './statements.ts'

export interface Pieces {
  readonly chains: readonly Chain[]
  readonly sets: readonly KernelSet[]
  /** Calls them in their order. */
  readonly calls: readonly string[]
}

export interface Piece {
  readonly name: string
  readonly rules: readonly Rule[]
  readonly isRun: boolean
}

export type Fingerprint = (text: string) => string

/** @param rules of one family and path */
export function cutIntoPieces(rules: readonly Rule[], wording: Wording, fingerprint: Fingerprint): Piece[] {
  return runsOf(rules).flatMap(({ rules: stretch, isRun }) => {
    const texts = stretch.map(isRun ? sourceOf : (rule: Rule) => printRule(rule, wording).join('\n'))
    const { family, path } = stretch[0]!
    // Each counts for itself: what is the same elsewhere is another piece.
    const about = `${family} ${path} ${isRun ? besideSource(stretch[0]!) : ''}\n`
    return cuts(texts, isRun ? RUN : PLAIN).map(([from, to]) => ({
      name: `${isRun ? 'sources' : 'rules'}-${fingerprint(about + texts.slice(from, to).join('\n'))}`,
      rules: stretch.slice(from, to),
      isRun,
    }))
  })
}

/** A set serves both destinations. */
export function printPieces(pieces: readonly Piece[], wording: Wording, destination: Destination = 'now'): Pieces {
  const chains: Chain[] = []
  const sets: KernelSet[] = []
  const calls: string[] = []
  for (const piece of pieces) {
    const { rules, isRun } = piece
    const name = pieceName(piece, destination)
    if (isRun) {
      // With a size the kernel takes a table that does not grow, at which it looks in half the time.
      const body = `type ipv${rules[0]!.family}_addr; counter; size ${2 * rules.length};`
      sets.push(...portSets(rules[0]!), {
        name,
        body,
        get elements() {
          return rules.map(sourceOf)
        },
      })
      calls.push(...printRun(rules[0]!, name, destination))
    } else {
      sets.push(...rules.flatMap(portSets))
      chains.push({
        name,
        // Not asked for where the kernel has it.
        get rules() {
          return rules.flatMap((rule) => printRule(rule, wording, destination))
        },
      })
      calls.push(`jump ${name}`)
    }
  }
  return { chains, sets, calls }
}

/** What holds the same rules has the same name behind its kind. What does not ask for a destination serves both. */
export function pieceName({ name, isRun, rules }: Piece, destination: Destination): string {
  return isRun || destination === 'now' || !rules.some(asksDestination) ? name : name.replace(/^rules/, 'asked')
}

interface Stretch {
  readonly rules: readonly Rule[]
  readonly isRun: boolean
}

/** Sources in a set that fewer rules than these would hold just as well. */
const MIN_RUN = 8

function runsOf(rules: readonly Rule[]): Stretch[] {
  const stretches: { rules: Rule[]; isRun: boolean }[] = []
  const push = (some: readonly Rule[], isRun: boolean) => {
    const last = stretches.at(-1)
    if (last && !isRun && !last.isRun) last.rules.push(...some)
    else if (some.length > 0) stretches.push({ rules: [...some], isRun })
  }
  for (let from = 0; from < rules.length; ) {
    const to = endOfRun(rules, from)
    push(rules.slice(from, to), to - from >= MIN_RUN)
    from = to
  }
  return stretches
}

function endOfRun(rules: readonly Rule[], from: number): number {
  const first = rules[from]!
  if (!canStandInSet(first)) return from + 1
  let to = from + 1
  while (to < rules.length && canStandInSet(rules[to]!) && isSameBesideSource(first, rules[to]!)) to++
  return to
}

function sourceOf(rule: Rule): string {
  return rule.from.network!.text
}

interface Size {
  /** On the average; a power of two. */
  readonly mean: number
  readonly max: number
}

/** A set costs each packet one look, however large it is, and a change as much as it holds. */
const RUN: Size = { mean: 1024, max: 4096 }
const PLAIN: Size = { mean: 64, max: 256 }

/** Cuts behind the texts whose hash says so. */
function cuts(texts: readonly string[], { mean, max }: Size): (readonly [number, number])[] {
  const result: (readonly [number, number])[] = []
  let from = 0
  for (const [index, text] of texts.entries()) {
    const to = index + 1
    if (to < texts.length && to - from < max && (hash(text) & (mean - 1)) !== 0) continue
    result.push([from, to])
    from = to
  }
  return result
}

/** FNV-1a, and a mixing of its bits: where to cut, nothing more. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) >>> 0
}
