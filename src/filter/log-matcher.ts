/**
 * All filters that read one log: bytes in, failures out. One pass over the raw bytes finds the lines that can matter at
 * all; only those are cut, decoded, dated and matched, by the expressions whose literal they hold.
 */
import { Fault } from '../base/fault.ts'
import type { EpochMs } from '../world/clock.ts'
import { alarmFault, datesLeftOut, eachLine } from './budget.ts'
import { type ClockState, isRecent, takeBack, timeOf } from './date/clock-rules.ts'
import { type DateFound, dateDetector } from './date/detector.ts'
import { type NotSought, type Thrifty, thrifty } from './date/thrifty.ts'
import { type Decode, decoder } from './decode.ts'
import type { Failure } from './failure.ts'
import type { Filter } from './filter.ts'
import type { FilterSettings } from './filter-settings.ts'
import { nginxRecords } from './nginx-record.ts'
import { bufferOf } from './plain-scan.ts'
import { type Needle, type Prefilter, prefilter } from './prefilter.ts'

/** A jail's filter on a log. */
export interface Reading {
  readonly jail: string
  readonly filter: Filter
  /** Seconds: while catching up after a start, what is older is of no use. */
  readonly findtime: number
}

export interface LogMatcher {
  /**
   * @param bytes whole lines, the next of the log
   * @param live whether they were written just now, rather than caught up with after a start; undefined: not known
   */
  match(bytes: Uint8Array, now: EpochMs, live?: boolean): Matched
  /** Whether a line is too old to count for any of the filters; undefined if it does not say when it was. */
  isOld(line: Uint8Array, now: EpochMs): boolean | undefined
}

export interface Matched {
  readonly lines: number
  readonly failures: readonly { readonly jail: string; readonly failure: Failure & { readonly time: EpochMs } }[]
  /** A line took too long and was left out; a log's dates cannot be right. */
  readonly faults: readonly Fault[]
}

/** Text kept of a line. */
const MAX_KEPT = 1024

export function logMatcher(readings: readonly Reading[]): LogMatcher {
  const owners = readings.flatMap(({ filter: { needles, settings } }, reading) =>
    needles.map((needle, number) => ({ needle: inEncoding(needle, settings), reading, number })),
  )
  const scan = prefilter(owners.map(({ needle }) => needle))
  const records = nginxRecords()
  const dated = datesOf(readings)
  return {
    match(bytes, now, live) {
      const failures: Matched['failures'][number][] = []
      const faults: Fault[] = []
      const lines = candidates(scan, bytes, records.forged(bytes))
      const chunk = bufferOf(bytes)
      const matchPart = ([index, numbers]: Part, line: Line): void => {
        const { jail, filter, findtime } = readings[index]!
        const { dates, number, state, encoding } = dated[index]!
        line.texts[encoding.number] ??= bare(encoding.decode(line.bytes))
        const text = line.texts[encoding.number]!
        if (line.cuts[number] === undefined) {
          const found = dates.find(text, now)
          line.cuts[number] = found === 'not sought' ? found : cutOut(text, found)
        }
        const cut = line.cuts[number]!
        if (cut === 'not sought') return
        const { date, rest } = cut
        // What only looks like a date stays where the line before says when it was.
        const seen = date && date.time === undefined && isRecent(state, now) ? text : rest
        const time = timeOf(state, { found: date?.time, now, findtime, live })
        const undated = time === undefined && date?.time === undefined
        const isOfUse = time !== undefined || (undated && filter.settings.maxlines > 1)
        const verdict = isOfUse ? filter.match(seen, text.slice(0, MAX_KEPT), now, numbers, undated) : undefined
        if (verdict?.kind !== 'failure') takeBack(state, 'no date')
        if (state.due) faults.push(clockFault(state, jail))
        if (verdict?.kind === 'failure' && time !== undefined) {
          failures.push({ jail, failure: { ...verdict.failure, time } })
        }
      }
      // A line that was stopped goes on with the reading that it was stopped in.
      let line: Line | undefined
      eachLine(lines.length, {
        match(at) {
          if (line?.at !== at) {
            const { start, end } = lines[at]!
            const parts = byReading(lines[at]!.owners, owners)
            line = { at, bytes: chunk.subarray(start, end), texts: [], cuts: [], parts, done: 0 }
          }
          for (const part of line.parts.slice(line.done)) {
            matchPart(part, line)
            line.done++
          }
        },
        skip: () => void (line && line.done++),
        stopped: (what) => readings.filter(({ filter }) => filter.watch.stopped(what)).length > 0,
        fault: (fault) => faults.some(({ message }) => message === fault.message) || faults.push(fault),
      })
      for (const { jail, filter } of readings) {
        for (const alarm of filter.watch.alarms()) faults.push(alarmFault(alarm, jail, filter.settings))
      }
      if (dated.some(({ dates }) => dates.alarm())) faults.push(datesLeftOut())
      return { lines: scan.countLines(bytes), failures, faults }
    },
    isOld(line, now) {
      const times = dated.map(({ dates, encoding }) => dates.find(bare(encoding.decode(line)), now))
      let isKnown = times.length > 0
      for (const [index, found] of times.entries()) {
        const time = found === 'not sought' ? undefined : found?.time
        if (time === undefined) isKnown = false
        else if (time >= now - readings[index]!.findtime * 1000 - DISORDER_MS) return false
      }
      return isKnown ? true : undefined
    },
  }
}

