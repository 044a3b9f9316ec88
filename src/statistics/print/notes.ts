/** What is told around a table: above it what it counts, below it what it leaves out. */
import type { By, Table } from '../table.ts'
import { cut } from './cut.ts'
import { counted, dataOf, filterOf, grouped, periodOf, subjectOf } from './heading.ts'

/** Unescaped lines. */
export function underTitle(table: Table): readonly string[] {
  const data = dataOf(table.sources)
  const isOfPlaces = ['country', 'org', 'city', 'class'].includes(table.by)
  return [
    subjectOf(table),
    [...[filterOf(table), periodOf(table)], ...(isOfPlaces ? [data === '' ? absent(table.by) : `places: ${data}`] : [])]
      .filter((words) => words !== undefined)
      .join(' · '),
  ]
}

function absent(by: By): string {
  return by === 'city'
    ? 'no data of cities is installed: rampart geo install city'
    : 'no data of places is installed: rampart geo status'
}

/** Unescaped lines. */
export function notesOf(table: Table, limit: number | 'all'): readonly string[] {
  const { ties, rows, left } = cut(table, limit)
  const why = Object.entries(table.unknown).map(([what, count]) => `${grouped(count)} ${reasonOf(what)}`)
  return [
    ...(left.rows === 0
      ? []
      : [
          `${ties === 0 ? '' : `+${grouped(ties)} more with ${grouped(rows.at(-1)!.count)}; `}${counted(left.rows, 'row', 'rows')} not shown, with ${grouped(left.count)} together (-n all)`,
        ]),
    ...(why.length === 0 ? [] : [`unknown: ${why.join(', ')}`]),
  ]
}

/** How it is told why a place is not known: behind a number. */
export function reasonOf(what: string): string {
  return WHY[what] ?? what
}

/** What is not here says itself. */
const WHY: Readonly<Record<string, string>> = {
  'no record': 'of which the data says nothing',
  private: 'private',
  loopback: 'of this host itself',
  'link-local': 'link-local',
  shared: 'behind a provider (100.64.0.0/10)',
  documentation: 'for documentation',
  garbage: 'no address',
  'not kept apart': 'of addresses too many to keep apart',
  'too many': 'others, too many to keep apart',
  'not told': 'of which the history does not tell',
}
