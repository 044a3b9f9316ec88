/** What is counted and kept of the lines of a log, for the report at the end. */

import { type PythonValue, repr } from '../../base/python-repr.ts'
import type { FilterSettings } from '../../filter/filter-settings.ts'
import { expression } from '../../filter/regex/expression.ts'
import { expandTags } from '../../filter/tags.ts'
import type { Tried } from '../../filter/trial.ts'
import type { EpochMs } from '../../world/clock.ts'
import { idOf } from './id.ts'
import type { Options } from './options.ts'

export interface Tally {
  readonly counts: Counts
  /** The lines that may be printed. */
  readonly kept: Readonly<Record<Kind, readonly string[]>>
  readonly prefix: { readonly hits: number; readonly groups: readonly string[] }
  /** For each expression of the filter, in order. */
  readonly fail: readonly Hits[]
  readonly ignore: readonly Hits[]
  /** A list of as many lines is printed only if that was asked for. */
  readonly most: number
  add(line: string, tried: Tried): void
  /** How many more missed lines are worth adding with their text. */
  missedWanted(): number
  /** Lines that match nothing, and of which nobody wants the text. */
  addMissed(count: number): void
}

export type Kind = 'matched' | 'ignored' | 'missed'
export type Counts = { tested: number } & Record<Kind, number>

export interface Hits {
  count: number
  /** Only where they are printed. */
  readonly found: Finding[]
}

export interface Finding {
  readonly id: string
  readonly time: EpochMs | undefined
  /** More than two expressions matched the line. */
  readonly several: boolean
}

export function tally(settings: FilterSettings, options: Options): Tally {
  const counts = { tested: 0, matched: 0, ignored: 0, missed: 0 }
  const kept = { matched: [] as string[], ignored: [] as string[], missed: [] as string[] }
  const most = options.maxlines || MOST
  const prefix = prefixTally(settings, options, most)
  const hits = (expressions: readonly string[]) => expressions.map((): Hits => ({ count: 0, found: [] }))
  const [fail, ignore] = [hits(settings.failregex), hits(settings.ignoreregex)]
  const room = roomFor(options, most)
  const keep = (kind: Kind, line: string) => {
    counts[kind]++
    if (counts[kind] <= room[kind]) kept[kind].push(line)
  }
  return {
    counts,
    kept,
    prefix,
    fail,
    ignore,
    most,
    add(line, tried) {
      counts.tested++
      const kind = judged(tried, { fail, ignore, options })
      prefix.add(line, tried)
      for (const earlier of tried.taken) retract(earlier, { counts, kept, room })
      keep(kind, line)
    },
    missedWanted: () => Math.max(0, room.missed - counts.missed),
    addMissed(count) {
      counts.tested += count
      counts.missed += count
    },
  }
}

const MOST = 20

/** How many lines of each kind are kept. */
function roomFor(options: Options, most: number): Record<Kind, number> {
  const some = (none: boolean, all: boolean) => (none ? 0 : all ? Number.POSITIVE_INFINITY : most + 1)
  return {
    matched: options.printAllMatched ? Number.POSITIVE_INFINITY : 0,
    ignored: some(options.printNoIgnored, options.printAllIgnored),
    missed: some(options.printNoMissed, options.printAllMissed),
  }
}

function judged(
  { matches, ignored, ignores, time }: Tried,
  { fail, ignore, options }: { fail: readonly Hits[]; ignore: readonly Hits[]; options: Options },
): Kind {
  for (const index of ignores) ignore[index]!.count++
  let real = 0
  let quiet = 0
  for (const { expression, failure, kind, inSession } of matches) {
    // Who does not ask all expressions is told nothing of it.
    if (kind === 'nofail' && inSession && !options.checkAll) continue
    const hits = fail[expression]!
    hits.count++
    // Fail2ban says so from the third on.
    if (options.verbose > 0)
      hits.found.push({
        id: failure ? idOf(failure, options.raw) : 'None',
        time: failure?.time ?? time,
        several: real > 1,
      })
    if (kind === 'nofail') quiet++
    else real++
  }
  if (ignored !== undefined || quiet > 0) return 'ignored'
  return real > 0 ? 'matched' : 'missed'
}

/** A line that was missed by itself is part of a match now. */
function retract(
  line: string,
  { counts, kept, room }: { counts: Counts; kept: Record<Kind, string[]>; room: Record<Kind, number> },
): void {
  const at = kept.missed.indexOf(line)
  if (at >= 0) kept.missed.splice(at, 1)
  if (room.matched > 0) kept.matched.push(line)
  counts.matched++
  counts.missed--
}

function prefixTally(settings: FilterSettings, options: Options, most: number) {
  const groups: string[] = []
  let hits = 0
  // A line that was ignored before the prefregex was asked counts as the one before it: Fail2ban's way.
  let matched = false
  let last = ''
  const shown = options.verbose > 0 ? groupsShown(settings) : undefined
  return {
    get hits() {
      return hits
    },
    groups,
    add(line: string, { prefix, date }: Tried) {
      if (settings.prefregex === undefined) return
      if (prefix !== undefined) matched = prefix === 'matched'
      if (!matched) return
      hits++
      if (!shown || groups.length > most) return
      if (prefix !== undefined) last = shown(date ? line.slice(0, date.start) + line.slice(date.end) : line)
      groups.push(groups.length === most ? '...' : last)
    },
  }
}

/** What the prefregex found in a text, as Python prints it. */
function groupsShown({ prefregex, usedns }: FilterSettings): (text: string) => string {
  const compiled = expression(expandTags(prefregex ?? '', usedns))
  return (text) => {
    const found = compiled.search(`${text}\n`)?.groups ?? {}
    return repr(new Map(compiled.groups.map((name): [string, PythonValue] => [name, found[name]])))
  }
}