/** Without what no program means by a line: a byte order mark, and the NULs that a crash or a truncation leaves. */
function bare(text: string): string {
  const first = text.charCodeAt(0)
  return first === 0 || first === 0xfeff ? text.replace(/^[\0\ufeff]+/, '') : text
}

/** Lines of one log may stand in another order than they happened, by this much. */
const DISORDER_MS = 60_000

interface Line {
  readonly at: number
  readonly bytes: Uint8Array
  /** By encoding. */
  readonly texts: string[]
  /** By detector. */
  readonly cuts: (Cut | NotSought)[]
  readonly parts: readonly Part[]
  /** Parts that need not be matched again. */
  done: number
}

/** A reading, and which of its expressions may match. */
type Part = readonly [reading: number, numbers: number[]]

interface Candidate {
  readonly start: number
  readonly end: number
  readonly owners: readonly number[]
}

const CARRIAGE_RETURN = 0x0d

function candidates(scan: Prefilter, bytes: Uint8Array, forged: ReadonlySet<number>): Candidate[] {
  const found: Candidate[] = []
  scan.candidates(bytes, (start, newline, owners) => {
    if (forged.has(start)) return
    let end = newline
    // As Fail2ban does, however many there are.
    while (end > start && bytes[end - 1] === CARRIAGE_RETURN) end--
    found.push({ start, end, owners: [...owners] })
  })
  return found
}

/** The expressions of each reading that may match, in the order of the readings. */
function byReading(
  owners: readonly number[],
  all: readonly { readonly reading: number; readonly number: number }[],
): readonly Part[] {
  const groups: Part[] = []
  for (const owner of owners) {
    const { reading, number } = all[owner]!
    const last = groups.at(-1)
    if (last?.[0] === reading) last[1].push(number)
    else groups.push([reading, [number]])
  }
  return groups
}

interface Dated {
  readonly encoding: { readonly decode: Decode; readonly number: number }
  readonly dates: Thrifty
  readonly number: number
  readonly state: ClockState
}

/** Literals are looked for as UTF-8: in a log of another encoding those of ASCII alone stand as they are. */
function inEncoding(needle: Needle | undefined, { logencoding }: FilterSettings): Needle | undefined {
  if (!needle || logencoding === 'auto') return needle
  const sets = [needle, ...(needle.also ?? [])].filter(({ any }) => any.every((text) => !/[^\x00-\x7f]/.test(text)))
  const [first, ...also] = sets.map(({ any, ignoreCase }) => ({ any, ignoreCase }))
  return first && { ...first, also }
}

/** Filters with the same encoding and patterns share what reads them: a line is decoded and dated once for all of them. */
function datesOf(readings: readonly Reading[]): readonly Dated[] {
  const encodings = new Map<string, Dated['encoding']>()
  const detectors = new Map<string, Pick<Dated, 'dates' | 'number'>>()
  return readings.map(({ filter: { settings } }) => {
    const { logencoding, datepattern: patterns, logtimezone: zone } = settings
    const encoding = remember(encodings, logencoding, (number) => ({ decode: decoder(logencoding), number }))
    const key = `${patterns}\0${zone}\0${logencoding}`
    const one = remember(detectors, key, (number) => ({ dates: thrifty(dateDetector({ patterns, zone })), number }))
    return { ...one, encoding, state: {} as ClockState }
  })
}

function remember<T>(known: Map<string, T>, key: string, make: (number: number) => T): T {
  const value = known.get(key) ?? make(known.size)
  known.set(key, value)
  return value
}

/** A line's date, and the text without it. */
interface Cut {
  readonly date: DateFound | undefined
  readonly rest: string
}

function cutOut(text: string, date: DateFound | undefined): Cut {
  return { date, rest: date ? text.slice(0, date.start) + text.slice(date.end) : text }
}

/** Takes what the clock rules want told, at most once a day each. */
function clockFault(state: ClockState, jail: string): Fault {
  const { due } = state
  state.due = undefined
  if (due === 'old') return new Fault('date.old', `${jail} leaves out lines from before its findtime`)
  const what = due === 'off' ? 'with dates more than a minute from now' : 'without a date'
  return new Fault('date.off', `${jail} sees failures ${what}: they count as happening now`, {
    hint: "check the clock and the time zone of who writes the log, or set the jail's datepattern or logtimezone",
  })
}
