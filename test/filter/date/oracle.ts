/** Compares the detector with the installed Fail2ban, line by line: the moment, the span and the template. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type DateFound, dateDetector } from '../../../src/filter/date/detector.ts'
import { askPython, missing as whyMissing } from '../ask-python.ts'

export interface Case {
  /** The datepattern; undefined: the default templates. */
  readonly pattern?: string
  readonly zone?: string
  /** Seconds. */
  readonly now?: number
  /** Seconds that pass from one line to the next. */
  readonly step?: number
  /** Found one after the other by one detector. */
  readonly lines: readonly string[]
}

/** `[epoch seconds, start, end, template]`, null for no date, a text where Fail2ban raised an error. */
export type Answer = readonly [number | 'unread', number, number, string] | null | string

/** Sunday, 22 November 2026, 17:00 UTC. */
export const NOW = 1795366800

/** Why there is nothing to compare with; false if there is. */
export const missing = whyMissing('fail2ban.server.datedetector')

export function ask(cases: readonly Case[], tz: string): readonly (readonly Answer[] | string)[] {
  const input = cases.map(({ pattern = null, zone = null, now = NOW, step = 0, lines }) => ({
    pattern,
    zone,
    now,
    step,
    lines,
  }))
  return askPython(join(import.meta.dirname, 'oracle.py'), input, tz)
}

/** Fails with the first lines that differ; returns how many were compared. */
export function compare(
  cases: readonly Case[],
  tz: string,
  allowed: (theirs: Answer, ours: Answer) => boolean = never,
): number {
  const answers = ask(cases, tz)
  const wrong: string[] = []
  let count = 0
  for (const [index, one] of cases.entries()) {
    const theirs = answers[index]!
    if (typeof theirs === 'string') throw new Error(`Fail2ban refuses the pattern ${one.pattern}: ${theirs}`)
    const detector = dateDetector({ patterns: one.pattern, zone: one.zone, local: tz })
    for (const [row, line] of one.lines.entries()) {
      count++
      const ours = answerOf(line, detector.find(line, ((one.now ?? NOW) + row * (one.step ?? 0)) * 1000))
      if (same(ours, theirs[row]!) || allowed(theirs[row]!, ours)) continue
      wrong.push(
        `${one.pattern ?? 'default'} #${row} ${JSON.stringify(line)}\n  theirs ${show(theirs[row]!)}\n  ours   ${show(ours)}`,
      )
    }
  }
  assert.equal(
    wrong.length,
    0,
    `${wrong.length} of ${count} lines differ under ${tz}:\n${wrong.slice(0, 12).join('\n')}`,
  )
  return count
}

const never = () => false
const show = (answer: Answer) => JSON.stringify(answer)

function answerOf(line: string, found: DateFound | undefined): Answer {
  if (!found) return null
  // Python counts characters, not UTF-16 units.
  const [start, end] = [found.start, found.end].map((at) => [...line.slice(0, at)].length)
  return [found.time === undefined ? 'unread' : found.time / 1000, start!, end!, found.template]
}

function same(ours: Answer, theirs: Answer): boolean {
  // An exception inside Fail2ban (a zone that it does not know, a day without a month) drops the line there.
  if (typeof theirs === 'string') return ours !== null && ours[0] === 'unread'
  if (ours === null || theirs === null || typeof ours === 'string') return ours === theirs
  // What Fail2ban calls %Exk changes from run to run with the order of a set.
  const [time, start, end, name] = theirs
  return ours[0] === time && ours[1] === start && ours[2] === end && ours[3] === name.replace(/Ex%(?=[kl])/g, '%Ex')
}
