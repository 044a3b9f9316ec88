/**
 * Counts what the history holds, through a connection of its own: beside a guard that runs, or without one. The guard takes no
 * part in it. What is read between `begin` and `end` is of one moment; between them nothing should be waited for, since the
 * guard's log of changes cannot be emptied meanwhile.
 */
import type { EpochMs } from '../../world/clock.ts'
import type { Database } from '../database.ts'
import type { JailBlock } from '../deed.ts'
import { blockOf } from '../row.ts'
import { type Selection, whereOfBans, whereOfFailures } from './selection.ts'

/** Of a jail, a time: a key and how many. */
export type Count = readonly [key: string | number, count: number]

/** Addresses as the history has them, hosts and networks; '' for those that it did not keep apart. As many counts as addresses. */
export interface AddressCounts {
  readonly addresses: readonly string[]
  readonly counts: readonly number[]
}

/** How many in all, and of how many different addresses. */
export interface Total {
  readonly total: number
  readonly distinct: number
}

export type CountedUnit = 'ips' | 'bans' | 'failures'

/** The lines that led to a ban. */
export interface BanLines {
  readonly address: string
  readonly jail: string
  /** JSON: a list of texts. */
  readonly matches: string
}

/** All of it raises the Faults of `Database`. */
export interface HistoryCounts {
  readonly path: string
  /** From here to `end` nothing changes. */
  begin(): void
  end(): void
  /** All jails that the history knows. */
  jails(): readonly string[]
  blocks(): readonly JailBlock[]
  total(unit: CountedUnit, of: Selection): Total
  byAddress(unit: CountedUnit, of: Selection): AddressCounts
  /** With unit `ips` an address counts in each jail that it is in. */
  byJail(unit: CountedUnit, of: Selection): readonly Count[]
  /** By when a step of time begins, jail by jail; the history knows failures by the hour alone. */
  byTime(
    unit: 'bans' | 'failures',
    of: Selection,
    stepMs: number,
  ): Iterable<readonly [start: EpochMs, jail: string, count: number]>
  /** Each address once for each jail and step of time in which a ban of it began. */
  addressesByTime(of: Selection, stepMs: number): Iterable<readonly [start: EpochMs, jail: string, address: string]>
  lines(of: Selection): Iterable<BanLines>
  /** Of the newest ban of a jail; undefined where there is none. */
  newestLines(jail: string): string | undefined
  /** When guards started and stopped, oldest first, as far as events are kept. */
  runs(): readonly { readonly time: EpochMs; readonly kind: 'start' | 'stop' }[]
  /** When the first and the last ban of the history began; the first hour with a failure counts too. */
  extent(): { readonly first: EpochMs; readonly last: EpochMs } | undefined
  close(): void
}

export function historyCounts(database: Database): HistoryCounts {
  const names = () => new Map(database.all<{ id: number; name: string }>(JAILS).map(({ id, name }) => [id, name]))
  return {
    path: database.path,
    begin: () => database.exec('BEGIN'),
    end: () => database.rollback(),
    jails: () => [...names().values()],
    blocks: () => database.all<{ jail: string; block: string }>(BLOCKS).map(blockOf),
    total: (unit, of) => total(database, unit, of),
    byAddress: (unit, of) => byAddress(database, unit, of),
    byJail: (unit, of) => byJail(database, unit, of, names()),
    byTime: (unit, of, stepMs) => named(names(), byTime(database, unit, of, stepMs)),
    addressesByTime: (of, stepMs) => named(names(), addressesByTime(database, of, stepMs)),
    lines: (of) => lines(database, of, names()),
    newestLines: (jail) => database.first<{ matches: string }>(NEWEST_LINES, jail)?.matches,
    runs: () => database.all<{ time: number; kind: 'start' | 'stop' }>(RUNS).map((run) => ({ ...run })),
    extent: () => extent(database),
    close: () => database.close(),
  }
}

function total(database: Database, unit: CountedUnit, of: Selection): Total {
  if (unit === 'failures') {
    const { sql, values } = whereOfFailures(of)
    const sum = `SELECT ifnull(sum(count), 0) AS total FROM failure ${sql}`
    const distinct = `SELECT count(*) AS "distinct" FROM (SELECT DISTINCT address FROM failure ${sql}) WHERE address <> ''`
    return {
      ...database.first<{ total: number }>(sum, ...values)!,
      ...database.first<{ distinct: number }>(distinct, ...values)!,
    }
  }
  const { sql, values } = whereOfBans(of)
  const { distinct } = database.first<{ distinct: number }>(
    `SELECT count(*) AS "distinct" FROM (SELECT DISTINCT address FROM ban ${sql})`,
    ...values,
  )!
  if (unit === 'ips') return { total: distinct, distinct }
  return { ...database.first<{ total: number }>(`SELECT count(*) AS total FROM ban ${sql}`, ...values)!, distinct }
}

