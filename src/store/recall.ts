/**
 * Reads the history. On the guard's own connection, or on one of its own beside it (`openRecall`), as reports do. Long
 * readings come in batches by key, so that no read holds the log's pages or the event loop between them.
 */
import { type Network, printNetwork, widen, width } from '../base/address.ts'
import type { Ban } from '../jail/ban.ts'
import type { EpochMs } from '../world/clock.ts'
import { Database } from './database.ts'
import type { EventRow, JailBlock, LiveCounter, LogPosition } from './deed.ts'
import {
  type BanColumns,
  type Banned,
  type BannedColumns,
  type BanRow,
  type BareColumns,
  bannedOf,
  bareBanOf,
  blockOf,
  type CounterColumns,
  counterOf,
  type PastBans,
  type PastColumns,
  type PositionColumns,
  pastOf,
  plain,
  positionOf,
  rowOf,
} from './row.ts'
import { turn } from './turn.ts'

/** What the history tells. All of it raises the Faults of `Database` where the file cannot be read just now. */
export interface Recall {
  /** Every active ban, once; without its matches, which `why` tells. What counts is the time left at `now`. */
  activeBans(now: EpochMs): AsyncIterable<readonly Ban[]>
  /** Counters with a failure since then. */
  counters(since: EpochMs): AsyncIterable<readonly LiveCounter[]>
  positions(): Promise<readonly LogPosition[]>
  /** Above the number of every event so far: of those that are kept, and by `firstSeq` of those that were lost. */
  lastSeq(now: EpochMs): Promise<number>
  /** Bans, newest first. */
  bans(query: BanQuery): Promise<readonly BanRow[]>
  /** What is known of an address, or of a network: its own bans and failures, and those of networks around it. */
  why(network: Network): Promise<Why>
  /** Who was banned since then, newest first; without bans that were lifted by hand. */
  bannedSince(since: EpochMs): AsyncIterable<readonly Banned[]>
  /** How often a network was banned since it was last pardoned, jail by jail: what bantime.increment asks. */
  pastBans(network: Network): Promise<readonly PastBans[]>
  /** How the bans of the jails that run, or ran last, stand in the kernel. */
  blocks(): Promise<readonly JailBlock[]>
  /** Events after `seq`, oldest first, at most `limit` (default 1000). */
  events(seq: number, limit?: number): Promise<readonly EventRow[]>
}

export interface BanQuery {
  readonly jail?: string
  readonly network?: Network
  /** Only those that are active at this moment. */
  readonly activeAt?: EpochMs
  /** Only those that began in this span; `until` is not in it. */
  readonly since?: EpochMs
  readonly until?: EpochMs
  /** Only those older than the row with this id: the next page. */
  readonly before?: number
  /** Default and at most 1000. */
  readonly limit?: number
}

export interface Why {
  /** Newest first, at most 100. */
  readonly bans: readonly BanRow[]
  /** Newest hour first, at most 1000; `hour` is when it began. */
  readonly failures: readonly { readonly jail: string; readonly hour: EpochMs; readonly count: number }[]
  /** The live counters. */
  readonly counters: readonly LiveCounter[]
}

/**
 * A history of another process, for reading.
 * @param folder the guard's; waits up to 2 s for a lock, so this is not for the guard itself
 * @throws Fault `store.failed` if there is none
 */
export function openRecall(folder: string): Recall & { close(): void } {
  const database = new Database(`${folder}/history.db`, 'read', 2000)
  return { ...recall(() => database), close: () => database.close() }
}

/** @param database asked anew at each reading: the writer's may be exchanged */
export function recall(database: () => Database): Recall {
  return {
    activeBans: (now) => activeBans(database, now),
    counters: (since) => counters(database, since),
    positions: async () => database().all<PositionColumns>('SELECT log, place FROM position').map(positionOf),
    lastSeq: async (now) => Math.max(database().first<{ seq: number | null }>(LAST_SEQ)?.seq ?? 0, firstSeq(now)),
    bans: async (query) => bans(database(), query),
    why: async (network) => why(database(), network),
    bannedSince: (since) => bannedSince(database, since),
    pastBans: async (network) => database().all<PastColumns>(PAST_BANS, printNetwork(network)).map(pastOf),
    blocks: async () => database().all<{ jail: string; block: string }>(BLOCKS).map(blockOf),
    events: async (seq, limit = 1000) => database().all<EventRow>(EVENTS, seq, limit).map(plain),
  }
}

