/** What stands around a chart: what was counted, of which time, by whose data. */
import { amount } from '../../../chart/amount.ts'
import type { DataSource } from '../../../place/places.ts'
import { filterOf, localTime, periodOf, subjectOf } from '../../../statistics/print/heading.ts'
import { reasonOf } from '../../../statistics/print/notes.ts'
import type { Series, Table } from '../../../statistics/table.ts'

/** `2 623 addresses in force, 65 countries · all jails · as of 2026-11-23 12:00 (Europe/Paris)`, as `rampart stats` says it. */
export function subtitleOf(table: Table): string {
  return [spaced(subjectOf(table)), filterOf(table), periodOf(table)].filter((words) => words !== undefined).join(' · ')
}

/** Thousands as the chart has them. */
function spaced(words: string): string {
  return words.replace(/(?<=\d),(?=\d{3})/g, '\u202f')
}

/** `2026-11-16 12:00 to 2026-11-23 12:00 (Europe/Paris)`. */
export function spanOf({ period, zone }: Pick<Series, 'period' | 'zone'>): string {
  return `${localTime(period.from, zone)} to ${localTime(period.to, zone)} (${zone})`
}

/** Why some are unknown, and where places are from, as the licences ask. */
export function notesOf({ unknown, sources }: Table): readonly string[] {
  const reasons = Object.entries(unknown).filter(([, count]) => count > 0)
  const why = reasons.map(([reason, count]) => `${amount(count)} ${reasonOf(reason)}`).join(', ')
  return [...(why === '' ? [] : [`Unknown: ${why}`]), ...creditsOf(sources)]
}

function creditsOf(sources: readonly DataSource[]): readonly string[] {
  const credit = ({ credit, url, date }: DataSource) =>
    `${credit} (${url})${date === undefined ? '' : `, data of ${date}`}`
  return [...new Set(sources.map(credit))]
}
