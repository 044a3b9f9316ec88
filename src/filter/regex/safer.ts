/**
 * A form of an expression that no line can stall, for the admin to look at: mostly it means the same, but not always. A
 * loop inside of a loop gives nothing back (`\w++`) or ends where the next sign stands (`[^\s=]*=`), so that there is one
 * way to share a text out between the turns; a loop over nearly anything gets an end (`.{0,255}`).
 */
import { automaton } from './automaton.ts'
import { parse } from './parse.ts'
import { risk } from './risk.ts'
import { children, type Node, type Repeat } from './tree.ts'

/**
 * @param given the expression as the filter has it, with its tags
 * @param expand makes Python's syntax of it, each tag by itself
 * @returns undefined where nothing better is known
 */
export function safer(given: string, expand: (text: string) => string): string | undefined {
  const source = placed(given, expand)
  const root = parse(source.text).root
  const level = risk(root)
  if (level === 'linear') return undefined
  const found = loops(root, { depth: 0, next: undefined })
  if (level === 'exponential') {
    const nested = found.filter(({ depth }) => depth > 0)
    const ways: readonly (readonly Edit[])[] = [
      nested.map(({ loop }) => ({ loop, as: 'possessive' })),
      nested.map(({ loop, next }) => (next ? { loop, as: 'narrow', next } : { loop, as: 'possessive' })),
      found.map(({ loop }) => ({ loop, as: 'possessive' })),
    ]
    for (const edits of ways) {
      const form = applied(source, edits)
      if (form !== undefined && isBetter(form, expand)) return form
    }
  }
  const all = found.filter(({ loop }) => takesNearlyAll(loop.body))
  return applied(
    source,
    all.map(({ loop }) => ({ loop, as: 'bounded' })),
  )
}

/** It can be stalled no more than by its length's square or so, and each part of it can still match. */
function isBetter(form: string, expand: (text: string) => string): boolean {
  const { root } = parse(expand(form))
  if (risk(root) === 'exponential') return false
  const { first, follow, last, sets } = automaton(root)
  const ahead = new Set(first)
  for (const at of ahead) for (const next of follow[at]!.keys()) ahead.add(next)
  return ahead.size === sets.length && last.length > 0
}

interface Source {
  readonly given: string
  readonly text: string
  /** For each character of the text where it stands in what was given; undefined inside of a tag. */
  readonly places: readonly (number | undefined)[]
}

const TAG = /(<\/?[A-Z][A-Z0-9_-]*\/?>)/

function placed(given: string, expand: (text: string) => string): Source {
  let text = ''
  let at = 0
  const places: (number | undefined)[] = []
  for (const piece of given.split(TAG)) {
    const expanded = TAG.test(piece) ? alone(piece, expand) : piece
    // Offsets count characters, not UTF-16 units.
    for (const char of expanded) {
      places.push(expanded === piece ? at : undefined)
      if (expanded === piece) at += char.length
    }
    if (expanded !== piece) at += piece.length
    text += expanded
  }
  const whole = expand(given)
  if (text === whole) return { given, text, places }
  const units: number[] = []
  for (let unit = 0; unit < whole.length; unit += whole.codePointAt(unit)! > 0xffff ? 2 : 1) units.push(unit)
  return { given: whole, text: whole, places: units }
}

/** What a tag stands for by itself; an end tag ends what its own begins. */
function alone(tag: string, expand: (text: string) => string): string {
  const begin = tag.replace('/', '')
  return tag.startsWith('</') ? expand(begin + tag).slice(expand(begin).length) : expand(tag)
}

interface Found {
  readonly loop: Repeat
  /** Loops around it. */
  readonly depth: number
  /** The character that must follow it. */
  readonly next: number | undefined
}

function loops(node: Node, around: Pick<Found, 'depth' | 'next'>): readonly Found[] {
  const isLoop = node.kind === 'repeat' && node.max === Number.POSITIVE_INFINITY
  const depth = isLoop ? around.depth + 1 : around.depth
  const below = children(node).flatMap((child, index, all) => {
    const behind = node.kind === 'seq' ? all[index + 1] : undefined
    const next = behind?.kind === 'char' && behind.fold === 'none' ? behind.code : undefined
    return loops(child, { depth, next: node.kind === 'seq' && behind ? next : isLoop ? undefined : around.next })
  })
  return isLoop && node.mode !== 'possessive' ? [{ loop: node, ...around }, ...below] : below
}

/** A dot, or anything but a few characters. */
function takesNearlyAll(body: Node): boolean {
  return body.kind === 'set' && (body.negated || body.items.some((item) => item.kind === 'class' && item.negated))
}

type Edit =
  | { readonly loop: Repeat; readonly as: 'possessive' | 'bounded' }
  | { readonly loop: Repeat; readonly as: 'narrow'; readonly next: number }

const BOUNDED: Readonly<Record<string, string>> = { '*': '{0,255}', '+': '{1,255}' }

/** Writes other quantifiers and sets, from the last to the first; undefined if there is none to write. */
function applied({ given, places }: Source, edits: readonly Edit[]): string | undefined {
  let form = given
  for (const edit of edits.toSorted((a, b) => b.loop.at - a.loop.at)) {
    const at = places[edit.loop.at]
    const { from, to, text } =
      at === undefined ? NO_CHANGE : edit.as === 'narrow' ? narrowed(given, at, edit.next) : ended(given, at, edit.as)
    form = form.slice(0, from) + text + form.slice(to)
  }
  return form === given ? undefined : form
}

interface Change {
  readonly from: number
  readonly to: number
  readonly text: string
}

const NO_CHANGE: Change = { from: 0, to: 0, text: '' }

function ended(given: string, at: number, as: 'possessive' | 'bounded'): Change {
  const [all, quantifier = ''] = /^([*+]|\{\d*,\})\??/.exec(given.slice(at)) ?? ['']
  if (as === 'possessive') return { from: at, to: at + all.length, text: quantifier && `${quantifier}+` }
  const bounded = BOUNDED[quantifier]
  return bounded === undefined ? NO_CHANGE : { from: at, to: at + quantifier.length, text: bounded }
}

/** The set before a quantifier without the character that must follow. */
function narrowed(given: string, at: number, next: number): Change {
  const sign = String.fromCodePoint(next).replace(/[\\\]^-]/, '\\$&')
  const [set] = /(?:\.|\\[SWD]|\[\^[^\]]+\])$/.exec(given.slice(0, at)) ?? []
  if (set === undefined) return NO_CHANGE
  const text =
    set === '.' ? `[^${sign}]` : set.startsWith('[') ? `${set.slice(0, -1)}${sign}]` : `[^${set.toLowerCase()}${sign}]`
  return { from: at - set.length, to: at, text }
}
