/**
 * One guard per ban table, whatever folders and sockets it was given: two would take each other's bans away. The table
 * belongs to a network namespace, so the lock is named for it.
 */
import { Fault } from '../../base/fault.ts'
import { takeFolder } from '../../store/lock.ts'
import { type Files, identityOf } from '../../world/files.ts'

const FOLDER = '/run/rampart'

export interface Claim {
  /**
   * Takes the name again if somebody has cleared the folder that it stood in, as whoever clears /run does.
   * @throws Fault `guard.running` if another guard was faster
   */
  look(): void
  release(): void
}

/**
 * Holds the table's name until `release`, or until this process ends, however it ends.
 * @param instance names a table other than the usual one
 * @throws Fault `guard.running` naming the holder
 */
export function claimTable(files: Files, pid: number, instance?: string): Claim {
  const namespace = /\d+/.exec(files.link('/proc/self/ns/net') ?? '')?.[0] ?? 'unknown'
  const folder = `${FOLDER}/net-${namespace}${instance === undefined ? '' : `-${instance}`}`
  const which = () => identityOf(files, `${folder}/lock`)
  let lock = take(files, folder, pid)
  let held = which()
  return {
    look() {
      if (lock && which() === held) return
      lock?.release()
      lock = undefined
      lock = take(files, folder, pid)
      held = which()
    },
    release: () => lock?.release(),
  }
}

/** undefined where no lock can be had: it guards all the same. */
function take(files: Files, folder: string, pid: number): { release(): void } | undefined {
  try {
    files.makeFolder(FOLDER, 0o700)
    files.makeFolder(folder, 0o700)
    return takeFolder(files, folder, pid)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'store.taken') return undefined
    const holder = /process \d+/.exec(thrown.message)?.[0] ?? 'another process'
    throw new Fault('guard.running', `another guard holds this network's bans (${holder})`, {
      hint: 'see it with: rampart status, or stop it first; --observe can run beside it',
      cause: thrown,
    })
  }
}
