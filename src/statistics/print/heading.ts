/** What stands above a table: what was counted, of which time, by whose data. */
import type { DataSource } from '../../place/places.ts'
import { type By, isOfTime, type Table } from '../table.ts'

/** The article's headings in its own spelling, and others like them. */
export function titleOf(by: By): string {
  return TITLES[by]
}

const TITLES: Readonly<Record<By, string>> = {
  country: 'Statistics by country code',
  org: 'Statistics by organization',
  city: 'Statistics by city',
  jail: 'Statistics by jail',
  ip: 'Statistics by address',
  port: 'Statistics by port',
  path: 'Statistics by path',
  agent: 'Statistics by user agent',
  hour: 'Statistics by hour of the day',
  weekday: 'Statistics by weekday',
  day: 'Statistics by day',
  class: 'Statistics by class of network',
}

/** `2,623 addresses banned now, 65 countries`. */
export function subjectOf(table: Table): string {
  const { by, rows } = table
  const known = rows.reduce((sum, { key }) => sum + (key === '' ? 0 : 1), 0)
  const words = [unitOf(table), ...(by === 'ip' || isOfTime(by) ? [] : [counted(known, ...NOUNS[by])])]
  return `${words.join(', ')}${table.overlaps ? `; ${OVERLAPS[table.unit]}` : ''}`
}

/** What a row is: one of them, several. */
export function nounsOf(by: By): readonly [one: string, many: string] {
  return NOUNS[by]
}

const NOUNS: Readonly<Record<By, readonly [one: string, many: string]>> = {
  country: ['country', 'countries'],
  org: ['organisation', 'organisations'],
  city: ['city', 'cities'],
  jail: ['jail', 'jails'],
  port: ['port', 'ports'],
  path: ['path', 'paths'],
  agent: ['user agent', 'user agents'],
  ip: ['address', 'addresses'],
  hour: ['hour', 'hours'],
  weekday: ['weekday', 'weekdays'],
  day: ['day', 'days'],
  class: ['class', 'classes'],
}

const OVERLAPS: Readonly<Record<Table['unit'], string>> = {
  ips: 'an address may be in several rows, and counts once in the total',
  bans: 'a ban may be in several rows, and counts once in the total',
  failures: 'a failure may be in several rows, and counts once in the total',
  lines: 'a line may be in several rows, and counts once in the total',
}

function unitOf({ unit, origin, total, distinct, filter: { state } }: Table): string {
  const addresses = (count: number) => counted(count, 'address', 'addresses')
  switch (unit) {
    case 'lines':
      return total === distinct
        ? addresses(total)
        : `${counted(total, 'line', 'lines')}, ${counted(distinct, 'different address', 'different addresses')}`
    case 'ips':
      if (origin === 'list')
        return total === distinct
          ? counted(total, 'different address', 'different addresses')
          : `${counted(total, 'different entry', 'different entries')}, ${grouped(distinct)} of them ${distinct === 1 ? 'an address' : 'addresses'}`
      return `${addresses(total)} ${state === 'active' ? 'in force' : 'banned'}`
    case 'bans':
      return `${counted(total, 'ban', 'bans')}${state === 'active' ? ' in force' : ''} of ${addresses(distinct)}`
    case 'failures':
      return `${counted(total, 'failure', 'failures')} of ${addresses(distinct)}`
    default:
      return unit satisfies never
  }
}

/** `all jails`, `jail sshd`; nothing of a list. */
export function filterOf({ origin, filter: { jail } }: Table): string | undefined {
  if (origin === 'list') return undefined
  return jail === undefined ? 'all jails' : `jail ${jail}`
}

/** `since 2026-11-01 00:00, as of 2026-11-23 10:31 (Europe/Paris)`; of a list when it was counted. */
export function periodOf({ period, zone, filter: { state }, unit, origin }: Table): string {
  const at = (time: number) => localTime(time, zone)
  const hours = unit === 'failures' ? ', by full hours' : ''
  if (origin === 'list') return `counted ${at(period.to)} (${zone})`
  if (state === 'active')
    return `as of ${at(period.to)}${period.from === undefined ? '' : `, of those that began since ${at(period.from)}`} (${zone})`
  return `${period.from === undefined ? 'from the beginning of the history' : `from ${at(period.from)}`} to ${at(period.to)}${hours} (${zone})`
}

/** `DB-IP 2026-06-01, RouteViews 2026-06-17`; '' where no places are told. */
export function dataOf(sources: readonly DataSource[]): string {
  return sources.map(({ name, date }) => (date === undefined ? name : `${name} ${date}`)).join(', ')
}

/** `1,234 cities`. */
export function counted(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** `1,234,567`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `2026-11-23 10:31` on the clocks there. */
export function localTime(time: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    timeZone: zone,
  } as const)
  return parts.format(time)
}

/** `40.2 %`; what is not nothing is never 0.0, nor 100.0 what is not all. */
export function percent(share: number): string {
  if (share < 1 && share >= 0.9995) return '>99.9 %'
  if (share > 0 && share < 0.0005) return '<0.1 %'
  return `${(100 * share).toFixed(1)} %`
}
