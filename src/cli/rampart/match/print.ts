/** What `rampart match` prints for a person: the lines that count, and the sum of all. */
import { printable } from '../../../base/printable.ts'
import type { Loaded } from '../../../config/load-filter.ts'
import type { Fields } from '../../../filter/groups.ts'
import { textOf } from '../../../filter/groups.ts'
import { paint, quote, type Terminal, thousands, wrap } from '../../print.ts'
import type { MatchedLine } from './line-matcher.ts'

export interface Counts {
  readonly lines: number
  readonly matched: number
  readonly ignored: number
  /** Lines that belong to a session and complete nothing. */
  readonly noted: number
  /** Of them the begin alone was looked at. */
  readonly cut: number
  readonly leftOut: number
}

export const NO_COUNTS: Counts = { lines: 0, matched: 0, ignored: 0, noted: 0, cut: 0, leftOut: 0 }

export function counted(
  before: Counts,
  more: { readonly shown: readonly MatchedLine[]; readonly count: number; readonly cut: boolean },
): Counts {
  const result = { ...before, lines: before.lines + more.count, cut: before.cut + (more.cut ? 1 : 0) }
  for (const { told, tried } of more.shown) {
    if (told.matched) result.matched++
    else if (told.ignored) result.ignored++
    else if (told.regex !== null) result.noted++
    else if (!tried && told.verdict === 'missed') result.leftOut++
  }
  return result
}

/** One line that matched or was ignored, in two; nothing for any other. */
export function printLine(terminal: Terminal, { told, text }: MatchedLine): string {
  if (!told.matched && !told.ignored) return ''
  const number = String(told.n).padStart(6)
  const below = `${' '.repeat(8)}${paint(terminal, 'dim', quote(terminal, text, 8))}\n`
  if (told.ignored) {
    return `${number}  ${paint(terminal, 'yellow', 'ignored')}  by ignoreregex ${told.ignoreregex! + 1}\n${below}`
  }
  return told.failures
    .map(({ id, fields, note, attempts }) => {
      const session = attempts > 1 ? `, ${attempts} lines` : ''
      const by = `by expression ${told.regex! + 1}${session}${printFields(fields)}`
      const noted = note === null ? '' : `        ${paint(terminal, 'yellow', wrap(terminal, printable(note), 8))}\n`
      return `${number}  ${paint(terminal, 'red', quote(terminal, id, 8))}  ${paint(terminal, 'dim', by)}\n${noted}`
    })
    .concat(below)
    .join('')
}

/** What a person asks for first; all of it is in the JSON. */
function printFields(fields: Fields): string {
  const shown = ['user', 'port'].flatMap((name) => {
    const value = fields[name]
    return value === undefined || value === '' ? [] : [`${name} ${short(printable(textOf(value)))}`]
  })
  return shown.length > 0 ? `, ${shown.join(', ')}` : ''
}

function short(text: string): string {
  return text.length > MOST_OF_A_FIELD ? `${text.slice(0, MOST_OF_A_FIELD)}…` : text
}

const MOST_OF_A_FIELD = 40

export function printSummary(terminal: Terminal, loaded: Loaded, counts: Counts, explained: boolean): string {
  const { lines, matched, ignored, noted, cut, leftOut } = counts
  const missed = lines - matched - ignored - noted
  const sum = [
    `${thousands(lines)} ${lines === 1 ? 'line' : 'lines'}`,
    `${thousands(matched)} matched`,
    `${thousands(ignored)} ignored`,
    ...(noted > 0 ? [`${thousands(noted)} part of a session`] : []),
    `${thousands(missed)} missed`,
  ]
  const notes = [
    ...takenWords(loaded),
    ...(cut > 0 ? [`${thousands(cut)} longer than 64 KiB: only their begin was looked at`] : []),
    ...(leftOut > 0 ? [`${thousands(leftOut)} took too long, and no more of them was looked at`] : []),
    ...(matched === 0 && lines > 0 && !explained ? ['--explain shows for each line how near an expression came'] : []),
  ]
  const head = `${paint(terminal, 'bold', printable(loaded.name))}: ${sum.join(', ')}\n`
  return `${head}${notes.map((note) => `  ${paint(terminal, 'dim', wrap(terminal, note, 2))}\n`).join('')}`
}

/** Which of two things of one name it was. */
function takenWords({ from, name, other, settings }: Loaded): readonly string[] {
  const shown = printable(name)
  if (from === 'jail') {
    const filter = `the jail ${shown} with its filter ${printable(settings.name)}`
    return [other === undefined ? filter : `${filter}; the filter alone: filter:${shown}`]
  }
  return other === undefined ? [] : [`the filter ${shown}; the jail with its own options: jail:${shown}`]
}
