/**
 * Counts what the history holds, through a connection of its own: beside a guard that runs, or without one. The guard takes no
 * part in it. What is read between `begin` and `end` is of one moment; between them nothing should be waited for, since the
 * guard's log of changes cannot be emptied meanwhile.
 */
import type { EpochMs } from '../../world/clock.ts'
import type { Database, Value } from '../database.ts'
import type { JailBlock } from '../deed.ts'
import { blockOf } from '../row.ts'
import type { AddressCounts } from './address-counts.ts'
import { addressesByTime } from './addresses-by-time.ts'
import { extent, isShort } from './extent.ts'
import { linesTogether } from './lines-together.ts'
import { fromBans, fromFailures, fromTraits, type Selection } from './selection.ts'
import { joined, Tally } from './tally.ts'

/** Of a jail, a time: a key and how many. */
export type Count = readonly [key: string | number, count: number]

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
  /** How many addresses had a ban that began in each step of time, jail by jail; each once in all steps that `onceIn` names alike. */
  addressesByTime(
    of: Selection,
    stepMs: number,
    onceIn: (start: EpochMs, jail: string) => string,
  ): Iterable<readonly [start: EpochMs, jail: string, count: number]>
  /** How many failures asked for what; '' for those that were not kept apart. */
  asked(trait: 'path' | 'agent', of: Selection): readonly Count[]
  lines(of: Selection): Iterable<BanLines>
  /** The same of many bans at once: of each `address TAB JSON`, with line feeds between them. */
  linesTogether(of: Selection): Iterable<string>
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
    total: (unit, of) => (unit === 'failures' ? totalFailures(database, of) : totalBans(database, unit, of)),
    byAddress: (unit, of) =>
      unit === 'failures' ? failuresByAddress(database, of) : bansByAddress(database, unit, of),
    byJail: (unit, of) => byJail(database, unit, of, names()),
    byTime: (unit, of, stepMs) => named(names(), byTime(database, unit, of, stepMs)),
    addressesByTime: (of, stepMs, onceIn) => addressesByTime(database, of, { stepMs, onceIn, names: names() }),
    lines: (of) => lines(database, of, names()),
    asked: (trait, of) => asked(database, trait, of),
    linesTogether: (of) => linesTogether(database, of),
    newestLines: (jail) => database.first<{ matches: string }>(NEWEST_LINES, jail)?.matches,
    runs: () => database.all<{ time: number; kind: 'start' | 'stop' }>(RUNS).map((run) => ({ ...run })),
    extent: () => extent(database),
    close: () => database.close(),
  }
}

function totalFailures(database: Database, of: Selection): Total {
  const { sql, values } = fromFailures(of)
  const sum = `SELECT ifnull(sum(count), 0) AS total FROM ${sql}`
  const distinct = `SELECT count(*) AS "distinct" FROM (SELECT DISTINCT address FROM ${sql}) WHERE address <> ''`
  return {
    ...database.first<{ total: number }>(sum, ...values)!,
    ...database.first<{ distinct: number }>(distinct, ...values)!,
  }
}

function totalBans(database: Database, unit: 'ips' | 'bans', of: Selection): Total {
  const { sql, values, byAddress } = fromBans(of, 'address', isShort(database, of))
  if (byAddress) {
    const each = `SELECT count(*) AS bans FROM ${sql} GROUP BY address`
    const sums = `SELECT ifnull(sum(bans), 0) AS bans, count(*) AS "distinct" FROM (${each})`
    const { bans, distinct } = database.first<{ bans: number; distinct: number }>(sums, ...values)!
    return { total: unit === 'ips' ? distinct : bans, distinct }
  }
  const { addresses, counts } = bansByAddress(database, unit, of)
  return { total: counts.reduce((sum, count) => sum + count, 0), distinct: addresses.length }
}

