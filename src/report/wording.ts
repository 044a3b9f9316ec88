/** What page and Markdown say alike: the question in words, moments in the report's zone. */
import { amount } from '../chart/amount.ts'
import { cut } from '../statistics/print/cut.ts'
import type { Period, Row, Table } from '../statistics/table.ts'
import type { EpochMs } from '../world/clock.ts'
import { known } from './reading/subject.ts'
import { noun } from './reading/words.ts'
import type { Report } from './report.ts'

/** `addresses banned, all jails`. */
export function subjectOf({ unit, filter, origin }: Table): string {
  if (origin === 'list') return unit === 'lines' ? 'lines of a list of addresses' : 'addresses of a list'
  const jail = filter.jail === undefined ? 'all jails' : `jail ${filter.jail}`
  return `${filter.state === 'active' ? IN_FORCE[unit] : ALL[unit]}, ${jail}`
}

const ALL = { ips: 'addresses banned', bans: 'bans', failures: 'failures', lines: 'lines' } as const
const IN_FORCE = { ...ALL, ips: 'addresses whose ban is in force', bans: 'bans in force' } as const

/** Of what is in force without a beginning: `at ...`. A list of addresses says nothing of time: it was read then. */
export function whenOf({ period, zone, filter, origin }: Pick<Table, 'period' | 'zone'> & Partial<Table>): string {
  if (origin === 'list') return `read on ${moment(period.to, zone)} (${zone})`
  if (period.from === undefined && filter?.state === 'active') return `at ${moment(period.to, zone)} (${zone})`
  return periodOf(period, zone)
}

/** `16 November 2026 12:00 to 23 November 2026 12:00 (Europe/Paris)`. */
export function periodOf({ from, to }: Period, zone: string): string {
  const start = from === undefined ? 'from the beginning of the history' : moment(from, zone)
  return `${start} to ${moment(to, zone)} (${zone})`
}

/** `23 November 2026 12:00`. */
export function moment(time: EpochMs, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { ...MOMENT, timeZone: zone }).formatToParts(time)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('day')} ${part('month')} ${part('year')} ${part('hour')}:${part('minute')}`
}

const MOMENT = {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
} as const

/** What a row of a cut list says of the rest: `382 more with 846 in all`. */
export function left(rows: number, count: number): string {
  return `${amount(rows)} more with ${amount(count)} in all`
}

/** The first rows of a table, what is not known behind them, and what is said of the rest: '' where there is none. */
export function first(table: Table, most: number): { readonly shown: readonly Row[]; readonly rest: string } {
  const { rows, unknown, ties, left: others } = cut(table, most)
  const alike = ties === 0 ? '' : `, ${amount(ties)} of them with as many as the last`
  const rest = others.rows === 0 ? '' : `${left(others.rows, others.count)}${alike}.`
  return { shown: [...rows, ...(unknown ? [unknown] : [])], rest }
}

/** The numbers that people ask for first: each a number and what it counts. */
export function headline({ country, org, city, jails, repeats }: Report): readonly (readonly [string, string])[] {
  const numbers: (readonly [string, string])[] = [
    [amount(country.total), COUNTED[country.unit](country.total, country.origin === 'list')],
  ]
  if (country.distinct !== country.total) numbers.push([amount(country.distinct), 'different addresses'])
  for (const [table, one, many] of [
    [country, 'country', 'countries'],
    [org, 'organisation (AS number)', 'organisations (AS numbers)'],
    [city, 'city', 'cities'],
    ...(jails ? [[jails, 'jail that banned', 'jails that banned'] as const] : []),
  ] as const) {
    const count = known(table).length
    if (count === 0 && table.total > 0) continue
    numbers.push([amount(count), count === 1 ? one : many])
  }
  if (repeats) {
    const again = repeats.rows.filter(({ key, count }) => key !== '' && count > 1).length
    numbers.push([amount(again), 'banned more than once'])
  }
  return numbers
}

/** Where ports, paths and user agents are known from. */
export function requestsAre(paths: Table | undefined): string {
  const bans = 'From the lines that led to bans; one ban may stand in several rows.'
  return paths?.unit === 'failures'
    ? 'Paths and user agents of all failures, banned for or not; ports of bans, one of which may stand in several rows.'
    : bans
}

const COUNTED = {
  ips: (count: number, isList: boolean) => `${noun(count, 'ips')} ${isList ? 'of the list' : 'banned'}`,
  bans: (count: number) => noun(count, 'bans'),
  failures: (count: number) => noun(count, 'failures'),
  lines: (count: number) => `${noun(count, 'lines')} of the list`,
} as const

/** In the place of a table without rows. */
export function emptyOf({ origin, filter: { state } }: Table): string {
  if (origin === 'list') return 'There is nothing in the list.'
  return state === 'active' ? 'No ban is in force.' : 'Nobody was banned in this time.'
}

/** Titles of the tables of what lines asked for. */
export const ASKED: { readonly [by in Table['by']]?: string } = { port: 'Ports', path: 'Paths', agent: 'User agents' }
