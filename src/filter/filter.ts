/**
 * A filter: text becomes a Failure. The text that the expressions see is the line without its date, with the newline at
 * its end, as Fail2ban's see it. Pure but for the sessions and the last lines that it holds open.
 */
import type { EpochMs } from '../world/clock.ts'
import { compileFilter } from './compile.ts'
import { type Examined, examine, fieldsOf, type How, type Open, taken } from './examine.ts'
import type { Failure } from './failure.ts'
import type { FilterSettings } from './filter-settings.ts'
import type { Entry } from './line-buffer.ts'
import type { Needle } from './prefilter.ts'
import type { Watch } from './regex/watch.ts'
import { sessions } from './session.ts'

/** What became of one line. */
export type Verdict =
  | { readonly kind: 'failure'; readonly failure: Omit<Failure, 'time'>; readonly expression: number }
  /** An expression matched, but tells of no failure (yet): a session goes on. */
  | { readonly kind: 'noted'; readonly expression: number }
  | { readonly kind: 'ignored'; readonly expression: number }

export interface Filter {
  readonly settings: FilterSettings
  /** For each failregex, what a line must hold for it to match; undefined: it must be tried on every line. */
  readonly needles: readonly (Needle | undefined)[]
  /**
   * @param text the line without its date and without its newline
   * @param line the whole line, kept as the match
   * @param only numbers of the expressions that may match; all if undefined
   * @param undated nobody knows when it was written: it is no failure, but lines to come may span it
   */
  match(text: string, line: string, now: EpochMs, only?: readonly number[], undated?: boolean): Verdict | undefined
  /** All that the expressions say of a line: for those who show it. It goes on with the same sessions. */
  examine(
    entry: Entry,
    how: Pick<How, 'now' | 'only' | 'checkAll' | 'raw' | 'named'>,
  ): Examined & { readonly taken: readonly string[] }
  /** Over the time that its expressions take. */
  readonly watch: Watch
}

/** @throws Fault `filter.no-expression`, `filter.no-id`, `regex.*`, with the place in the filter's file */
export function filter(settings: FilterSettings): Filter {
  const compiled = compileFilter(settings)
  const { maxlines, usedns } = settings
  const open: Open = { sessions: sessions(), buffer: [] }
  const raw = usedns === 'raw'
  /** The buffer as it was before a line; it stays here if somebody stopped that line, which then comes again. */
  let before: Open['buffer'] | undefined
  return {
    settings,
    needles: compiled.needles,
    watch: compiled.watch,
    match(text, line, now, only, undated = false) {
      if (before) open.buffer = before
      before = open.buffer
      const examined = examine(compiled, open, { text, line }, { now, maxlines, only, raw, undated })
      before = undefined
      return verdict(examined)
    },
    examine(entry, how) {
      const before = open.buffer
      const examined = examine(compiled, open, entry, { maxlines, ...how })
      return { ...examined, taken: maxlines > 1 ? taken(before, open.buffer, maxlines) : [] }
    },
  }
}

function verdict({ ignored, matches }: Examined): Verdict | undefined {
  const found = matches[0]
  if (!found) return ignored[0] === undefined ? undefined : { kind: 'ignored', expression: ignored[0] }
  const { expression, inSession, known, whom } = found
  // Outside a session Fail2ban counts such a line.
  if (!whom || (known.quiet && inSession)) return { kind: 'noted', expression }
  const { id, kind } = whom
  return {
    kind: 'failure',
    expression,
    failure: { id, kind, lines: known.lines, attempts: 1, fields: fieldsOf(found) },
  }
}
