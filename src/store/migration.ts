/** Brings a history to this program's schema, whole or not at all. */
import { Fault } from '../base/fault.ts'
import type { Files } from '../world/files.ts'
import type { Database } from './database.ts'

export interface Migration {
  /** The schema that it leads to; the first is 1. */
  readonly number: number
  readonly sql: string
}

/**
 * One transaction for all that is missing; before it a copy of a history that is not empty, beside it, as
 * `NAME.schema-N` (N: the schema it has).
 * @throws Fault `store.newer-schema` if the file comes from a newer program: nothing is changed then
 */
export function migrate(database: Database, migrations: readonly Migration[], application: number, files: Files): void {
  const present = schemaOf(database)
  const newest = migrations.at(-1)?.number ?? 0
  if (present > newest) throw newerSchema(database.path, present, newest)
  if (present === newest) return
  if (present > 0) backUp(database, present, files)
  database.begin()
  try {
    for (const { number, sql } of migrations) if (number > present) database.exec(sql)
    database.exec(`PRAGMA user_version = ${newest}; PRAGMA application_id = ${application}`)
    database.commit()
  } catch (thrown) {
    database.rollback()
    throw thrown
  }
}

/** 0: nothing is in it yet. */
export function schemaOf(database: Database): number {
  return database.first<{ user_version: number }>('PRAGMA user_version')!.user_version
}

/** Written by SQLite itself: a copy by bytes would miss what stands in the log, and drop its locks. */
function backUp(database: Database, schema: number, files: Files): void {
  const copy = `${database.path}.schema-${schema}`
  // An empty file of ours first, for its mode: SQLite fills it.
  files.write(copy, '', 0o600)
  database.run('VACUUM INTO ?', copy)
}

function newerSchema(path: string, present: number, newest: number): Fault {
  return new Fault('store.newer-schema', `${path} has schema ${present}, this program knows ${newest}`, {
    hint: 'update Rampart, or move the file away to start a new history; bans go on, but are not kept',
    at: { file: path },
  })
}
