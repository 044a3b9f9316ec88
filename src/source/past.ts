/** Where a log's past is: the files that it was rotated to, in the same folder. Packed ones cannot be gone on with. */
import type { Files } from '../world/files.ts'

/** More names than this are not looked at: a folder may be flooded with them. */
const MAX_PAST = 64

export interface Past {
  readonly path: string
  readonly inode: number
  readonly modifiedMs: number
}

/** The regular files in the log's folder that are named like rotations of it, oldest first. */
export function pastOf(files: Files, path: string): readonly Past[] {
  const slash = path.lastIndexOf('/')
  const folder = path.slice(0, slash) || '/'
  const past: Past[] = []
  for (const name of files.list(folder)) {
    if (past.length === MAX_PAST || logOf(name) !== path.slice(slash + 1)) continue
    const found = `${folder === '/' ? '' : folder}/${name}`
    const stat = files.stat(found, { follow: false })
    if (stat?.kind === 'file') past.push({ path: found, inode: stat.inode, modifiedMs: stat.modifiedMs })
  }
  return past.sort((a, b) => a.modifiedMs - b.modifiedMs)
}

/**
 * The name of the log whose rotation this name is: `a.log` of `a.log.1`, `a.log-20260131`, `a.log.old`; with logrotate's
 * `extension`, `a.log` of `a.1.log` is not told apart from a log of its own, but `a.log` of `a-20260131.log` is.
 */
export function logOf(name: string): string | undefined {
  const dated = /^(.+)[-_.]\d{8}(?:[-_T]\d{2,10})?(\.[A-Za-z]\w*)$/.exec(name)
  if (dated) return dated[1]! + dated[2]!
  return /^(.+)(?:\.\d{1,6}|[-._]\d{8}(?:[-_T]\d{2,10})?|-\d{10}|\.old|\.bak|\.save)$/.exec(name)?.[1]
}

/** Whether a name says that the file is packed. */
export function isPacked(name: string): boolean {
  return /\.(?:gz|bz2|xz|zst|lz4|Z)$/.test(name)
}