/** In the order of addresses SQLite groups a million rows in 0.1 s; to sort them first it would take 2 s. */
function bansByAddress(database: Database, unit: 'ips' | 'bans', of: Selection): AddressCounts {
  const { sql, values, byAddress } = fromBans(of, 'address', isShort(database, of))
  if (!byAddress) return tallied(database, `SELECT ${joined('address', '1')} FROM ${sql}`, values, unit)
  const addresses: string[] = []
  const counts: number[] = []
  const count = unit === 'ips' ? '1' : 'count(*)'
  const rows = `SELECT address, ${count} FROM ${sql} GROUP BY address`
  for (const [address, count] of database.rows<[string, number]>(rows, ...values)) {
    addresses.push(address)
    counts.push(count)
  }
  return { addresses, counts }
}

/** Hour by hour: in the order of the table, and a group is small. */
function failuresByAddress(database: Database, of: Selection): AddressCounts {
  const { sql, values } = fromFailures(of)
  return tallied(database, `SELECT ${joined('address', 'count')} FROM ${sql} GROUP BY hour`, values, 'failures')
}

function tallied(database: Database, sql: string, values: readonly Value[], unit: CountedUnit): AddressCounts {
  const tally = new Tally()
  for (const [lines] of database.rows<[Uint8Array | null]>(sql, ...values)) if (lines) tally.add(lines)
  return tally.end(unit === 'ips' ? 1 : undefined)
}

function byJail(
  database: Database,
  unit: CountedUnit,
  of: Selection,
  names: ReadonlyMap<number, string>,
): readonly Count[] {
  const rows = (sql: string, values: readonly Value[]) =>
    [...database.rows<[number, number]>(sql, ...values)].map(([jail, count]) => [names.get(jail) ?? '', count] as const)
  if (unit === 'failures') {
    const { sql, values } = fromFailures(of)
    return rows(`SELECT jail, sum(count) FROM ${sql} GROUP BY jail`, values)
  }
  // Of an address a jail has one ban in force at most.
  const isOnce = unit === 'bans' || (of.state === 'active' && of.isNow)
  const { sql, values } = fromBans(of, isOnce ? 'jail' : 'address', isShort(database, of))
  const each = isOnce ? sql : `(SELECT DISTINCT address, jail FROM ${sql})`
  return rows(`SELECT jail, count(*) FROM ${each} GROUP BY jail`, values)
}

function byTime(
  database: Database,
  unit: 'bans' | 'failures',
  of: Selection,
  stepMs: number,
): Iterable<readonly [EpochMs, number, number]> {
  if (unit === 'failures') {
    const { sql, values } = fromFailures(of)
    return database.rows(`SELECT hour, jail, sum(count) FROM ${sql} GROUP BY hour, jail`, ...values)
  }
  const { sql, values } = fromBans(of, 'jail', isShort(database, of))
  const rows = `SELECT since - since % ? AS start, jail, count(*) FROM ${sql} GROUP BY start, jail`
  return database.rows(rows, stepMs, ...values)
}

function asked(database: Database, trait: 'path' | 'agent', of: Selection): readonly Count[] {
  const { sql, values } = fromTraits(of, trait)
  return [...database.rows<[string, number]>(`SELECT value, sum(count) FROM ${sql} GROUP BY value`, ...values)]
}

/** Its second column is a jail's number. */
function* named<T>(
  names: ReadonlyMap<number, string>,
  rows: Iterable<readonly [EpochMs, number, T]>,
): Iterable<readonly [EpochMs, string, T]> {
  for (const [start, jail, value] of rows) yield [start, names.get(jail) ?? '', value]
}

function* lines(database: Database, of: Selection, names: ReadonlyMap<number, string>): Iterable<BanLines> {
  const { sql, values } = fromBans(of, 'row', isShort(database, of))
  const rows = database.rows<[string, number, string]>(`SELECT address, jail, matches FROM ${sql}`, ...values)
  for (const [address, jail, matches] of rows) yield { address, jail: names.get(jail) ?? '', matches }
}

const JAILS = 'SELECT id, name FROM jail ORDER BY name'
const BLOCKS = 'SELECT name AS jail, block FROM jail WHERE block IS NOT NULL'
const NEWEST_LINES =
  'SELECT matches FROM ban WHERE jail = (SELECT id FROM jail WHERE name = ?) ORDER BY id DESC LIMIT 1'
const RUNS = "SELECT time, kind FROM event WHERE kind IN ('start', 'stop') ORDER BY seq"
