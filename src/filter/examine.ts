/**
 * What a filter's expressions say of the next line: the one place where their order is decided. Source: the behaviour of
 * Fail2ban 1.0, compared line by line with the installed program.
 */
import type { EpochMs } from '../world/clock.ts'
import type { Compiled } from './compile.ts'
import type { Fields, FieldValue, OwnFields } from './groups.ts'
import { bufferText, type Cut, cutMatch, type Entry } from './line-buffer.ts'
import { type Expression, isAscii } from './regex/expression.ts'
import { type Known, NOBODY, type Sessions } from './session.ts'
import { type Whom, whom } from './whom.ts'

/** What is held from line to line. */
export interface Open {
  readonly sessions: Sessions
  /** The last lines, of which an expression may span several. */
  buffer: readonly Entry[]
}

export interface How {
  readonly now: EpochMs
  /** How many lines an expression may span. */
  readonly maxlines: number
  /** Numbers of the expressions that may match; all if undefined. */
  readonly only?: readonly number[] | undefined
  /** Whether to go on after the first match, to see which others match too. */
  readonly checkAll?: boolean
  /** Whether an id counts before a host name, which then is never looked up. */
  readonly raw?: boolean
  /** Whether the order of the names is wanted too. */
  readonly named?: boolean
  /** The line may be part of a later match, but none ends with it: nobody knows when it was written. */
  readonly undated?: boolean
}

export interface Examined {
  /** undefined: there is no prefregex, or an ignoreregex came first. */
  readonly prefix: 'matched' | 'missed' | undefined
  /** What the expressions were shown. */
  readonly text: string
  /** Every ignoreregex that matched, in order; the same one again for each failregex that it overruled. */
  readonly ignored: readonly number[]
  readonly matches: readonly Found[]
}

/** The lines before this one that its matches took, of those that could still have matched. */
export function taken(before: readonly Entry[], after: readonly Entry[], maxlines: number): readonly string[] {
  const kept = before.slice(before.length >= maxlines ? 1 : 0)
  return kept
    .filter(({ text, line }) => !after.some((one) => one.text === text && one.line === line))
    .map(({ line }) => line)
}

export interface Found {
  readonly expression: number
  /** What this line alone gave. */
  readonly own: Fields
  /** With its session. */
  readonly known: Known
  readonly inSession: boolean
  /** undefined: nothing tells yet. */
  readonly whom: Whom | undefined
}

export function examine(it: Compiled, open: Open, entry: Entry, how: How): Examined {
  const lines = enter(open, entry, how.maxlines)
  const text = bufferText(lines)
  // Every search would look for itself.
  const ascii = isAscii(text)
  const ignored: number[] = []
  if (asksIgnoredFirst(it.fail, it.ignore) && isIgnored(it.ignore, { text, ascii, ignored }, how))
    return { prefix: undefined, text, ignored, matches: [] }
  if (!it.prefix)
    return { prefix: undefined, text, ignored, matches: matchesIn(it, open, { lines, text, ascii, ignored }, how) }
  const found = it.prefix.search(text, ascii)
  if (!found) return { prefix: 'missed', text, ignored, matches: [] }
  const around = it.prefix.read(found)
  const part = contentOf(open, around['content'])
  const seen = { lines, text: part ?? text, ascii, ignored, around }
  return { prefix: 'matched', text: seen.text, ignored, matches: matchesIn(it, open, seen, how) }
}

/**
 * Whether each line is asked by the ignoreregex before any failregex sees it, so that it counts as ignored although none
 * matches it: where there are many more failregex. Else only what matched is asked.
 */
export function asksIgnoredFirst(failregex: readonly unknown[], ignoreregex: readonly unknown[]): boolean {
  return ignoreregex.length > 0 && ignoreregex.length < failregex.length - 2
}

function enter(open: Open, entry: Entry, maxlines: number): readonly Entry[] {
  open.buffer = maxlines > 1 ? [...open.buffer, entry].slice(-maxlines) : [entry]
  return open.buffer
}

