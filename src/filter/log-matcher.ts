/**
 * All filters that read one log: bytes in, failures out. One pass over the raw bytes finds the lines that can matter at
 * all; only those are cut, decoded, dated and matched, by the expressions whose literal they hold.
 */
import { Fault } from '../base/fault.ts'
import type { EpochMs } from '../world/clock.ts'
import { alarmFault, eachLine } from './budget.ts'
import { type ClockState, timeOf } from './date/clock-rules.ts'
import { type DateDetector, type DateFound, dateDetector } from './date/detector.ts'
import type { Failure } from './failure.ts'
import type { Filter } from './filter.ts'
import { nginxRecords } from './nginx-record.ts'
import { type Prefilter, prefilter } from './prefilter.ts'

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
  const owners = readings.flatMap(({ filter }, reading) =>
    filter.needles.map((needle, number) => ({ needle, reading, number })),
  )
  const scan = prefilter(owners.map(({ needle }) => needle))
  const records = nginxRecords()
  const dated = datesOf(readings)
  return {
    match(bytes, now, live) {
      const failures: Matched['failures'][number][] = []
      const faults: Fault[] = []
      const lines = candidates(scan, bytes, records.forged(bytes))
      const matchPart = (part: Part, line: Line): void => {
        const [index, numbers] = part
        const reading = readings[index]!
        const { detector, number, state } = dated[index]!
        line.cuts[number] ??= cutOut(line.text, detector.find(line.text, now))
        const { date, rest } = line.cuts[number]
        const verdict = reading.filter.match(rest, line.kept, now, numbers)
        if (verdict?.kind !== 'failure') return
        const time = timeOf(state, { found: date?.time, now, findtime: reading.findtime, live })
        if (state.due) faults.push(clockFault(state, reading.jail))
        if (time !== undefined) failures.push({ jail: reading.jail, failure: { ...verdict.failure, time } })
      }
      // A line that was stopped goes on with the reading that it was stopped in.
      let line: Line | undefined
      eachLine(lines.length, {
        match(at) {
          if (line?.at !== at) {
            const text = decode(bytes, lines[at]!)
            const parts = byReading(lines[at]!.owners, owners)
            line = { at, text, kept: text.slice(0, MAX_KEPT), cuts: [], parts, done: 0 }
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
      return { lines: scan.countLines(bytes), failures, faults }
    },
  }
}

interface Line {
  readonly at: number
  readonly text: string
  readonly kept: string
  /** By detector. */
  readonly cuts: Cut[]
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

function candidates(scan: Prefilter, bytes: Uint8Array, forged: ReadonlySet<number>): Candidate[] {
  const found: Candidate[] = []
  scan.candidates(bytes, (start, end, owners) => {
    if (!forged.has(start)) found.push({ start, end, owners: [...owners] })
  })
  return found
}

/** UTF-8; what is none becomes U+FFFD, as Fail2ban reads it. ASCII, nearly every line, is decoded faster as latin1. */
function decode(bytes: Uint8Array, { start, end }: Candidate): string {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  return line.toString(isAscii(line) ? 'latin1' : 'utf8')
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 0x7f) return false
  return true
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
  readonly detector: DateDetector
  readonly number: number
  readonly state: ClockState
}

/** Filters with the same patterns share one detector, by its number: a line is dated once for all of them. */
function datesOf(readings: readonly Reading[]): readonly Dated[] {
  const known = new Map<string, Pick<Dated, 'detector' | 'number'>>()
  return readings.map(({ filter: { settings } }) => {
    const key = `${settings.datepattern}\0${settings.logtimezone}`
    const detector = () => dateDetector({ patterns: settings.datepattern, zone: settings.logtimezone })
    const one = known.get(key) ?? { detector: detector(), number: known.size }
    known.set(key, one)
    return { ...one, state: {} as ClockState }
  })
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
