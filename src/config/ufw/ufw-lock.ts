/**
 * UFW's lock: one command at a time, the installed ufw's among them. That one locks its whole file by fcntl(2); so does
 * SQLite the bytes of a database that it writes, and Node has no other way to such a lock. Nothing is ever written to it.
 * The kernel gives it back when its holder dies, however it dies.
 */
import { asFault, Fault } from '../../base/fault.ts'
import type { Database } from '../../store/database.ts'
import type { World } from '../../world/world.ts'

/** The longest of UFW's own commands, `reload`, takes seconds. */
const PATIENCE_MS = 60_000
const BETWEEN_TRIES_MS = 10

/** @throws Fault `ufw.locked` when somebody holds it for a minute, `ufw.no-lock` where there can be none */
export async function holdingLock<T>(world: World, path: string | undefined, act: () => T | Promise<T>): Promise<T> {
  if (path === undefined) return act()
  const lock = await take(world, path)
  try {
    return await act()
  } finally {
    lock.close()
  }
}

async function take(world: World, path: string): Promise<Database> {
  // Not loaded by those who only look.
  const { Database } = await import('../../store/database.ts')
  const { clock } = world
  const end = clock.monotonic() + PATIENCE_MS
  for (;;) {
    const lock = tryTake(world, path, Database)
    if (lock) return lock
    if (clock.monotonic() > end) throw isHeld(world, path)
    // Others wait as long: who comes first is left to chance.
    await new Promise<void>((resolve) => clock.after(BETWEEN_TRIES_MS * (0.5 + world.chance.next()), resolve))
  }
}

function tryTake(world: World, path: string, type: typeof Database): Database | undefined {
  let lock: Database | undefined
  try {
    lock = new type(path, 'lock')
    // A journal would be a file beside it, though nothing is ever written.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (thrown) {
    lock?.close()
    const fault = asFault(thrown, 'store.failed')
    if (fault.code === 'store.locked') return undefined
    if (fault.code !== 'store.corrupt') {
      throw new Fault('ufw.no-lock', `${path} cannot be locked: ${fault.message}`, {
        cause: thrown,
        at: { file: path },
      })
    }
    // Somebody wrote into it. It was read, so nobody holds it; the installed ufw empties it as well.
    world.files.overwrite(path, '')
    return undefined
  }
}

function isHeld(world: World, path: string): Fault {
  const holder = holderOf(world, path)
  return new Fault('ufw.locked', `another command holds ${path}${holder && ` (process ${holder})`}`, {
    hint: 'wait for it, or end it: it may wait for an answer',
    at: { file: path },
  })
}

/** Source: proc(5), /proc/locks: `1: POSIX ADVISORY WRITE 4242 00:17:99 0 EOF`. */
function holderOf({ files }: World, path: string): string {
  try {
    const inode = files.stat(path)?.inode
    const line = files
      .text('/proc/locks')
      .split('\n')
      .find((text) => text.split(/\s+/)[5]?.endsWith(`:${inode}`))
    return line?.split(/\s+/)[4] ?? ''
  } catch {
    return ''
  }
}
