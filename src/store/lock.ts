/** One guard per folder. The kernel gives the lock back when its holder dies, however it dies: nothing can be stale. */
import { Fault } from '../base/fault.ts'
import type { Files } from '../world/files.ts'
import { Database } from './database.ts'

/**
 * Holds the folder until `release`. The lock is SQLite's own on a database that stays empty: Node has no flock. Who holds
 * it stands in `lock.pid`, for the message only.
 * @throws Fault `store.taken` naming the holder; `store.read-only`, `store.full`, `store.failed` where none can be taken
 */
export function takeFolder(files: Files, folder: string, pid: number): { release(): void } {
  const path = `${folder}/lock`
  const lock = hold(files, path, folder)
  try {
    files.write(`${folder}/lock.pid`, `${pid}\n`, 0o600)
  } catch {
    // A full disk: the lock holds all the same, only its holder cannot be named.
  }
  return { release: () => lock.close() }
}

function hold(files: Files, path: string, folder: string): Database {
  const lock = new Database(path, 'lock')
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (thrown) {
    lock.close()
    const code = thrown instanceof Fault ? thrown.code : ''
    if (code === 'store.locked') throw taken(files, folder)
    if (code !== 'store.corrupt') throw thrown
    // Bytes in a file that is always empty: it was read, so nobody holds it. Gone, the next attempt makes a new one.
    files.remove(path)
    throw thrown
  }
}

function taken(files: Files, folder: string): Fault {
  const pid = files.stat(`${folder}/lock.pid`) ? files.text(`${folder}/lock.pid`, 64).trim() : ''
  const holder = /^\d{1,10}$/.test(pid) ? `process ${pid}` : 'another process'
  return new Fault('store.taken', `${folder} is in use by ${holder}`, {
    hint: 'only one guard may run on a folder: stop the other first, or give this one a folder of its own',
    at: { file: folder },
  })
}
