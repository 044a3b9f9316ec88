/**
 * An expression cut into the pieces of its sequence, as it was written: each a character, a set, a tag or a group with
 * its quantifier. Where only a part of an expression matches, it is shown in these, not in what the tags expand to.
 */
import { takeEscape } from './regex/escape.ts'
import { skipComment, takeBounds } from './regex/lexis.ts'
import { parseSet } from './regex/parse-set.ts'
import { match, peek, type Reader, reader, take, takeUntil } from './regex/reader.ts'

/** Offsets count characters of the expression, as `[...expression]` has them. */
export interface Piece {
  readonly from: number
  /** Behind its quantifier. */
  readonly to: number
  /** Characters in it that stand for themselves, in every text that it matches. */
  readonly literal: number
  /** It may take more of the text, or less. */
  readonly loose: boolean
  /** The alternatives of a group that could be cut within, and what closes it. */
  readonly inside?: { readonly branches: readonly Branch[]; readonly close: string } | undefined
}

export interface Branch {
  readonly from: number
  readonly pieces: readonly Piece[]
}

/**
 * The alternatives of the whole expression, tags and all.
 * @param isTag whether `<...>` means something
 * @throws Fault `regex.syntax`, `regex.unsupported` for what is no expression
 */
export function piecesOf(expression: string, isTag: (tag: string) => boolean): readonly Branch[] {
  const from = reader(expression)
  return takeBranches({ from, isTag })
}

interface Cutter {
  readonly from: Reader
  readonly isTag: (tag: string) => boolean
}

/** Up to the `)` or the closing tag that ends them, or the end. */
function takeBranches(cutter: Cutter): readonly Branch[] {
  const { from } = cutter
  const branches: { from: number; pieces: Piece[] }[] = [{ from: from.next, pieces: [] }]
  for (let token = peek(from); token !== undefined; token = peek(from)) {
    if (token === ')' || closingTag(cutter) !== undefined) break
    if (match(from, '|')) branches.push({ from: from.next, pieces: [] })
    else branches.at(-1)!.pieces.push(takePiece(cutter))
  }
  return branches
}

type Atom = Pick<Piece, 'literal' | 'inside'> & { readonly loose?: boolean }

function takePiece(cutter: Cutter): Piece {
  const { from } = cutter
  const start = from.next
  const atom = takeAtom(cutter)
  const bounds = takeBounds(from)
  if (!bounds)
    return { literal: atom.literal, inside: atom.inside, loose: atom.loose ?? false, from: start, to: from.next }
  if (!match(from, '?')) match(from, '+')
  return {
    from: start,
    to: from.next,
    literal: bounds.min === 0 ? 0 : atom.literal,
    loose: bounds.min !== bounds.max,
    // What may be left out is never what a match fails at.
    inside: bounds.min === 0 ? undefined : atom.inside,
  }
}

function takeAtom(cutter: Cutter): Atom {
  const { from } = cutter
  const tag = takeTag(cutter)
  if (tag) return tag
  const at = from.next
  const token = peek(from)!
  if (token.startsWith('\\')) return { literal: takeEscape(from).kind === 'char' ? 1 : 0 }
  take(from)
  if (token === '[') {
    parseSet(from, at, 'none', false)
    return { literal: 0 }
  }
  if (token === '(') return takeGroup(cutter, at)
  return { literal: '.^$'.includes(token) ? 0 : 1 }
}

const TAG = /^<\/?[A-Z][A-Z0-9_-]*\/?>/

function tagHere({ from, isTag }: Cutter): string | undefined {
  if (from.chars[from.next] !== '<') return undefined
  const tag = TAG.exec(from.chars.slice(from.next, from.next + LONGEST_TAG).join(''))?.[0]
  return tag !== undefined && (tag.startsWith('</F-') || isTag(tag)) ? tag : undefined
}

const LONGEST_TAG = 64

function closingTag(cutter: Cutter): string | undefined {
  const tag = tagHere(cutter)
  return tag?.startsWith('</') ? tag : undefined
}

/** `<HOST>` is a piece of its own, `<F-USER>` opens a group that `</F-USER>` closes. */
function takeTag(cutter: Cutter): Atom | undefined {
  const tag = tagHere(cutter)
  if (tag === undefined) return undefined
  cutter.from.next += tag.length
  if (!tag.startsWith('<F-') || tag.endsWith('/>')) return { literal: 0, loose: true }
  const branches = takeBranches(cutter)
  const close = closingTag(cutter)
  cutter.from.next += close?.length ?? 0
  return groupOf(branches, close ?? `</${tag.slice(1)}`)
}

function takeGroup(cutter: Cutter, at: number): Atom {
  const { from } = cutter
  const kind = match(from, '?') ? opening(cutter, at) : 'open'
  if (kind === 'done') return { literal: 0 }
  const branches = takeBranches(cutter)
  match(from, ')')
  return kind === 'open' ? groupOf(branches, ')') : { literal: 0 }
}

/** What stands behind `(?`: a group that may be cut within, one that may not, or something that is over already. */
function opening({ from }: Cutter, at: number): 'open' | 'whole' | 'done' {
  const letter = take(from)
  switch (letter) {
    case ':':
    case '=':
      return 'open'
    case 'P':
      if (match(from, '=')) {
        takeUntil(from, ')', 'group name')
        return 'done'
      }
      match(from, '<')
      takeUntil(from, '>', 'group name')
      return 'open'
    case '#':
      skipComment(from, at)
      return 'done'
    case '<':
      take(from)
      return 'whole'
    case '(':
      takeUntil(from, ')', 'group name')
      return 'whole'
    case '!':
    case '>':
      return 'whole'
    default:
      // Flags, for all or for the group that begins.
      for (let token = letter; token !== undefined; token = take(from)) {
        if (token === ')') return 'done'
        if (token === ':') return 'open'
      }
      return 'done'
  }
}

function groupOf(branches: readonly Branch[], close: string): Atom {
  const counts = branches.map(({ pieces }) => pieces.reduce((sum, { literal }) => sum + literal, 0))
  const loose = branches.length > 1 || branches.some(({ pieces }) => pieces.some((piece) => piece.loose))
  return { literal: Math.min(...counts), inside: { branches, close }, loose }
}
