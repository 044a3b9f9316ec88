/**
 * One guard per ban table, whatever folders and sockets it was given: two would take each other's bans away. The table
 * belongs to a network namespace, so the lock is named for it.
 */
import { Fault } from '../base/fault.ts'
import { takeFolder } from '../store/lock.ts'
import type { Files } from '../world/files.ts'

const FOLDER = '/run/rampart'

/**
 * Holds the table's name until `release`, or until this process ends, however it ends.
 * @throws Fault `guard.running` naming the holder
 */
export function claimTable(files: Files, pid: number): { release(): void } {
  const namespace = /\d+/.exec(files.link('/proc/self/ns/net') ?? '')?.[0] ?? 'unknown'
  const folder = `${FOLDER}/net-${namespace}`
  try {
    files.makeFolder(FOLDER, 0o700)
    files.makeFolder(folder, 0o700)
    return takeFolder(files, folder, pid)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'store.taken') return { release() {} } // No lock can be had: guard all the same.
    const holder = /process \d+/.exec(thrown.message)?.[0] ?? 'another process'
    throw new Fault('guard.running', `another guard holds this network's bans (${holder})`, {
      hint: 'see it with: rampart status, or stop it first; --observe can run beside it',
      cause: thrown,
    })
  }
}
