/** A filter tried on single lines, without the memory of a running jail: whom would this very line count against? */
import { compileFilter } from '../../filter/compile.ts'
import { type DateDetector, dateDetector } from '../../filter/date/detector.ts'
import type { FilterSettings } from '../../filter/filter-settings.ts'
import type { Expression } from '../../filter/regex/expression.ts'
import { parse } from '../../filter/regex/parse.ts'
import type { Tree } from '../../filter/regex/tree.ts'
import { expandTags } from '../../filter/tags.ts'
import type { EpochMs } from '../../world/clock.ts'

export interface Tries {
  readonly fail: readonly Compiled[]
  readonly ignore: readonly Compiled[]
  readonly prefix: Compiled | undefined
  /** What becomes of a line. `only`: with this expression alone. */
  line(line: string, only?: number): Outcome
  /** Where the date stands that is cut out of a line. */
  date(line: string): { readonly start: number; readonly end: number } | undefined
}

export interface Compiled {
  readonly written: string
  readonly tree: Tree
  readonly expression: Expression
}

export interface Outcome {
  /** The id of the first expression that matched, ignored or not. */
  readonly id: string | undefined
  readonly kind: 'ip' | 'dns' | 'fid' | undefined
  readonly matched: number | undefined
  readonly ignored: number | undefined
  readonly prefix: boolean
}

/** @throws Fault `filter.*`, `regex.*`, `date.*` */
export function tries(settings: FilterSettings, now: EpochMs): Tries {
  const compiled = compileFilter(settings)
  const known = (written: string, expression: Expression): Compiled => ({
    written,
    expression,
    tree: parse(expandTags(written, settings.usedns)),
  })
  const prefix = compiled.prefix && known(settings.prefregex!, compiled.prefix)
  const fail = settings.failregex.map((written, index) => known(written, compiled.fail[index]!))
  const ignore = settings.ignoreregex.map((written, index) => known(written, compiled.ignore[index]!))
  const date = dates(settings, now)
  return { fail, ignore, prefix, date, line: (line, only) => outcome({ fail, ignore, prefix, date }, line, only) }
}

/** A detector remembers where it found the last date: logs of different forms must not share one. */
function dates(settings: FilterSettings, now: EpochMs): Tries['date'] {
  const detectors = new Map<string, DateDetector>()
  return (line) => {
    const form = line.slice(0, 5).replace(/\d/g, '0').replace(/[a-z]/gi, 'a')
    const one = detectors.get(form) ?? dateDetector({ patterns: settings.datepattern, zone: settings.logtimezone })
    detectors.set(form, one)
    return one.find(line, now)
  }
}

function outcome({ fail, ignore, prefix, date }: Omit<Tries, 'line'>, line: string, only?: number): Outcome {
  const found = date(line)
  let text = `${found ? line.slice(0, found.start) + line.slice(found.end) : line}\n`
  let around: Readonly<Record<string, string>> = {}
  if (prefix) {
    const begun = prefix.expression.search(text)
    if (!begun) return { ...NOTHING, prefix: false }
    around = begun.groups
    text = around['content'] ?? text
  }
  const first = ignore.findIndex((one) => one.expression.search(text))
  const ignored = first < 0 ? undefined : first
  for (const [matched, one] of fail.entries()) {
    const hit = only === undefined || matched === only ? one.expression.search(text) : undefined
    if (hit) return { ...idOf({ ...around, ...hit.groups }), matched, ignored, prefix: true }
  }
  return { ...NOTHING, ignored }
}

const NOTHING: Outcome = { id: undefined, kind: undefined, matched: undefined, ignored: undefined, prefix: true }

function idOf(groups: Readonly<Record<string, string>>): Pick<Outcome, 'id' | 'kind'> {
  const name = ['fid', 'ip4', 'ip6', 'dns'].find((group) => groups[group])
  if (name === undefined) return { id: undefined, kind: undefined }
  return { id: groups[name], kind: name === 'fid' || name === 'dns' ? name : 'ip' }
}