/** What <F-CONTENT> holds is the whole line for the expressions, and all that the lines to come will see of it. */
function contentOf(open: Open, content: FieldValue | undefined): string | undefined {
  if (typeof content !== 'string' || content === '') return undefined
  open.buffer = [{ text: content, line: content }]
  return bufferText(open.buffer)
}

interface Shown {
  readonly text: string
  /** Whether the line is nothing but ASCII. */
  readonly ascii: boolean
  readonly ignored: number[]
}

interface Seen extends Shown {
  readonly lines: readonly Entry[]
  readonly around?: Fields
}

function matchesIn(it: Compiled, open: Open, seen: Seen, how: How): readonly Found[] {
  const { lines, text, ascii, around } = seen
  const several = how.maxlines > 1
  const matches: Found[] = []
  let rest: string | undefined = text
  for (const expression of how.only ?? it.fail.keys()) {
    rest ??= bufferText(open.buffer)
    const reader = it.fail[expression]!
    const match = reader.search(rest, ascii)
    if (!match) continue
    const cut = cutMatch(lines, rest, match)
    const overruled =
      it.ignore.length > 0 && isIgnored(it.ignore, { ...seen, text: several ? bufferText(cut.matched) : rest }, how)
    if (!overruled && how.undated) continue
    // What matched is used up; only who asks all expressions shows the same line to each.
    if (several || !how.checkAll) open.buffer = cut.rest
    rest = undefined
    const found = overruled ? undefined : told(it, open, { expression, own: reader.read(match, around), cut }, how)
    if (found) matches.push(found)
    if (!how.checkAll && (overruled || found)) break
  }
  return matches
}

/** Who asks all expressions gets every ignoreregex that matches. */
function isIgnored(ignore: readonly Expression[], { text, ascii, ignored }: Shown, { checkAll }: How): boolean {
  let found = false
  for (let index = 0; index < ignore.length; index++) {
    if (!ignore[index]!.search(text, ascii)) continue
    ignored.push(index)
    found = true
    if (!checkAll) break
  }
  return found
}

interface Piece {
  readonly expression: number
  readonly own: OwnFields
  readonly cut: Cut
}

/** undefined: nothing in it says, or will say, whom it is of: the next expression is asked. */
function told(it: Compiled, open: Open, { expression, own, cut }: Piece, how: How): Found | undefined {
  const lines = cut.matched.map(({ line }) => line)
  const inSession = own['mlfid'] !== undefined
  const names = how.named ? namesOf(it, expression, own) : []
  const known = inSession ? inIts(open.sessions, { own, names, lines }, how) : alone(own, names, lines)
  const found = { expression, own, known, inSession, whom: whom(known.fields, how.raw === true) }
  if (found.whom) return found
  if (!inSession) return undefined
  // Fail2ban asks a line that is none of a failure no further, unless it asks all expressions.
  if (!known.quiet || how.checkAll) open.sessions.pend()
  return found
}

/** The prefregex's groups, then the expression's own, whether they took part or not; what their names ask for at the end. */
function namesOf(it: Compiled, expression: number, own: Fields): readonly string[] {
  const around = it.prefix?.groups.filter((name) => name !== 'content')
  const { groups } = it.fail[expression]!
  return [...new Set([...(around ?? []), ...groups, ...Object.keys(own)])]
}

/** Who is to see more than the failure gets copies: the session goes on with its own. */
function inIts(
  { merge }: Sessions,
  { own, names, lines }: { own: OwnFields; names: readonly string[]; lines: readonly string[] },
  { now, named }: How,
): Known {
  if (!named) return merge(own, names, lines, now)
  const known = merge({ ...own }, names, lines, now)
  return { ...known, fields: { ...known.fields } }
}

function alone(fields: Fields, names: readonly string[], lines: readonly string[]): Known {
  return { fields, names, users: NOBODY, lines, count: lines.length, quiet: Boolean(fields['nofail']?.length) }
}

/** All that is known of a failure; of a session a copy, since it goes on. */
export function fieldsOf({ inSession, known: { fields, users }, whom }: Found): Fields {
  if (!inSession && whom?.ip === undefined) return fields
  const all: OwnFields = { ...fields }
  if (users.size > 0) all['users'] = [...users]
  if (whom?.ip !== undefined) all['ip'] = whom.ip
  return all
}
