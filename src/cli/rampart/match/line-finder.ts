/**
 * Which lines are shown to the expressions: all, or only those that hold a literal without which none can match. The
 * verdicts are the same: a line that is left out would have changed nothing but what the date detector knows, and lines
 * are left out only while all dates of the log have one form. Every line of its begin is looked at, then some in each
 * stretch; at the second form all are again.
 */
import type { Decode } from '../../../filter/decode.ts'
import { asksIgnoredFirst } from '../../../filter/examine.ts'
import { type Prefilter, prefilter } from '../../../filter/prefilter.ts'
import type { Trial } from '../../../filter/trial.ts'
import type { EpochMs } from '../../../world/clock.ts'

export interface LineAt {
  readonly start: number
  /** Without its newline. */
  readonly end: number
  /** Which of these bytes' lines it is, from 1. */
  readonly number: number
}

export interface LineFinder {
  /** @param bytes whole lines, the next of the log */
  find(bytes: Uint8Array, now: EpochMs): { readonly lines: readonly LineAt[]; readonly count: number }
}

/** @param decode undefined: no line is to be left out */
export function lineFinder(trial: Trial, decode: Decode | undefined): LineFinder {
  const scan = decode && canSkip(trial) ? prefilter(trial.filter.needles) : undefined
  let seen = 0
  return {
    find(bytes, now) {
      const skips = scan !== undefined && seen >= FIRST_LINES && formsOf(trial) < 2
      const lines = skips ? candidates(scan, bytes) : allLines(bytes)
      const count = skips ? scan.countLines(bytes) : lines.length
      if (skips) for (const line of samples(bytes)) trial.dates.find(decode!(line), now)
      seen += count
      return { lines, count }
    },
  }
}

/** Of a log's begin every line is dated; then one line in so many bytes. */
const FIRST_LINES = 2000
const SAMPLE_BYTES = 256 * 1024

/**
 * An ignoreregex that is asked before the expressions counts lines that no expression matches; where an expression spans
 * lines, any line may be one of its.
 */
function canSkip({ filter: { needles, settings } }: Trial): boolean {
  const { failregex, ignoreregex, maxlines } = settings
  return !asksIgnoredFirst(failregex, ignoreregex) && maxlines === 1 && needles.every((needle) => needle !== undefined)
}

function formsOf({ dates }: Trial): number {
  return dates.hits().filter(({ hits }) => hits > 0).length
}

function allLines(bytes: Uint8Array): readonly LineAt[] {
  const lines: LineAt[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start)
    lines.push({ start, end, number: lines.length + 1 })
    start = end + 1
  }
  return lines
}

const NEWLINE = 0x0a

function candidates(scan: Prefilter, bytes: Uint8Array): readonly LineAt[] {
  const lines: LineAt[] = []
  let at = 0
  let before = 0
  scan.candidates(bytes, (start, end) => lines.push({ start, end, number: 0 }))
  return lines.map((line) => {
    before += scan.countLines(bytes.subarray(at, line.start))
    at = line.start
    return { ...line, number: before + 1 }
  })
}

function* samples(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SAMPLE_BYTES) {
    const start = at === 0 ? 0 : bytes.indexOf(NEWLINE, at) + 1
    const end = bytes.indexOf(NEWLINE, start)
    if (end > start) yield bytes.subarray(start, end)
  }
}
