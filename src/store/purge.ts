/** Forgets what is old, and the least needed of what is too much, in small steps, so that nothing waits long for them. */
import type { EpochMs } from '../world/clock.ts'
import type { Database, Value } from './database.ts'

export interface Keep {
  /** What ended before this moment goes. Bans in force stay; so do past ones that a longer next ban may still count. */
  readonly since: EpochMs
  /** Counters without a failure since then count no more; default `since`. */
  readonly countersSince?: EpochMs
  /** The newest so many events stay at most. */
  readonly maxEvents: number
}

/** One small transaction's work. */
export type Step = (database: Database) => Progress

export interface Progress {
  /** Rows that it forgot. */
  readonly rows: number
  /** Whether it is to be repeated. */
  readonly more: boolean
}

/** What is old, in the order of the tables. */
export function purgeSteps(keep: Keep, now: EpochMs): readonly Step[] {
  return [
    endRunOut(now),
    walkBans((database, ids) => database.run(OLD_BANS, ids, keep.since), keep.since),
    repeated((database) => database.run(OLD_FAILURES, keep.since, ROWS)),
    repeated((database) => database.run(OLD_TRAITS, keep.since, ROWS)),
    walkCounters((database, ids) => database.run(OLD_COUNTERS, ids, keep.countersSince ?? keep.since)),
    repeated((database) => database.run(OLD_EVENTS, keep.since, ROWS)),
    manyEvents(keep.maxEvents),
    giveBack,
  ]
}

/**
 * While the history is larger than `maxBytes`, what is missed least: events, the lines of bans that are over, statistics,
 * the lines of bans in force, counters, and the bans that are over. Bans in force stay.
 */
export function cutSteps(maxBytes: number, now: EpochMs): readonly Step[] {
  const steps: readonly Step[] = [
    endRunOut(now),
    manyEvents(LEAST_EVENTS),
    walkBans((database, ids) => bare(database, database.all(LINES_OF_ENDED, ids))),
    repeated(cutOldestHour),
    walkBans((database, ids) => bare(database, database.all(LINES_OF_ALL, ids))),
    walkCounters((database, ids) => database.run(CUT_COUNTERS, ids)),
    walkBans((database, ids) => database.run(CUT_ENDED, ids)),
  ]
  return [...steps.map((step) => whileOver(step, maxBytes)), giveBack]
}

/** Bytes that hold something; those of pages that wait to be used again are not counted. */
export function usedBytes(database: Database): number {
  return database.first<{ bytes: number }>(USED_BYTES)!.bytes
}

const ROWS = 500
const LEAST_EVENTS = 1000

function repeated(act: (database: Database) => number): Step {
  return (database) => {
    const rows = act(database)
    return { rows, more: rows > 0 }
  }
}

function whileOver(step: Step, maxBytes: number): Step {
  return (database) => (usedBytes(database) > maxBytes ? step(database) : { rows: 0, more: false })
}

/** From the oldest on, a few rows a step: rows that stay are looked at once, were there a million of them. */
function walkBans(act: (database: Database, ids: string) => number, before: EpochMs = Number.MAX_SAFE_INTEGER): Step {
  let last = { since: Number.MIN_SAFE_INTEGER, jail: 0, id: 0 }
  return (database) => {
    const found = database.all<typeof last>(NEXT_BANS, last.since, last.jail, last.id, before, ROWS)
    last = found.at(-1) ?? last
    return { rows: act(database, listed(found)), more: found.length === ROWS }
  }
}

function walkCounters(act: (database: Database, ids: string) => number): Step {
  let last = 0
  return (database) => {
    const found = database.all<{ id: number }>('SELECT id FROM counter WHERE id > ? ORDER BY id LIMIT ?', last, ROWS)
    last = found.at(-1)?.id ?? last
    return { rows: act(database, listed(found)), more: found.length === ROWS }
  }
}

function listed(rows: readonly { readonly id: number }[]): string {
  return JSON.stringify(rows.map(({ id }) => id))
}

function endRunOut(now: EpochMs): Step {
  return repeated((database) => database.run(END_RUN_OUT, now, ROWS))
}

