/**
 * One line after another through a filter, nothing skipped and nothing forgotten: what `fail2ban-regex` and `rampart match`
 * show. Dates are taken at their word: no line is too old.
 */
import type { EpochMs } from '../world/clock.ts'
import { type DateDetector, type DateFound, dateDetector } from './date/detector.ts'
import { type Found, fieldsOf } from './examine.ts'
import type { Failure } from './failure.ts'
import { type Filter, filter } from './filter.ts'
import type { FilterSettings } from './filter-settings.ts'
import type { Fields } from './groups.ts'

export interface Trial {
  readonly filter: Filter
  readonly dates: DateDetector
  /**
   * The next line, without its newline.
   * @param only numbers of the expressions that may match, if that is known (Filter.needles)
   */
  try(line: string, now: EpochMs, only?: readonly number[]): Tried
  /** The next line, of which is known that no expression matches it: its date alone is read. */
  pass(line: string, now: EpochMs): void
  /** The next line of a log whose lines have their time beside them, as the journal's do. */
  tryDated(text: string, beside: { readonly time: EpochMs; readonly stamp: string }, now: EpochMs): Tried
}

export interface Tried {
  /** The line's own date; undefined if it has none, or has it beside it. */
  readonly date: DateFound | undefined
  /** When it happened; of a line without a date, with the last that had one less than a minute before now. */
  readonly time: EpochMs | undefined
  /** That time was told with a zone: an int of Fail2ban, else a float. */
  readonly whole: boolean
  /** The line as a failure tells it: one without a date begins with the last date that was seen, if that was recent. */
  readonly line: string
  /** What the expressions were shown: without date, and <F-CONTENT> of the prefregex alone; each line with its newline. */
  readonly text: string
  /** undefined: the filter has no prefregex, or an ignoreregex came before it. */
  readonly prefix: 'matched' | 'missed' | undefined
  /** Which ignoreregex, from 0; the last one if several matched. */
  readonly ignored: number | undefined
  /** Each time that an ignoreregex matched, for those who count. */
  readonly ignores: readonly number[]
  /** Earlier lines that it took with it, where an expression may span several. */
  readonly taken: readonly string[]
  /** Every expression that matched with `checkAll`, else the first alone. */
  readonly matches: readonly TriedMatch[]
}

export interface TriedMatch {
  /** Which failregex, from 0. */
  readonly expression: number
  /**
   * `pending`: a session that knows no address yet. `nofail`: no failure by itself. Without `checkAll` Fail2ban tells
   * nothing of either if they are of a session (`inSession`); a running jail counts a `nofail` that is of none.
   */
  readonly kind: 'failure' | 'nofail' | 'pending'
  readonly inSession: boolean
  /** What this line completes; here `attempts` are the lines that it took. Of a `nofail` what is known so far, if any. */
  readonly failure: Failure | undefined
  /** What this line alone gave, by Fail2ban's names. */
  readonly fields: Fields
  /** With what its session knew. */
  readonly all: Fields
  /** The names of `all` in Fail2ban's order, those of groups that took no part among them. */
  readonly names: readonly string[]
}

export interface TrialOptions {
  /** Whether to ask all expressions, as `fail2ban-regex` does, or the first that matches, as a running jail does. */
  readonly checkAll?: boolean
  /** The zone of dates that name none; undefined: the filter's `logtimezone`. */
  readonly zone?: string | undefined
  /** What local time is, as TZ has it; undefined: this process's own. */
  readonly local?: string | undefined
  /** The real time, where `now` is another: `%ExY` takes no years that lie far ahead of it. undefined: `now`. */
  readonly today?: EpochMs | undefined
  /** false: a name counts before an id, since its addresses would be banned (`fail2ban-regex` without `--raw`). */
  readonly raw?: boolean
  /** Whether the names of the groups are wanted in their order too; they are unless this says false. */
  readonly named?: boolean
}

/** @throws Fault as `filter` and `dateDetector` do */
export function trial(settings: FilterSettings, options: TrialOptions = {}): Trial {
  const tried = filter(settings)
  tried.watch.beCareful()
  const { zone = settings.logtimezone, local, today, checkAll = false, raw = true, named = true } = options
  const dates = dateDetector({ patterns: settings.datepattern, zone, local, today })
  const last: Last = { time: undefined, text: '', whole: false }
  const examined = (dated: Dated, now: EpochMs, only?: readonly number[]): Tried => {
    const { ignored, matches, prefix, text, taken } = tried.examine(dated, { now, checkAll, raw, named, only })
    const { date, time, whole, line } = dated
    return {
      ...{ date, time, whole, line, text, prefix },
      ignored: ignored.at(-1),
      ignores: ignored,
      taken,
      matches: matches.map((found) => matchOf(found, time)),
    }
  }
  return {
    filter: tried,
    dates,
    try: (line, now, only) => examined(dated(last, line, dates.find(line, now), now), now, only),
    pass(line, now) {
      dated(last, line, dates.find(line, now), now)
    },
    tryDated(text, { time, stamp }, now) {
      last.time = time
      last.text = stamp
      last.whole = false
      return examined({ date: undefined, time, whole: false, text, line: stamp + text }, now)
    },
  }
}

/** The last date that was seen. */
interface Last {
  time: EpochMs | undefined
  text: string
  whole: boolean
}

interface Dated extends Pick<Tried, 'date' | 'time' | 'whole'> {
  readonly text: string
  readonly line: string
}

function dated(last: Last, line: string, date: DateFound | undefined, now: EpochMs): Dated {
  const isRecent = last.time !== undefined && last.time > now - MINUTE
  if (date && date.end > date.start) {
    const text = line.slice(0, date.start) + line.slice(date.end)
    if (date.time !== undefined) {
      last.time = date.time
      last.text = line.slice(date.start, date.end)
      last.whole = date.whole
      return { date, time: date.time, whole: date.whole, text, line }
    }
    // No such day: a line without a date, and without what looked like one.
    if (!isRecent) return { date, time: undefined, whole: false, text, line }
  }
  const said = date && date.end === date.start ? date.time : undefined
  if (isRecent) return { date, time: last.time, whole: last.whole, text: line, line: last.text + line }
  return { date, time: said, whole: false, text: line, line }
}

const MINUTE = 60_000

function matchOf(found: Found, time: EpochMs | undefined): TriedMatch {
  const { expression, own, known, inSession, whom } = found
  const { lines, count } = known
  const all = fieldsOf(found)
  const failure = whom && { id: whom.id, kind: whom.kind, time, lines, attempts: count, fields: all }
  const kind = known.quiet ? 'nofail' : failure ? 'failure' : 'pending'
  return { expression, kind, inSession, failure, fields: own, all, names: known.names }
}