/**
 * Where a guard's events are numbered from: microseconds, since none has a million events a second for long. Whoever asks
 * for events after a number finds none left out and none twice, whatever of the history was lost.
 */
export function firstSeq(now: EpochMs): number {
  return Math.floor(now * 1000)
}

const BATCH = 1000

async function* activeBans(database: () => Database, now: EpochMs): AsyncGenerator<readonly Ban[]> {
  const jails = database().all<{ id: number; name: string }>('SELECT id, name FROM jail')
  const names = new Map(jails.map(({ id, name }) => [id, name]))
  const { open, first, last } = database().first<{ open: number; first: number; last: number }>(EXTENT)!
  const rows = open * SEEK_COST > last - first ? openAmongAll(database, now, { first, last }) : openByEnd(database, now)
  for await (const some of rows) yield some.map((row) => bareBanOf(row, names))
}

/** To find one row by an index takes as long as to read so many in their order. */
const SEEK_COST = 4

async function* openAmongAll(
  database: () => Database,
  now: EpochMs,
  { first, last }: { readonly first: number; readonly last: number },
): AsyncGenerator<readonly BareColumns[]> {
  for (let id = first; id <= last; id += BATCH) {
    yield database().all<BareColumns>(BANS_BETWEEN, id, id + BATCH, now)
    await turn()
  }
}

/** Those for ever first, then by their end: the order of the one index that holds no ended ban. */
async function* openByEnd(database: () => Database, now: EpochMs): AsyncGenerator<readonly BareColumns[]> {
  yield* batches({ until: null, id: 0 }, ({ id }) => database().all(BANS_FOR_EVER, id, BATCH))
  // Behind all that end exactly `now`: they are over.
  const over = { until: now, id: Number.MAX_SAFE_INTEGER }
  yield* batches(over, ({ until, id }) => database().all(BANS_WITH_END, until, id, BATCH))
}

/** Where a batch ended: the next goes on behind it. */
type Mark = Pick<BareColumns, 'until' | 'id'>

async function* batches(
  start: Mark,
  read: (after: Mark) => readonly BareColumns[],
): AsyncGenerator<readonly BareColumns[]> {
  for (let after = start; ; ) {
    const rows = read(after)
    if (rows.length > 0) yield rows
    if (rows.length < BATCH) return
    after = rows.at(-1)!
    await turn()
  }
}

async function* bannedSince(database: () => Database, since: EpochMs): AsyncGenerator<readonly Banned[]> {
  let before = { from: Number.MAX_SAFE_INTEGER, number: 0, id: 0 }
  for (;;) {
    const rows = database().all<BannedColumns>(BANNED_SINCE, before.from, before.number, before.id, since, BATCH)
    if (rows.length > 0) yield rows.map(bannedOf)
    if (rows.length < BATCH) return
    before = rows.at(-1)!
    await turn()
  }
}

async function* counters(database: () => Database, since: EpochMs): AsyncGenerator<readonly LiveCounter[]> {
  let after = 0
  for (;;) {
    const rows = database().all<CounterColumns>(COUNTERS, after, since, BATCH)
    if (rows.length > 0) yield rows.map(counterOf)
    if (rows.length < BATCH) return
    after = rows.at(-1)!.id
    await turn()
  }
}

function bans(database: Database, query: BanQuery): BanRow[] {
  const conditions: [string, string | number | undefined][] = [
    ['ban.jail = (SELECT id FROM jail WHERE name = ?)', query.jail],
    ['address = ?', query.network && printNetwork(query.network)],
    ['ended IS NULL AND (until IS NULL OR until > ?)', query.activeAt],
    ['since >= ?', query.since],
    ['since < ?', query.until],
    ['ban.id < ?', query.before],
  ]
  const asked = conditions.filter((condition): condition is [string, string | number] => condition[1] !== undefined)
  const where = asked.length > 0 ? `WHERE ${asked.map(([sql]) => `(${sql})`).join(' AND ')}` : ''
  // The planner cannot know that open bans are few among all that ever were.
  const index = query.activeAt !== undefined && !query.network ? 'INDEXED BY ban_open' : ''
  const sql = `${bansFrom(index)} ${where} ORDER BY ban.id DESC LIMIT ?`
  const limit = Math.min(query.limit ?? 1000, 1000)
  return database.all<BanColumns>(sql, ...asked.map(([, value]) => value), limit).map(rowOf)
}

