/**
 * The last lines of a log, for expressions that span several (`maxlines`). Source: the behaviour of Fail2ban 1.0, compared
 * line by line with the installed program.
 */
import type { Match } from './regex/expression.ts'

export interface Entry {
  /** What the expressions see: without the date and without the newline. */
  readonly text: string
  /** The whole line, as a failure tells it. */
  readonly line: string
}

export interface Cut {
  /** The lines that a match took. */
  readonly matched: readonly Entry[]
  /** Those before and behind it, and those that `<SKIPLINES>` skipped: they may still match with lines to come. */
  readonly rest: readonly Entry[]
}

/** The text that the expressions search: each line with its newline. */
export function bufferText(entries: readonly Entry[]): string {
  return entries.length === 1 ? `${entries[0]!.text}\n` : `${entries.map(({ text }) => text).join('\n')}\n`
}

/**
 * @param text what was searched
 * @param entries its lines; where a match before took some of them out of the text, still all, counted from the first
 */
export function cutMatch(entries: readonly Entry[], text: string, match: Match): Cut {
  if (entries.length <= 1) return { matched: entries, rest: [] }
  const start = text.lastIndexOf('\n', match.start) + 1
  const newline = text.indexOf('\n', match.end > 0 ? match.end - 1 : text.length - 1)
  const first = newlines(text, start)
  const last = newlines(text, newline < 0 ? text.length : newline + 1)
  const matched = entries.slice(first, last)
  const rest = entries.slice(0, first)
  let from = 0
  for (const skipped of skippedLines(match)) {
    const at = matched.findIndex((entry, index) => index >= from && entry.text === skipped)
    if (at < 0) continue
    rest.push(...matched.splice(at, 1))
    from = at
  }
  return { matched, rest: [...rest, ...entries.slice(last)] }
}

function newlines(text: string, end: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++
  return count
}

function skippedLines({ groups }: Match): readonly string[] {
  let text = ''
  for (let number = 0; number < MOST_SKIPS; number++) text += groups[`skiplines${number}`] ?? ''
  const lines = text.split(LINE_ENDS)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** No expression has as many <SKIPLINES>. */
const MOST_SKIPS = 20

/** What Python's splitlines takes for the end of a line. */
const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/
