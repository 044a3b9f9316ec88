/** Forgets what is old, in small steps, so that nothing waits long for them. */
import type { EpochMs } from '../world/clock.ts'
import type { Database } from './database.ts'

export interface Keep {
  /** What ended before this moment goes. Bans in force stay; so do past ones that a longer next ban may still count. */
  readonly since: EpochMs
  /** Counters without a failure since then count no more; default `since`. */
  readonly countersSince?: EpochMs
  /** The newest so many events stay at most. */
  readonly maxEvents: number
  /** Beyond this size the oldest goes whatever its age. */
  readonly maxBytes: number
}

/** One small transaction's work; how many rows (or pages) it got through: 0 when there is nothing left. */
export type Step = (database: Database) => number

/** The steps in their order; each is to be repeated until it returns 0. */
export function purgeSteps(keep: Keep, now: EpochMs): readonly Step[] {
  return [
    (database) => database.run(END_RUN_OUT, now, ROWS),
    (database) => database.run(OLD_BANS, keep.since, ROWS),
    (database) => database.run(OLD_FAILURES, keep.since, ROWS),
    (database) => database.run(OLD_TRAITS, keep.since, ROWS),
    (database) => database.run(OLD_COUNTERS, keep.countersSince ?? keep.since, ROWS),
    (database) => database.run(OLD_EVENTS, keep.since, ROWS),
    (database) => database.run(MANY_EVENTS, keep.maxEvents, ROWS),
    (database) => (usedBytes(database) > keep.maxBytes ? cutOldest(database) : 0),
    giveBack,
  ]
}

const ROWS = 500

/** The oldest of each kind, in the order in which it is missed least. */
function cutOldest(database: Database): number {
  const hour = database.first<{ hour: number | null }>(OLDEST_HOUR)!.hour
  let rows = database.run(MANY_EVENTS, 1000, ROWS)
  if (hour !== null) rows += database.run(OLD_FAILURES, hour + 1, ROWS) + database.run(OLD_TRAITS, hour + 1, ROWS)
  return rows > 0 ? rows : database.run(OLDEST_BANS, ROWS)
}

function usedBytes(database: Database): number {
  const { bytes } = database.first<{ bytes: number }>(USED_BYTES)!
  return bytes
}

/** Free pages to the file system, but for some that will be used again. */
function giveBack(database: Database): number {
  const free = freePages(database)
  if (free < SPARE_PAGES + PAGES) return 0
  database.exec(`PRAGMA incremental_vacuum(${PAGES})`)
  return free - freePages(database)
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

// Three times its length is how long Fail2ban remembers a ban for bantime.increment.
const OLD_BANS = `DELETE FROM ban WHERE id IN (SELECT id FROM ban
  WHERE since < ?1 AND ended < ?1 AND since + 3 * (ifnull(until, ended) - since) < ?1 ORDER BY since LIMIT ?2)`
const OLDEST_BANS = 'DELETE FROM ban WHERE id IN (SELECT id FROM ban WHERE ended IS NOT NULL ORDER BY since LIMIT ?)'

const OLDEST_HOUR = `SELECT min(hour) AS hour
  FROM (SELECT min(hour) AS hour FROM failure UNION ALL SELECT min(hour) FROM trait)`
const OLD_FAILURES = `DELETE FROM failure WHERE (hour, jail, address) IN
  (SELECT hour, jail, address FROM failure WHERE hour < ? ORDER BY hour LIMIT ?)`
const OLD_TRAITS = `DELETE FROM trait WHERE (hour, jail, trait, value) IN
  (SELECT hour, jail, trait, value FROM trait WHERE hour < ? ORDER BY hour LIMIT ?)`
const OLD_COUNTERS = 'DELETE FROM counter WHERE id IN (SELECT id FROM counter WHERE last < ? LIMIT ?)'
const OLD_EVENTS = 'DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE time < ? ORDER BY time LIMIT ?)'
const MANY_EVENTS = `DELETE FROM event WHERE seq IN
  (SELECT seq FROM event WHERE seq <= (SELECT max(seq) FROM event) - ? ORDER BY seq LIMIT ?)`
