/** A history that cannot be read is moved aside, never deleted at once: someone may want to know, or to rescue it. */
import { Fault } from '../base/fault.ts'
import type { Files } from '../world/files.ts'

/** More would fill the disk of a host whose disk is what breaks. */
const MAX_COPIES = 3

/**
 * Moves the database and its log to `NAME.damaged-N`, N counting up, and removes all but the newest three copies. Nobody
 * may have it open.
 * @returns the Fault `store.quarantined` to tell: what was wrong and where the copy is
 */
export function quarantine(files: Files, path: string, cause: Fault): Fault {
  const slash = path.lastIndexOf('/')
  const folder = path.slice(0, slash)
  const stem = `${path.slice(slash + 1)}.damaged-`
  const taken = copies(files, folder, stem)
  const number = (taken.at(-1) ?? 0) + 1
  const copy = `${folder}/${stem}${number}`
  // The log first: a log without its database does no harm, a new database must not meet the old one's log.
  moveIfThere(files, `${path}-wal`, `${copy}-wal`)
  files.remove(`${path}-shm`)
  moveIfThere(files, path, copy)
  for (const old of [...taken, number].slice(0, -MAX_COPIES)) {
    files.remove(`${folder}/${stem}${old}`)
    files.remove(`${folder}/${stem}${old}-wal`)
  }
  return new Fault('store.quarantined', `${cause.message}; it was moved to ${copy} and a new history begins`, {
    hint: 'active bans are kept in the kernel and are written again; the copy may be removed',
    at: { file: copy },
    cause,
  })
}

/** The numbers in use, ascending. */
function copies(files: Files, folder: string, stem: string): number[] {
  return files
    .list(folder)
    .filter((name) => name.startsWith(stem))
    .map((name) => name.slice(stem.length))
    .filter((rest) => /^\d{1,9}$/.test(rest))
    .map(Number)
    .sort((a, b) => a - b)
}

function moveIfThere(files: Files, from: string, to: string): void {
  if (files.stat(from, { follow: false })) files.rename(from, to)
}