function byAddress(database: Database, unit: CountedUnit, of: Selection): AddressCounts {
  const addresses: string[] = []
  const counts: number[] = []
  const { sql, values } = unit === 'failures' ? whereOfFailures(of) : whereOfBans(of)
  for (const [address, count] of database.rows<[string, number]>(
    `${COUNT_ADDRESSES[unit]} ${sql} ${BY_ADDRESS[unit]}`,
    ...values,
  )) {
    addresses.push(address)
    counts.push(count)
  }
  return { addresses, counts }
}

const COUNT_ADDRESSES: Readonly<Record<CountedUnit, string>> = {
  ips: 'SELECT DISTINCT address, 1 FROM ban',
  bans: 'SELECT address, count(*) FROM ban',
  failures: 'SELECT address, sum(count) FROM failure',
}
const BY_ADDRESS: Readonly<Record<CountedUnit, string>> = {
  ips: '',
  bans: 'GROUP BY address',
  failures: 'GROUP BY address',
}

function byJail(
  database: Database,
  unit: CountedUnit,
  of: Selection,
  names: ReadonlyMap<number, string>,
): readonly Count[] {
  const { sql, values } = unit === 'failures' ? whereOfFailures(of) : whereOfBans(of)
  const rows = {
    // An index holds both: counting different addresses jail by jail would take six times as long.
    ips: `SELECT jail, count(*) FROM (SELECT DISTINCT address, jail FROM ban ${sql}) GROUP BY jail`,
    bans: `SELECT jail, count(*) FROM ban ${sql} GROUP BY jail`,
    failures: `SELECT jail, sum(count) FROM failure ${sql} GROUP BY jail`,
  }[unit]
  return [...database.rows<[number, number]>(rows, ...values)].map(([jail, count]) => [names.get(jail) ?? '', count])
}

function byTime(
  database: Database,
  unit: 'bans' | 'failures',
  of: Selection,
  stepMs: number,
): Iterable<readonly [EpochMs, number, number]> {
  if (unit === 'failures') {
    const { sql, values } = whereOfFailures(of)
    return database.rows(`SELECT hour, jail, sum(count) FROM failure ${sql} GROUP BY hour, jail`, ...values)
  }
  const { sql, values } = whereOfBans(of)
  const rows = `SELECT since - since % ? AS start, jail, count(*) FROM ban ${sql} GROUP BY start, jail`
  return database.rows(rows, stepMs, ...values)
}

function addressesByTime(
  database: Database,
  of: Selection,
  stepMs: number,
): Iterable<readonly [EpochMs, number, string]> {
  const { sql, values } = whereOfBans(of)
  return database.rows(`SELECT DISTINCT since - since % ?, jail, address FROM ban ${sql}`, stepMs, ...values)
}

/** Its second column is a jail's number. */
function* named<T>(
  names: ReadonlyMap<number, string>,
  rows: Iterable<readonly [EpochMs, number, T]>,
): Iterable<readonly [EpochMs, string, T]> {
  for (const [start, jail, value] of rows) yield [start, names.get(jail) ?? '', value]
}

function* lines(database: Database, of: Selection, names: ReadonlyMap<number, string>): Iterable<BanLines> {
  const { sql, values } = whereOfBans(of)
  const rows = database.rows<[string, number, string]>(`SELECT address, jail, matches FROM ban ${sql}`, ...values)
  for (const [address, jail, matches] of rows) yield { address, jail: names.get(jail) ?? '', matches }
}

function extent(database: Database): { readonly first: EpochMs; readonly last: EpochMs } | undefined {
  const { first, last } = database.first<{ first: number | null; last: number | null }>(EXTENT)!
  return first === null || last === null ? undefined : { first, last }
}

const JAILS = 'SELECT id, name FROM jail ORDER BY name'
const BLOCKS = 'SELECT name AS jail, block FROM jail WHERE block IS NOT NULL'
const NEWEST_LINES =
  'SELECT matches FROM ban WHERE jail = (SELECT id FROM jail WHERE name = ?) ORDER BY id DESC LIMIT 1'
const RUNS = "SELECT time, kind FROM event WHERE kind IN ('start', 'stop') ORDER BY seq"
// The two ends of an index each; SQLite finds them at once only one by one.
const EXTENT = `SELECT min(ifnull(bans, hours), ifnull(hours, bans)) AS first, max(ifnull(lastBan, lastHour), ifnull(lastHour, lastBan)) AS last
  FROM (SELECT (SELECT min(since) FROM ban) AS bans, (SELECT max(since) FROM ban) AS lastBan,
    (SELECT min(hour) FROM failure) AS hours, (SELECT max(hour) FROM failure) AS lastHour)`
