/** What becomes of each line: a row on standard output at once (`-o`), or a count for the report at the end. */
import { parseAddress } from '../../base/address.ts'
import { printable } from '../../base/printable.ts'
import type { FilterSettings } from '../../filter/filter-settings.ts'
import type { Trial, Tried } from '../../filter/trial.ts'
import type { Setting } from '../setting.ts'
import type { Options } from './options.ts'
import type { Printer } from './printer.ts'
import { report } from './report.ts'
import { type Format, format } from './row.ts'
import { tally } from './tally.ts'

export interface Findings {
  add(line: string, tried: Tried): void
  /** How many of the next missed lines are needed with their text. */
  missedWanted(): number
  /** Lines that nothing matched, whose text nobody needs. */
  addMissed(count: number): void
  /** A line whose date took too long to find: it is missed. */
  addStopped(): void
  report(seconds: number): Iterable<string>
  /** What an admin should know of what was found. */
  notes(): readonly string[]
}

export interface Examined {
  readonly settings: FilterSettings
  readonly options: Options
  readonly trial: Trial
}

export function findingsOf(setting: Setting, out: Printer, it: Examined): Findings {
  const noted = notes()
  const inner = it.options.out === undefined ? counted(setting, it) : rows(setting, out, it, it.options.out)
  return {
    ...inner,
    add(line, tried) {
      if (tried.matches.length > 0) noted.add(tried)
      inner.add(line, tried)
    },
    addStopped() {
      noted.stopped()
      inner.addMissed(1)
    },
    notes: noted.all,
  }
}

type Inner = Omit<Findings, 'notes' | 'addStopped'>

function counted({ world }: Setting, { settings, options, trial }: Examined): Inner {
  const counts = tally(settings, options)
  return {
    add: counts.add,
    missedWanted: counts.missedWanted,
    addMissed: counts.addMissed,
    report(seconds) {
      const templates = trial.dates.templates()
      return report({ settings, options, tally: counts, templates, now: world.clock.now(), seconds })
    },
  }
}

function rows({ world }: Setting, out: Printer, { options }: Examined, what: string): Inner {
  const host = () => world.files.text('/proc/sys/kernel/hostname').trim()
  const shape: Format = format(what, { raw: options.raw, now: world.clock.now, host })
  const dates = dateMemory()
  return {
    add(line, tried) {
      dates.hold(tried)
      if (options.invert) {
        if (!tried.matches.some(({ kind }) => kind === 'failure')) out.line(line)
        return
      }
      for (const { failure, kind, names } of tried.matches) {
        if (!failure || kind !== 'failure') continue
        for (const text of shape({ failure, names, whole: tried.whole, parts: dates.parts(failure.lines) }))
          out.line(text)
      }
    },
    missedWanted: () => (options.invert ? Number.POSITIVE_INFINITY : 0),
    addMissed: () => {},
    report: () => [],
  }
}

/** Lines of a session are told with their dates when it ends: at most so many are remembered. */
const MOST_DATED = 1000

/** Where the dates of the last lines stood. */
function dateMemory() {
  const spans = new Map<string, readonly [number, number]>()
  return {
    hold({ line, date }: Tried) {
      if (!date) return
      if (spans.size >= MOST_DATED) spans.delete(spans.keys().next().value!)
      spans.set(line, [date.start, date.end])
    },
    parts: (lines: readonly string[]) =>
      lines.map((line): [string, string, string] => {
        const [start, end] = spans.get(line) ?? [0, 0]
        return [line.slice(0, start), line.slice(start, end), line.slice(end)]
      }),
  }
}

/** So many ids are looked at for what is worth a note. */
const MOST_NOTED = 1000

/** Names are not looked up, and what is no address is never banned: told once each, with the first of them. */
function notes() {
  const found = { dns: new Set<string>(), ip: new Set<string>(), fid: new Set<string>() }
  let stopped = 0
  return {
    stopped: () => void stopped++,
    add({ matches }: Tried) {
      for (const { failure } of matches) {
        if (failure && found[failure.kind].size < MOST_NOTED) found[failure.kind].add(failure.id)
      }
    },
    all(): readonly string[] {
      const [name] = found.dns
      const wrong = [...found.ip].find((id) => !parseAddress(id.replace(/\/.*$/, '')))
      return [
        ...(name === undefined ? [] : [`note: host names are not looked up: "${printable(name)}"`]),
        ...(wrong === undefined ? [] : [`note: no address, never banned: "${printable(wrong)}"`]),
        ...(stopped === 0 ? [] : [`note: lines missed since the date pattern took too long for them: ${stopped}`]),
      ]
    },
  }
}
