/** How far back the history goes, and which times are a small part of it. */
import type { EpochMs } from '../../world/clock.ts'
import type { Database } from '../database.ts'
import type { Selection } from './selection.ts'

/** A tenth of the history at most: then it is quicker to look up each of its rows than to read an index as a whole. */
export function isShort(database: Database, { from, to }: Selection): boolean {
  if (from === undefined) return false
  const { first, last } = extent(database) ?? { first: to, last: to }
  return Math.min(to, last) - Math.max(from, first) < (last - first) / 10
}

/** When the first and the last ban began; the first hour with a failure counts too. */
export function extent(database: Database): { readonly first: EpochMs; readonly last: EpochMs } | undefined {
  const { first, last } = database.first<{ first: number | null; last: number | null }>(EXTENT)!
  return first === null || last === null ? undefined : { first, last }
}

// The two ends of an index each; SQLite finds them at once only one by one.
const EXTENT = `SELECT min(ifnull(bans, hours), ifnull(hours, bans)) AS first, max(ifnull(lastBan, lastHour), ifnull(lastHour, lastBan)) AS last
  FROM (SELECT (SELECT min(since) FROM ban) AS bans, (SELECT max(since) FROM ban) AS lastBan,
    (SELECT min(hour) FROM failure) AS hours, (SELECT max(hour) FROM failure) AS lastHour)`
