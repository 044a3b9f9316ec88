/** The lines of bans, as texts of many: to be handed a million rows one by one would take half a second. */
import type { Database } from '../database.ts'
import { isShort } from './extent.ts'
import { fromBans, type Selection } from './selection.ts'

/** Of a text: a megabyte of lines at most, see `BAN_LINES`. */
const BANS = 256

/** Of each ban `address TAB JSON`, with line feeds between them: neither stands in an address, or in JSON of one line. */
export function* linesTogether(database: Database, of: Selection): Iterable<string> {
  const isFew = isShort(database, of) || (of.state === 'active' && of.isNow)
  const { sql, values } = fromBans(of, 'row', isFew)
  if (isFew) {
    yield* together(database.rows<[string]>(`SELECT address || char(9) || matches FROM ${sql}`, ...values))
    return
  }
  const { first, last } = database.first<{ first: number | null; last: number | null }>(NUMBERS)!
  const some = `SELECT group_concat(address || char(9) || matches, char(10)) AS text
    FROM (SELECT id, address, matches FROM ${sql}) WHERE id >= ? AND id < ?`
  for (let id = first ?? 0; last !== null && id <= last; id += BANS) {
    const { text } = database.first<{ text: string | null }>(some, ...values, id, id + BANS)!
    if (text !== null) yield text
  }
}

const NUMBERS = 'SELECT (SELECT min(id) FROM ban) AS first, (SELECT max(id) FROM ban) AS last'

function* together(rows: Iterable<readonly [string]>): Iterable<string> {
  let texts: string[] = []
  for (const [text] of rows) {
    texts.push(text)
    if (texts.length < BANS) continue
    yield texts.join('\n')
    texts = []
  }
  if (texts.length > 0) yield texts.join('\n')
}
