/** Lines of a log through the trial of a filter: one after another, or all but those that may match in one go. */
import { Fault } from '../../base/fault.ts'
import { repr } from '../../base/python-repr.ts'
import { withinLimit } from '../../filter/regex/limit.ts'
import type { EpochMs } from '../../world/clock.ts'
import type { Findings } from './findings.ts'
import { bareLine, type Reading } from './reading.ts'
import { skipper } from './skipper.ts'

export interface LineReader {
  /** Where bytes had best lie. */
  readonly buffer: Uint8Array
  /** The next bytes of the log: whole lines. */
  readonly bytes: (bytes: Uint8Array) => void
  readonly line: (line: string) => void
  /** A line with its time beside it. */
  readonly dated: (line: string, time: EpochMs) => void
}

const NEWLINE = 0x0a

export function lineReader(reading: Reading): LineReader {
  const { trial, clock, findings } = reading
  const look = (text: string, only?: readonly number[]) => {
    const bare = bareLine(text)
    if (bare !== undefined) findings.add(bare, trial.try(bare, clock.now(), only))
  }
  // The trial watches over the expressions, nobody over the dates.
  const line = REPEATED_GROUP.test(reading.settings.datepattern ?? '') ? limited(look, findings) : look
  const decoded = decodedBy(reading)
  const skips =
    reading.skips === false
      ? undefined
      : skipper(reading, (bytes, start, end, only) => line(decoded(bytes, start, end), only))
  return {
    buffer: skips?.buffer ?? new Uint8Array(1 << 20),
    line,
    dated: (text, time) => findings.add(text, trial.tryDated(text, { time, stamp: '' }, clock.now())),
    bytes(bytes) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      for (let at = 0; at < view.length; ) {
        if (skips && findings.missedWanted() === 0) {
          skips.bytes(view.subarray(at))
          return
        }
        const newline = view.indexOf(NEWLINE, at)
        const end = newline < 0 ? view.length : newline + 1
        line(decoded(view, at, end))
        at = end
      }
    },
  }
}

/** Only such a date pattern can take exponential time. */
const REPEATED_GROUP = /\)[*+{]/
const LINE_LIMIT_MS = 100

type Look = (text: string, only?: readonly number[]) => void

function limited(look: Look, findings: Findings): Look {
  return (text, only) => {
    try {
      withinLimit(LINE_LIMIT_MS, () => look(text, only))
    } catch (thrown) {
      if (!(thrown instanceof Fault) || !/^regex\.(overrun|starved)$/.test(thrown.code)) throw thrown
      findings.addStopped()
    }
  }
}

/** The first line that is not of the encoding is told of. */
function decodedBy({ decoder, encoding, told, log }: Reading): (bytes: Buffer, start: number, end: number) => string {
  if (!decoder) return () => ''
  if (!told.hears('warning')) return decoder.decode
  let silent = false
  return (all, start, end) => {
    const bytes = all.subarray(start, end)
    const text = decoder.decode(bytes)
    // The mark may stand in the log itself.
    if (silent || !text.includes('\ufffd') || bytes.includes('\ufffd')) return text
    silent = true
    told.log('warning', 'filter', `Error decoding line from ${repr(log)} with ${repr(encoding)}.`)
    const passed = `What is not of that encoding is passed over, here and from now on (-e names another): ${repr({ bytes })}`
    told.log('warning', 'filter', passed)
    return text
  }
}
