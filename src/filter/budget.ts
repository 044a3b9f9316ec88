/**
 * Time for lines: a hard limit for a stretch of them and for each, so that none holds up those behind it. Who took too
 * long is found out by the watch over a filter's expressions (regex/watch.ts), which does not let it happen again.
 */
import { asFault, Fault } from '../base/fault.ts'
import type { FilterSettings } from './filter-settings.ts'
import { withinLimit } from './regex/limit.ts'
import { safer } from './regex/safer.ts'
import type { Alarm, Stopped } from './regex/watch.ts'
import { expandTags } from './tags.ts'

export interface Work {
  /** Matches a line; of one that was stopped the part that was not done. */
  match(line: number): void
  /** Gives up the part of the line that was stopped. */
  skip(): void
  /** @returns whether an expression was at work, which is slow no more */
  stopped(what: Stopped): boolean
  fault(fault: Fault): void
}

/** One line may take this long; the others go on. */
const LINE_LIMIT_MS = 100
/** A stretch of lines in one go, some milliseconds' work: setting the limit costs 0.1 ms, more than a match. */
const STRETCH_LIMIT_MS = 100
const STRETCH_LINES = 1000
/** How often a line is tried again, each time without the expression that was to blame the last time. */
const MOST_TRIES = 5
/** Jails that one line may be left out for. */
const MOST_PARTS = 50

/**
 * Matches line after line under a limit that interrupts even a running expression. On an overrun the line at hand is tried
 * again alone, since others may have taken the time. What overruns alone is left out, and so is what cannot be matched at
 * all: an error would end the reader, and at the same line again and again. All else of the line is matched.
 */
export function eachLine(count: number, work: Work): void {
  let next = 0
  const goOn = (stop: number): void => {
    while (next < stop) {
      work.match(next)
      next++
    }
  }
  while (next < count) {
    const thrown = caught(STRETCH_LIMIT_MS, () => goOn(Math.min(next + STRETCH_LINES, count)))
    if (!thrown) continue
    work.stopped(thrown.code === 'regex.overrun' ? 'stretch' : 'nothing')
    const at = next
    // The limit may have struck between two lines.
    if (at < count) alone(() => goOn(at + 1), work)
    next = Math.max(next, Math.min(at + 1, count))
  }
}

function alone(match: () => void, work: Work): void {
  let tries = 0
  for (let all = 0; all < MOST_TRIES * MOST_PARTS; all++) {
    const thrown = caught(LINE_LIMIT_MS, match)
    if (!thrown) return
    tries++
    const known = work.stopped(thrown.code === 'regex.overrun' ? 'line' : 'nothing')
    if ((known || thrown.code === 'regex.starved') && tries < MOST_TRIES) continue
    work.fault(leftOut(thrown))
    work.skip()
    tries = 0
  }
}

function caught(ms: number, act: () => void): Fault | undefined {
  try {
    withinLimit(ms, act)
    return undefined
  } catch (thrown) {
    return asFault(thrown, 'filter.failed')
  }
}

function leftOut(cause: Fault): Fault {
  if (cause.code !== 'regex.overrun' && cause.code !== 'regex.starved')
    return new Fault('filter.failed', `a line could not be matched and was left out: ${cause.message}`, { cause })
  return new Fault('filter.slow', `a line took longer than ${LINE_LIMIT_MS} ms and was left out`, {
    hint: 'a date pattern of the admin may be to blame: rampart match shows which',
    cause,
  })
}

/** What the watch over a jail's expressions has to tell. */
export function alarmFault({ python, kind }: Alarm, jail: string, { usedns, name }: FilterSettings): Fault {
  const form = safer(python, (text) => expandTags(text, usedns))
  const what = `the jail ${jail}: the expression ${python} of the filter ${name}`
  const hint =
    form === undefined ? 'give its loops an end: [^"]{0,200} for .*, one loop instead of two' : `safer: ${form}`
  return new Fault(CODES[kind], `${what} ${SAYS[kind]}`, { hint })
}

const CODES: Readonly<Record<Alarm['kind'], string>> = {
  slow: 'filter.slow',
  'left out': 'filter.left-out',
  'set aside': 'filter.set-aside',
}

const SAYS: Readonly<Record<Alarm['kind'], string>> = {
  slow: 'takes too long for lines that its log gets: a slower engine, which no line can stall, has it for an hour',
  'left out': 'gets so many long lines that some are left out',
  'set aside': 'took too long again and again: for an hour it is set aside for lines of that length',
}

/** Long lines that make the search for a date slow. */
export function datesLeftOut(): Fault {
  return new Fault(
    'filter.left-out',
    'a log gets so many long lines without a date soon found that some are left out',
    {
      hint: 'lines of ordinary length are matched as ever; a datepattern with a ^ finds a date sooner',
    },
  )
}
