/** The lines of `rampart match`, one after another through a filter. */
import { eachLine } from '../../../filter/budget.ts'
import { dateDetector } from '../../../filter/date/detector.ts'
import { decoder, isUtf8 } from '../../../filter/decode.ts'
import type { FilterSettings } from '../../../filter/filter-settings.ts'
import { type Trial, type Tried, trial } from '../../../filter/trial.ts'
import type { Lines } from '../../../source/capped-lines.ts'
import { MAX_LINE_BYTES } from '../../../source/lines.ts'
import type { EpochMs } from '../../../world/clock.ts'
import { lineFinder } from './line-finder.ts'
import { type Told, told, untold } from './told.ts'

export interface LineMatcher {
  readonly trial: Trial
  /** The next lines, in order; those that were left out, because nothing can match them, are only counted. */
  match(lines: Lines): { readonly shown: readonly MatchedLine[]; readonly count: number }
}

export interface MatchedLine {
  readonly told: Told
  /** Without its newline. */
  readonly text: string
  /** undefined: no expression was shown it. */
  readonly tried: Tried | undefined
}

export interface LineOptions {
  readonly now: () => EpochMs
  /** The real time, where `now` is another. */
  readonly today: EpochMs
  /** What local time is, as TZ has it; undefined: this machine's. */
  readonly local: string | undefined
  /** Whether lines may be left out. */
  readonly skips: boolean
}

/** @throws Fault as `trial` and `decoder` do */
export function lineMatcher(settings: FilterSettings, { skips, ...options }: LineOptions): LineMatcher {
  const { now, today, local } = options
  const it = trial(settings, { local, today })
  // Their time stands before them, if at all.
  const journal = settings.logtype === 'journal'
  const decode = decoder(settings.logencoding)
  // The scan looks for the literals' bytes in UTF-8.
  const maySkip = skips && !journal && isUtf8(settings.logencoding)
  const finder = lineFinder(it, maySkip ? decode : undefined)
  const attempt = journal ? journalReader(it, settings, options) : it.try
  let before = 0
  return {
    trial: it,
    match({ bytes, cut }) {
      const { lines, count } = finder.find(bytes, now())
      const shown: MatchedLine[] = []
      let why = ''
      let leftOut: string | undefined
      eachLine(lines.length, {
        match(index) {
          const { start, end, number } = lines[index]!
          const text = decode(bytes.subarray(start, end)).replace(/\r+$/, '')
          shown.push(matched({ n: before + number, text, leftOut, cut }, attempt, now()))
          leftOut = undefined
        },
        skip() {
          leftOut = why
        },
        stopped: (what) => it.filter.watch.stopped(what),
        fault({ message }) {
          why = message
        },
      })
      before += count
      return { shown, count }
    },
  }
}

interface NextLine {
  readonly n: number
  readonly text: string
  /** Why no expression is shown it. */
  readonly leftOut: string | undefined
  readonly cut: boolean
}

function matched({ n, text, leftOut, cut }: NextLine, attempt: Trial['try'], now: EpochMs): MatchedLine {
  // As fail2ban-regex does it, so that a log may say what it is a sample of.
  if (text === '' || text.startsWith('#')) return { told: untold(n, 'comment'), text, tried: undefined }
  if (leftOut) return { told: untold(n, 'missed', leftOut), text, tried: undefined }
  const tried = attempt(text, now)
  return { told: told(n, tried, now, cut ? CUT : undefined), text, tried }
}

const CUT = `cut after ${MAX_LINE_BYTES} bytes`

/** The time that journalctl writes before a line is no part of what the expressions see. */
function journalReader(
  it: Trial,
  { logtimezone }: FilterSettings,
  { local, today }: Pick<LineOptions, 'local' | 'today'>,
): Trial['try'] {
  const dates = dateDetector({ patterns: '{^LN-BEG}', zone: logtimezone, local, today })
  return (line, now) => {
    const date = dates.find(line, now)
    if (!date) return it.tryDated(line, { time: now, stamp: '' }, now)
    const text = (line.slice(0, date.start) + line.slice(date.end)).trimStart()
    const stamp = `${line.slice(date.start, date.end)} `
    return { ...it.tryDated(text, { time: date.time ?? now, stamp }, now), date }
  }
}
