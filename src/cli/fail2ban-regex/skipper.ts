/**
 * Bytes of a log through a filter without looking at lines that cannot match: the prefilter names those that can, and by
 * which expressions. Of the others only the date counts, and that is known without a search where it is the same as the
 * line's before.
 */
import { asksIgnoredFirst } from '../../filter/examine.ts'
import { type Prefilter, prefilter } from '../../filter/prefilter.ts'
import type { EpochMs } from '../../world/clock.ts'
import { bareLine, type Reading } from './reading.ts'
import { type SteadyScan, steadyScan } from './steady-scan.ts'

export interface Skipper {
  /** What is read straight into here is scanned without being copied. */
  readonly buffer: Uint8Array
  /** Whole lines; none of those that are missed is wanted as text. */
  bytes(bytes: Buffer): void
}

/** Looks at a line. `only`: numbers of the expressions that may match; all if undefined. */
export type Look = (bytes: Buffer, start: number, end: number, only?: readonly number[]) => void

const NEWLINE = 0x0a
/** Small enough to stay in the cache of one core while it is looked at three times. */
const PIECE_BYTES = 1 << 18

/**
 * @returns undefined where every line must be looked at
 */
export function skipper(reading: Reading, look: Look): Skipper | undefined {
  const { trial } = reading
  if (!maySkip(reading)) return undefined
  const scan = prefilter(trial.filter.needles)
  const steady = steadyScan(scan.buffer.length)
  if (!steady) return undefined
  return {
    buffer: scan.buffer.subarray(0, PIECE_BYTES),
    bytes: (bytes) => pieces({ reading, look, scan, steady }, bytes),
  }
}

function maySkip({ settings, decoder, told, trial, findings }: Reading): boolean {
  const { needles } = trial.filter
  return (
    settings.maxlines <= 1 &&
    decoder?.isUtf8 === true &&
    !told.hears('warning') &&
    Number.isFinite(findings.missedWanted()) &&
    needles.length > 0 &&
    needles.every((needle) => needle !== undefined)
  )
}

/** A prefregex, and ignoreregex that come first, count lines that no failregex matches; rows do not show that. */
function isCounted({ settings, options }: Reading): boolean {
  const early = asksIgnoredFirst(settings.failregex, settings.ignoreregex)
  return options.out === undefined && (settings.prefregex !== undefined || early)
}

interface Skipping {
  readonly reading: Reading
  readonly look: Look
  readonly scan: Prefilter
  readonly steady: SteadyScan
}

function pieces(it: Skipping, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    const last = bytes.lastIndexOf(NEWLINE, at + it.steady.capacity - 1)
    if (last < at) {
      // Longer than the buffer, or the last line, which lacks its newline.
      const newline = bytes.indexOf(NEWLINE, at)
      const end = newline < 0 ? bytes.length : newline + 1
      it.look(bytes, at, end)
      at = end
    } else {
      piece(it, bytes.subarray(at, last + 1))
      at = last + 1
    }
  }
}

function piece(it: Skipping, bytes: Buffer): void {
  const now = it.reading.clock.now()
  it.steady.load(bytes)
  const found: Candidate[] = []
  it.scan.candidates(bytes, (start, newline, owners) => found.push({ start, end: newline + 1, owners: [...owners] }))
  let at = 0
  const between = isCounted(it.reading) ? lookAtNone : skip
  for (const { start, end, owners } of found) {
    between(it, bytes, at, start, now)
    it.look(bytes, start, end, owners)
    at = end
  }
  between(it, bytes, at, bytes.length, now)
}

interface Candidate {
  readonly start: number
  readonly end: number
  readonly owners: readonly number[]
}

/** Lines that no failregex matches. */
function lookAtNone({ look }: Skipping, bytes: Buffer, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const end = bytes.indexOf(NEWLINE, at) + 1
    look(bytes, at, end, [])
    at = end
  }
}

/** Lines that match nothing. */
function skip({ reading, steady }: Skipping, bytes: Buffer, from: number, to: number, now: EpochMs): void {
  const { trial, findings, decoder } = reading
  let missed = 0
  for (let at = from; at < to; ) {
    const same = trial.dates.steady()
    if (same) {
      const { count, stop } = steady.run(at, to, same)
      missed += count
      if (count > 0) trial.dates.repeat(count, now)
      at = stop
      if (at >= to) break
    }
    const end = bytes.indexOf(NEWLINE, at) + 1
    const line = bareLine(decoder!.decode(bytes, at, end))
    if (line !== undefined) {
      trial.pass(line, now)
      missed++
    }
    at = end
  }
  if (missed > 0) findings.addMissed(missed)
}
