/**
 * Reads Fail2ban's own database, schemas 1 to 4, and changes nothing in it. Fail2ban may be running: each look is short,
 * so that it never waits long for its lock. It may have been killed in the middle of a write, which its settings
 * (`journal_mode = MEMORY`) leave damaged: what can be read is read. Columns are facts of the files that it makes.
 */
import { asFault, Fault } from '../../base/fault.ts'
import { Database } from '../database.ts'
import { turn } from '../turn.ts'
import { type ForeignBan, type ForeignColumns, foreignBan } from './foreign-ban.ts'

export interface ForeignBans {
  /** Fail2ban's number of its schema; undefined if it says none. */
  readonly schema: number | undefined
  /** Every ban that is in it: first the last of each address in each jail, then those before. */
  bans(): AsyncIterable<readonly ForeignBan[]>
  /** Known when all have been read: rows that are no bans, and what could not be read at all. */
  readonly left: { readonly rows: number; readonly fault: Fault | undefined }
  close(): void
}

/** @throws Fault `import.absent`, `import.unreadable`, `import.not-fail2ban` */
export function openForeignBans(path: string): ForeignBans {
  const database = open(path)
  try {
    const tables = tablesOf(database)
    if (!isUsable(tables.get('bans'))) throw notFail2ban(path)
    const left: Left = { rows: 0, fault: undefined }
    return {
      schema: schemaOf(database, tables),
      bans: () => read(database, tables, left),
      left,
      close: () => database.close(),
    }
  } catch (thrown) {
    database.close()
    throw unreadable(path, thrown)
  }
}

type Columns = ReadonlySet<string>

/** A file left by a killed writer may want writing before it can be read as it should be: then it is read as it is. */
function open(path: string): Database {
  try {
    return opened(path, 'read')
  } catch (thrown) {
    if (asFault(thrown, 'store.failed').code !== 'store.read-only') throw unreadable(path, thrown)
    return opened(path, 'frozen')
  }
}