function why(database: Database, network: Network): Why {
  const around = JSON.stringify(networksAround(network))
  return {
    bans: database.all<BanColumns>(BANS_AROUND, around).map(rowOf),
    failures: database.all<Why['failures'][number]>(FAILURES_AROUND, around).map(plain),
    counters: database.all<CounterColumns>(COUNTERS_AROUND, around).map(counterOf),
  }
}

/** Its own text and that of every network that holds it: 33 or 129 look-ups in an index. */
function networksAround(network: Network): string[] {
  const prefixes = Array.from({ length: width(network.family) + 1 }, (_, prefix) => prefix)
  return prefixes.filter((prefix) => prefix <= network.prefix).map((prefix) => printNetwork(widen(network, prefix)))
}

const BAN_COLUMNS =
  'ban.id, jail.name AS jail, address, since, until, failures, count, origin, ended, ended_by AS endedBy'

function bansFrom(index: string): string {
  return `SELECT ${BAN_COLUMNS}, matches, fields FROM ban ${index} JOIN jail ON jail.id = ban.jail`
}

const EXTENT = `SELECT (SELECT count(*) FROM ban INDEXED BY ban_open WHERE ended IS NULL) AS open,
  (SELECT ifnull(min(id), 1) FROM ban) AS first, (SELECT ifnull(max(id), 0) FROM ban) AS last`
const BARE_COLUMNS = 'id, jail, address, since, until, failures, count, origin'
const BANS_BETWEEN = `SELECT ${BARE_COLUMNS} FROM ban
  WHERE id >= ? AND id < ? AND ended IS NULL AND (until IS NULL OR until > ?)`
const OPEN_BANS = `SELECT ${BARE_COLUMNS} FROM ban INDEXED BY ban_open
  WHERE ended IS NULL`
const BANS_FOR_EVER = `${OPEN_BANS} AND until IS NULL AND id > ? ORDER BY id LIMIT ?`
const BANS_WITH_END = `${OPEN_BANS} AND (until, id) > (?, ?) ORDER BY until, id LIMIT ?`
const BANS_AROUND = `${bansFrom('')} WHERE address IN (SELECT value FROM json_each(?)) ORDER BY since DESC LIMIT 100`
const FAILURES_AROUND = `SELECT jail.name AS jail, hour, sum(count) AS count FROM failure JOIN jail ON jail.id = failure.jail
  WHERE address IN (SELECT value FROM json_each(?)) GROUP BY hour, jail.name ORDER BY hour DESC, jail.name LIMIT 1000`
const COUNTER_COLUMNS = 'counter.id, jail.name AS jail, address, count, first, last, matches'
const COUNTERS = `SELECT ${COUNTER_COLUMNS} FROM counter CROSS JOIN jail ON jail.id = counter.jail
  WHERE counter.id > ? AND last >= ? ORDER BY counter.id LIMIT ?`
const COUNTERS_AROUND = `SELECT ${COUNTER_COLUMNS} FROM jail CROSS JOIN counter ON counter.jail = jail.id
  WHERE address IN (SELECT value FROM json_each(?))`
// In the order of an index: of a long history only these days are looked at.
const BANNED_SINCE = `SELECT ban.id, jail.name AS jail, ban.jail AS number, address, since AS "from"
  FROM ban INDEXED BY ban_since JOIN jail ON jail.id = ban.jail
  WHERE (since, ban.jail, ban.id) < (?, ?, ?) AND since >= ? AND ended_by IS NOT 'manual'
  ORDER BY since DESC, ban.jail DESC, ban.id DESC LIMIT ?`
// Of the columns that are no aggregate SQLite takes those of the row with the greatest `since`.
const PAST_BANS = `SELECT jail.name AS jail, iif(ended_by = 'manual', 0, count) AS times, max(since) AS lastFrom,
    until AS lastUntil
  FROM ban JOIN jail ON jail.id = ban.jail WHERE address = ? GROUP BY ban.jail ORDER BY jail.name`
const BLOCKS = 'SELECT name AS jail, block FROM jail WHERE block IS NOT NULL'
const LAST_SEQ = 'SELECT max(seq) AS seq FROM event'
const EVENTS = 'SELECT seq, time, kind, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?'
