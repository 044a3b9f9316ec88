/** Opens the history's file, whatever is found there. */
import { Fault } from '../base/fault.ts'
import type { Files } from '../world/files.ts'
import { Database } from './database.ts'
import { type Migration, migrate, schemaOf } from './migration.ts'
import { quarantine } from './quarantine.ts'
import { APPLICATION } from './schema.ts'

export interface Prepared {
  readonly database: Database
  /** Whether it had nothing in it. */
  readonly isNew: boolean
  /** What was moved aside to get here: the Fault `store.quarantined`. */
  readonly quarantined: Fault | undefined
}

/**
 * A sound database of the newest schema. What is damaged, or is no history at all, is moved aside and a new one made.
 * @throws Fault `store.newer-schema`, and those of `Database` other than `store.corrupt`
 */
export async function openForWriting(files: Files, path: string, migrations: readonly Migration[]): Promise<Prepared> {
  try {
    return { ...(await openSound(files, path, migrations)), quarantined: undefined }
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'store.corrupt') throw thrown
    const quarantined = quarantine(files, path, thrown)
    return { ...(await openSound(files, path, migrations)), quarantined }
  }
}

/** For when it cannot be written: undefined if it cannot be read either. */
export function openForReading(path: string): Database | undefined {
  for (const mode of ['read', 'frozen'] as const) {
    try {
      const database = new Database(path, mode)
      if (schemaOf(database) > 0) return database
      database.close()
    } catch {
      // Why it cannot be written has been told already; that it cannot be read follows from it.
    }
  }
  return undefined
}

async function openSound(
  files: Files,
  path: string,
  migrations: readonly Migration[],
): Promise<Omit<Prepared, 'quarantined'>> {
  const database = new Database(path, 'write')
  try {
    refuseForeign(database)
    refuseDamaged(database)
    const isNew = schemaOf(database) === 0
    migrate(database, migrations, APPLICATION, files)
    // See `checkpoint`: what a killed process copied may not be on disk yet.
    await database.syncFile()
    return { database, isNew }
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

function refuseForeign(database: Database): void {
  const { application_id: application } = database.first<{ application_id: number }>('PRAGMA application_id')!
  const { tables } = database.first<{ tables: number }>('SELECT count(*) AS tables FROM sqlite_schema')!
  if (application === APPLICATION || (application === 0 && tables === 0)) return
  throw new Fault('store.corrupt', `${database.path} is a database of another program`)
}

/** Reads every page once: 0.1 s for 30 MB. The index of a table is not compared with it. */
function refuseDamaged(database: Database): void {
  const found = database.first<{ quick_check: string }>('PRAGMA quick_check(1)')!.quick_check
  if (found !== 'ok') throw new Fault('store.corrupt', `${database.path} is damaged: ${found}`)
}
