/**
 * The last hit and the text around it: where the same text stands again, so does the same date. Log lines repeat the
 * same second many times, and a comparison costs a tenth of a search.
 */
import type { Hit, Template } from './template.ts'

export interface Memory {
  readonly hit: Hit
  readonly template: Template
  /** All that decided the hit: the date, the character before it, and some after it. */
  readonly window: string
  /** Characters of the window before the hit. */
  readonly lead: number
  /** The line ended with the window, and must do so again. */
  readonly ends: boolean
  /** No other template hits the window, whatever its digits are. */
  readonly alone: boolean
}

/**
 * What may follow a default form, and so must be looked at to know that it does not: a fraction, a zone, perhaps behind a
 * blank, a year behind a blank. One or two characters that begin none of these decide; else eight do (` +01:00` and
 * what bounds it), unless blanks put the zone further off.
 */
const DECIDED = /^(?:[^\s.,ZUG+-]|\s[^\s2ZUG+-])/i
const REACH = 8

/**
 * @param others whether another template hits a text; asked only where the form is new
 * @returns undefined where more than the window may have decided
 */
export function memoryOf(
  hit: Hit,
  template: Template,
  line: string,
  before: Memory | undefined,
  others: (text: string) => boolean,
): Memory | undefined {
  if (template.stock === undefined) return undefined
  const lead = template.anchored ? hit.from : Math.min(1, hit.from)
  const seen = windowOf(line, hit.from - lead, hit.end)
  if (!seen) return undefined
  const memory = { hit, template, ...seen, lead, alone: false }
  if (template.stock !== 'closed' || template.anchored) return memory
  const known = before?.template === template && hasForm(before, line, hit)
  return { ...memory, alone: known ? before.alone : !others(seen.window) }
}

/** The text from `start` up to a date's end and as far behind it as may have decided; undefined where that is more. */
export function windowOf(line: string, start: number, end: number): Pick<Memory, 'window' | 'ends'> | undefined {
  const after = line.slice(end, end + REACH)
  if (/^\s\s/.test(after)) return undefined
  const reach = DECIDED.exec(after)?.[0].length ?? REACH
  const window = line.slice(start, end + reach)
  return NOT_ASCII.test(window) ? undefined : { window, ends: line.length < end + reach }
}

const NOT_ASCII = /[^\x00-\x7f]/

/** The hit again, if its text stands there with its hit at `from`. */
export function hitAt(memory: Memory, line: string, from: number): Hit | undefined {
  const start = from - memory.lead
  if (!line.startsWith(memory.window, start)) return undefined
  if (memory.ends && line.length !== start + memory.window.length) return undefined
  return moved(memory.hit, from - memory.hit.from)
}

/** The hit again, wherever its text stands first. */
export function hitIn(memory: Memory, line: string): Hit | undefined {
  const start = line.indexOf(memory.window)
  return start < 0 ? undefined : hitAt(memory, line, start + memory.lead)
}

/** Whether a hit has the same text as the known one but for its digits. */
export function hasForm(memory: Memory, line: string, hit: Hit): boolean {
  const { window, lead, ends } = memory
  const start = hit.from - lead
  if (hit.end - hit.from !== memory.hit.end - memory.hit.from || start < 0) return false
  if (ends ? line.length !== start + window.length : line.length < start + window.length) return false
  for (let at = 0; at < window.length; at++) {
    const [code, known] = [line.charCodeAt(start + at), window.charCodeAt(at)]
    if (code !== known && !(isDigit(code) && isDigit(known))) return false
  }
  return true
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function moved(hit: Hit, by: number): Hit {
  if (by === 0) return hit
  return { start: hit.start + by, end: hit.end + by, from: hit.from + by, groups: hit.groups, names: hit.names }
}
