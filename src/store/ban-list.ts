/** Every ban that the history holds, without its lines: for lists of many, on a connection of its own. */
import type { EpochMs } from '../world/clock.ts'
import { Database } from './database.ts'
import { turn } from './turn.ts'

export interface BanListing {
  /** Jails that ever banned or counted. */
  jails(): readonly string[]
  /** Newest first, those that are over too. */
  bans(query: ListQuery): AsyncIterable<readonly ListRow[]>
  close(): void
}

export interface ListQuery {
  readonly jail?: string | undefined
  /** Only those that began then or later. */
  readonly since?: EpochMs | undefined
}

/** As it is kept: the address canonical, times by the wall clock. */
export interface ListRow {
  readonly jail: string
  readonly address: string
  readonly from: EpochMs
  /** null: for ever. */
  readonly until: EpochMs | null
  readonly failures: number
  readonly count: number
  readonly origin: string
  /** null: it is in force, or ran out lately. */
  readonly ended: EpochMs | null
  /** `time`, `manual`, `spared`, `network`, `room`, `renewal`. */
  readonly endedBy: string | null
}

/**
 * @param folder the guard's; waits up to 2 s for a lock, so this is not for the guard itself
 * @throws Fault `store.failed` if there is none, and those of `Database`
 */
export function openBanList(folder: string): BanListing {
  const database = new Database(`${folder}/history.db`, 'read', 2000)
  return {
    jails: () => database.all<{ name: string }>('SELECT name FROM jail ORDER BY name').map(({ name }) => name),
    bans: (query) => list(database, query),
    close: () => database.close(),
  }
}

const BATCH = 5000

interface Row extends ListRow {
  readonly id: number
  /** Of the jail. */
  readonly number: number
}

async function* list(database: Database, { jail, since = 0 }: ListQuery): AsyncGenerator<readonly ListRow[]> {
  const sql = jail === undefined ? LIST : LIST_OF_JAIL
  const named = jail === undefined ? [] : [jail]
  let before = { from: Number.MAX_SAFE_INTEGER, number: 0, id: 0 }
  for (;;) {
    const rows = database.all<Row>(sql, before.from, before.number, before.id, since, ...named, BATCH)
    if (rows.length > 0) yield rows
    if (rows.length < BATCH) return
    before = rows.at(-1)!
    await turn()
  }
}

// In the order of an index: of a long history only what is asked for is looked at.
const SELECTED = `SELECT ban.id, jail.name AS jail, ban.jail AS number, address, since AS "from", until, failures, count,
    origin, ended, ended_by AS endedBy
  FROM ban INDEXED BY ban_since JOIN jail ON jail.id = ban.jail
  WHERE (since, ban.jail, ban.id) < (?, ?, ?) AND since >= ?`
const NEWEST_FIRST = 'ORDER BY since DESC, ban.jail DESC, ban.id DESC LIMIT ?'
const LIST = `${SELECTED} ${NEWEST_FIRST}`
const LIST_OF_JAIL = `${SELECTED} AND jail.name = ? ${NEWEST_FIRST}`
