/** What stands around a chart of a table: what was counted, of which time, by which data. */
import { amount } from '../../../chart/amount.ts'
import type { DataSource } from '../../../place/places.ts'
import { periodOf, subjectOf } from '../../../report/wording.ts'
import type { By, Table } from '../../../statistics/table.ts'

/** What there is of each, as the article's titles spell it. */
export const THINGS: Readonly<Record<By, readonly [one: string, many: string]>> = {
  country: ['country', 'Countries'],
  org: ['organization', 'Organizations'],
  city: ['city', 'Cities'],
  jail: ['jail', 'Jails'],
  ip: ['address', 'Addresses'],
  port: ['port', 'Ports'],
  path: ['path', 'Paths'],
  agent: ['user agent', 'User agents'],
  hour: ['hour', 'Hours'],
  weekday: ['weekday', 'Weekdays'],
  day: ['day', 'Days'],
  class: ['class of network', 'Classes of networks'],
}

/** `2 623 addresses banned, all jails, bans in force at its end · 65 countries · until 23 November 2026 12:00 (Europe/Paris)`. */
export function subtitleOf(table: Table, rows: number): string {
  const [one, many] = THINGS[table.by]
  const things = `${amount(rows)} ${rows === 1 ? one : many.toLowerCase()}`
  // A list has no time but the one that it was read at.
  const period =
    table.origin === 'list'
      ? periodOf({ to: table.period.to }, table.zone).replace(/^.* to /, '')
      : periodOf(table.period, table.zone)
  return `${amount(table.total)} ${subjectOf(table)} · ${things} · ${period}`
}

/** Why some are unknown, and where places are from, as the licences ask. */
export function notesOf({ unknown, sources }: Table): readonly string[] {
  const reasons = Object.entries(unknown).filter(([, count]) => count > 0)
  const why = reasons.map(([reason, count]) => `${amount(count)} ${reason}`).join(', ')
  return [...(why === '' ? [] : [`Unknown: ${why}`]), ...creditsOf(sources)]
}

function creditsOf(sources: readonly DataSource[]): readonly string[] {
  return [
    ...new Set(
      sources.map(({ credit, url, date }) => `${credit} (${url})${date === undefined ? '' : `, data of ${date}`}`),
    ),
  ]
}
