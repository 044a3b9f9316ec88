/** Opens the history of a guard, which may run, for counting. */
import { Fault } from '../../base/fault.ts'
import type { Files } from '../../world/files.ts'
import { Database } from '../database.ts'
import { schemaOf } from '../migration.ts'
import { APPLICATION, MIGRATIONS } from '../schema.ts'
import { type HistoryCounts, historyCounts } from './counts.ts'

/**
 * @throws Fault `statistics.no-history`, `statistics.foreign`, `statistics.newer-schema`, `file.denied`, and those of `Database`
 */
export function openCounts(files: Pick<Files, 'stat'>, folder: string): HistoryCounts {
  const path = `${folder}/history.db`
  if (!files.stat(path)) throw absent(folder)
  const database = open(files, path)
  try {
    refuseForeign(database)
    // Sorting a million rows in 2 MiB goes by way of the disk; this process does not last.
    database.exec('PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY')
    return historyCounts(database)
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

/** Without its log it is whole, and nobody writes it; to look at it leaves no trace then. */
function open(files: Pick<Files, 'stat'>, path: string): Database {
  return new Database(path, files.stat(`${path}-wal`) ? 'read' : 'frozen', 2000)
}

function refuseForeign(database: Database): void {
  const { path } = database
  const { application_id: application } = database.first<{ application_id: number }>('PRAGMA application_id')!
  const newest = MIGRATIONS.at(-1)!.number
  const schema = schemaOf(database)
  if (application !== APPLICATION || schema === 0)
    throw new Fault('statistics.foreign', `${path} is no history of Rampart`, {
      hint: 'name the folder that the guard keeps its history in with --history',
      at: { file: path },
    })
  if (schema > newest)
    throw new Fault('statistics.newer-schema', `${path} has schema ${schema}, this program knows ${newest}`, {
      hint: 'ask with the Rampart that the guard runs, or a newer one',
      at: { file: path },
    })
  if (schema < newest)
    throw new Fault('statistics.older-schema', `${path} has schema ${schema}, this program needs ${newest}`, {
      hint: 'start the guard once: it brings its history up to date, and keeps a copy',
      at: { file: path },
    })
}

function absent(folder: string): Fault {
  return new Fault('statistics.no-history', `no guard has kept a history in ${folder}`, {
    hint: 'start it with rampart up, name its folder with --history, or give addresses with --ips-file',
    at: { file: folder },
  })
}
