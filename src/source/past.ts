/** Where a log's past is: the files that it was rotated to, in the same folder. Packed ones cannot be gone on with. */
import type { Files } from '../world/files.ts'

/** More names than this are not looked at: a folder may be flooded with them. */
const MAX_PAST = 64

export interface Past {
  readonly path: string
  readonly inode: number
  /** How names are given: each rotation raises the numbers, or each adds a later date. Others have no order. */
  readonly series: 'numbers' | 'dates' | 'other'
  /** Higher is older, within a series. */
  readonly age: number
}

/** While a rotation renames them one after the other, a file is seen under no name, or under two. */
const MAX_LOOKS = 8

/** The regular files in the log's folder that are named like rotations of it, oldest first in each series. */
export function pastOf(files: Files, path: string): readonly Past[] {
  let past = look(files, path)
  for (let looks = 1; looks < MAX_LOOKS; looks++) {
    const again = look(files, path)
    if (isSame(past, again)) break
    past = again
  }
  return past
}

function isSame(past: readonly Past[], other: readonly Past[]): boolean {
  return (
    past.length === other.length &&
    past.every(({ path, inode }, i) => other[i]!.path === path && other[i]!.inode === inode)
  )
}

function look(files: Files, path: string): readonly Past[] {
  const slash = path.lastIndexOf('/')
  const folder = path.slice(0, slash) || '/'
  const past: Past[] = []
  for (const name of files.list(folder)) {
    if (past.length === MAX_PAST || logOf(name) !== path.slice(slash + 1)) continue
    const found = `${folder === '/' ? '' : folder}/${name}`
    const stat = files.stat(found, { follow: false })
    if (stat?.kind === 'file') past.push({ path: found, inode: stat.inode, ...place(name) })
  }
  return past.sort((a, b) => b.age - a.age)
}

/** Those that were rotated away after `one`, oldest first. */
export function laterThan(past: readonly Past[], one: Past): readonly Past[] {
  if (one.series === 'other') return []
  return past.filter(({ series, age }) => series === one.series && age < one.age)
}

/**
 * The name of the log whose rotation this name is: `a.log` of `a.log.1`, `a.log-20260131`, `a.log.old`; with logrotate's
 * `extension`, `a.log` of `a-20260131.log`. `a.1.log` is taken for a log of its own: many are named so.
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

function place(name: string): Pick<Past, 'series' | 'age'> {
  const number = /\.(\d{1,6})$/.exec(name)
  if (number) return { series: 'numbers', age: Number(number[1]) }
  const date = /(\d{8})(?:[-_T]?(\d{2,10}))?(?:\.[A-Za-z]\w*)?$/.exec(name)
  if (date) return { series: 'dates', age: -Number(`${date[1]}.${date[2] ?? 0}`) }
  return { series: 'other', age: 0 }
}
