/** Time for lines: a hard limit for a stretch of them and for each, so that none holds up those behind it. */
import { asFault, Fault } from '../base/fault.ts'
import { withinLimit } from './regex/limit.ts'

/** One line may take this long; the others go on. */
const LINE_LIMIT_MS = 100
/** A stretch of lines in one go, some milliseconds' work: setting the limit costs 0.1 ms, more than a match. */
const STRETCH_LIMIT_MS = 200
const STRETCH_LINES = 1000

/**
 * Matches line after line under a limit that interrupts even a running expression. On an overrun the line at hand is tried
 * again alone, since the machine may merely have been busy; only if it overruns alone it is left out. So is a line that
 * cannot be matched at all: an error would end the reader, and at the same line again and again.
 */
export function withTimeLimit<Line, Found>(
  lines: readonly Line[],
  matchLine: (line: Line) => readonly Found[],
  failures: Found[],
  faults: Fault[],
): void {
  let next = 0
  const goOn = (stop: number) => {
    while (next < stop) {
      const found = matchLine(lines[next]!)
      next++
      for (const one of found) failures.push(one)
    }
  }
  while (next < lines.length) {
    try {
      withinLimit(STRETCH_LIMIT_MS, () => goOn(Math.min(next + STRETCH_LINES, lines.length)))
    } catch {
      const bad = next
      if (bad === lines.length) return
      try {
        withinLimit(LINE_LIMIT_MS, () => goOn(bad + 1))
      } catch (alone) {
        next = bad + 1
        const fault = leftOut(asFault(alone, 'filter.failed'))
        if (!faults.some(({ message }) => message === fault.message)) faults.push(fault)
      }
    }
  }
}

function leftOut(cause: Fault): Fault {
  if (cause.code !== 'regex.overrun')
    return new Fault('filter.failed', `a line could not be matched and was left out: ${cause.message}`, { cause })
  const hint = 'rampart match shows which expression; one without nested or repeated .* is safe'
  return new Fault('filter.slow', `a line took an expression longer than ${LINE_LIMIT_MS} ms and was left out`, {
    hint,
    cause,
  })
}