/** All but the newest. Their numbers may have gaps: where a new history began, for one. */
function manyEvents(newest: number): Step {
  let bound: number | undefined
  return repeated((database) => {
    bound ??= database.first<{ seq: number }>(NEWEST_TO_GO, newest)?.seq ?? 0
    return database.run(MANY_EVENTS, bound, ROWS)
  })
}

/** Bans without their lines. Written anew: a row that is only made shorter leaves its page as large as it is. */
function bare(database: Database, bans: readonly Record<string, Value>[]): number {
  for (const ban of bans) {
    const row: Record<string, Value> = { ...ban, matches: '[]', fields: null }
    const columns = Object.keys(row)
    database.run('DELETE FROM ban WHERE id = ?', row['id']!)
    database.run(`INSERT INTO ban (${columns.join()}) VALUES (${columns.map(() => '?').join()})`, ...Object.values(row))
  }
  return bans.length
}

function cutOldestHour(database: Database): number {
  const { hour } = database.first<{ hour: number | null }>(OLDEST_HOUR)!
  if (hour === null) return 0
  return database.run(OLD_FAILURES, hour + 1, ROWS) + database.run(OLD_TRAITS, hour + 1, ROWS)
}

/** Free pages to the file system, but for some that will be used again. */
function giveBack(database: Database): Progress {
  const free = freePages(database)
  if (free < SPARE_PAGES + PAGES) return { rows: 0, more: false }
  database.exec(`PRAGMA incremental_vacuum(${PAGES})`)
  return { rows: 0, more: freePages(database) < free }
}

function freePages(database: Database): number {
  return database.first<{ freelist_count: number }>('PRAGMA freelist_count')!.freelist_count
}

const PAGES = 256
const SPARE_PAGES = 1024

const USED_BYTES = `SELECT (p.page_count - f.freelist_count) * s.page_size AS bytes
  FROM pragma_page_count AS p, pragma_freelist_count AS f, pragma_page_size AS s`

const END_RUN_OUT = `UPDATE ban SET ended = until, ended_by = 'time'
  WHERE id IN (SELECT id FROM ban WHERE ended IS NULL AND until <= ? LIMIT ?)`

const NEXT_BANS = `SELECT since, jail, id FROM ban INDEXED BY ban_since
  WHERE (since, jail, id) > (?, ?, ?) AND since < ? ORDER BY since, jail, id LIMIT ?`
const AMONG = 'id IN (SELECT value FROM json_each(?1))'
// Three times its length is how long Fail2ban remembers a ban for bantime.increment.
const OLD_BANS = `DELETE FROM ban WHERE ${AMONG}
  AND since < ?2 AND ended < ?2 AND since + 3 * (ifnull(until, ended) - since) < ?2`
const LINES_OF_ALL = `SELECT * FROM ban WHERE ${AMONG} AND (matches <> '[]' OR fields IS NOT NULL)`
const LINES_OF_ENDED = `${LINES_OF_ALL} AND ended IS NOT NULL`
const CUT_ENDED = `DELETE FROM ban WHERE ${AMONG} AND ended IS NOT NULL`

const OLDEST_HOUR = `SELECT min(hour) AS hour
  FROM (SELECT min(hour) AS hour FROM failure UNION ALL SELECT min(hour) FROM trait)`
const OLD_FAILURES = `DELETE FROM failure WHERE (hour, jail, address) IN
  (SELECT hour, jail, address FROM failure WHERE hour < ? ORDER BY hour LIMIT ?)`
const OLD_TRAITS = `DELETE FROM trait WHERE (hour, jail, trait, value) IN
  (SELECT hour, jail, trait, value FROM trait WHERE hour < ? ORDER BY hour LIMIT ?)`
const OLD_COUNTERS = `DELETE FROM counter WHERE ${AMONG} AND last < ?2`
const CUT_COUNTERS = `DELETE FROM counter WHERE ${AMONG}`
const OLD_EVENTS = 'DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE time < ? ORDER BY time LIMIT ?)'
// By the index of times, which is small, not by the rows with their text.
const NEWEST_TO_GO = 'SELECT seq FROM event INDEXED BY event_time ORDER BY time DESC, seq DESC LIMIT 1 OFFSET ?'
const MANY_EVENTS = 'DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE seq <= ? ORDER BY seq LIMIT ?)'