function opened(path: string, mode: 'read' | 'frozen'): Database {
  const database = new Database(path, mode, WAIT_MS)
  try {
    database.first('SELECT count(*) FROM sqlite_schema')
    return database
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

/** Fail2ban holds its lock for moments; it itself waits longer than this for ours. */
const WAIT_MS = 3000

/** Real tables alone: a view could run for ever. */
function tablesOf(database: Database): ReadonlyMap<string, Columns> {
  const rows = database.all<{ table: string; column: string }>(TABLES)
  const tables = new Map<string, Set<string>>()
  for (const { table, column } of rows) tables.set(table, (tables.get(table) ?? new Set()).add(column))
  return tables
}

const TABLES = `SELECT s.name AS "table", c.name AS "column" FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
  WHERE s.type = 'table' AND s.name IN ('fail2banDb', 'bans', 'bips') AND s.sql NOT LIKE 'CREATE VIRTUAL%'`

function isUsable(columns: Columns | undefined): columns is Columns {
  return columns !== undefined && ['jail', 'ip', 'timeofban'].every((name) => columns.has(name))
}

function schemaOf(database: Database, tables: ReadonlyMap<string, Columns>): number | undefined {
  if (!tables.get('fail2banDb')?.has('version')) return undefined
  const version = database.first<{ version: unknown }>('SELECT max(CAST(version AS REAL)) AS version FROM fail2banDb')
  return typeof version?.version === 'number' ? version.version : undefined
}

interface Left {
  rows: number
  fault: Fault | undefined
}

/**
 * First the last ban of each address in each jail: `bips` has them since schema 4, before that they are found among all.
 * `bans` has them too.
 */
async function* read(
  database: Database,
  tables: ReadonlyMap<string, Columns>,
  left: Left,
): AsyncGenerator<readonly ForeignBan[]> {
  const bans = tables.get('bans')!
  const bips = tables.get('bips')
  const known = new Set<string>()
  const remember = (found: ForeignBan[]) => {
    for (const ban of found) known.add(nameOf(ban))
    return found
  }
  if (isUsable(bips)) {
    for await (const rows of pages(database, left, sqlOf('bips', bips))) yield remember(bansOf(rows, left, true))
  }
  if (!isUsable(bips) || left.fault) {
    const lasts = await lastsAmong(database, left)
    for await (const rows of pages(database, left, sqlOf('bans', bans))) {
      const last = rows.filter((row) => lasts.get(keyOf(row))?.id === row.id)
      const counted = last.map((row) => ({ ...row, bancount: row.bancount ?? lasts.get(keyOf(row))!.bans }))
      yield remember(bansOf(counted, left, true))
    }
  }
  for await (const rows of pages(database, left, sqlOf('bans', bans))) {
    yield bansOf(rows, left, false).filter((ban) => !known.has(nameOf(ban)))
  }
}

function nameOf({ jail, address, from }: ForeignBan): string {
  return `${jail}\0${address}\0${from}`
}

function bansOf(rows: readonly ForeignColumns[], left: Left, isLast: boolean): ForeignBan[] {
  const bans = rows.map((row) => foreignBan(row, isLast)).filter((ban) => ban !== undefined)
  left.rows += rows.length - bans.length
  return bans
}

/** The last of each address in its jail, and how many there are. */
async function lastsAmong(database: Database, left: Left): Promise<ReadonlyMap<string, { id: number; bans: number }>> {
  const lasts = new Map<string, { id: number; time: number; bans: number }>()
  for await (const rows of pages<ForeignColumns & { id: number }>(database, left, WHICH)) {
    for (const row of rows) {
      const before = lasts.get(keyOf(row))
      const time = row.timeofban ?? 0
      const bans = (before?.bans ?? 0) + 1
      const isLater = before === undefined || time >= before.time
      lasts.set(keyOf(row), isLater ? { id: row.id, time, bans } : { ...before, bans })
    }
  }
  return lasts
}

function keyOf({ jail, ip }: ForeignColumns): string {
  return `${String(jail)}\0${String(ip)}`
}

async function* pages<Row extends { readonly id: number } = ForeignColumns & { readonly id: number }>(
  database: Database,
  left: Left,
  sql: string,
): AsyncGenerator<readonly Row[]> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    let rows: readonly Row[] = []
    try {
      rows = database.all<Row>(sql, after, PAGE)
    } catch (thrown) {
      // Behind what is damaged nothing is found any more.
      left.fault = unreadable(database.path, thrown)
    }
    if (rows.length > 0) yield rows
    if (rows.length < PAGE) return
    after = rows.at(-1)!.id
    await turn()
  }
}

const PAGE = 500
const NAMES =
  'rowid AS id, substr(jail, 1, 300) AS jail, substr(ip, 1, 300) AS ip, CAST(timeofban AS REAL) AS timeofban'
const WHICH = `SELECT ${NAMES} FROM bans WHERE rowid > ? ORDER BY rowid LIMIT ?`

function sqlOf(table: 'bans' | 'bips', columns: Columns): string {
  const number = (name: string) => (columns.has(name) ? `CAST(${name} AS REAL)` : 'NULL')
  // Data without end would be a whole log in one row.
  const data = columns.has('data') ? `CASE WHEN length(data) < ${MAX_DATA} THEN data END` : 'NULL'
  return `SELECT ${NAMES}, ${number('bantime')} AS bantime, ${number('bancount')} AS bancount, ${data} AS data
    FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`
}

const MAX_DATA = 1_000_000

function notFail2ban(path: string): Fault {
  return new Fault('import.not-fail2ban', `${path} is no database of Fail2ban`, {
    hint: "name Fail2ban's: --database FILE (dbfile in fail2ban.conf)",
    at: { file: path },
  })
}

function unreadable(path: string, thrown: unknown): Fault {
  const fault = asFault(thrown, 'import.unreadable')
  if (fault.code.startsWith('import.')) return fault
  return new Fault('import.unreadable', fault.message, { at: { file: path }, cause: fault })
}
