/**
 * Opens a log if it may be read: a regular file whose path leads only where its owner may lead. A symbolic link is
 * followed if it and its folder belong to root or to the owner of the file it leads to: otherwise whoever may write in the
 * folder could have any file read, whose lines would then stand in history and mail. For the same reason a file with
 * several names is read only in a folder where nobody else may put one; not every kernel forbids hard links to foreign files.
 */
import { Fault } from '../base/fault.ts'
import type { Files, OpenFile, Stat } from '../world/files.ts'

export interface Admitted {
  readonly file: OpenFile
  /** The path with all links resolved. */
  readonly path: string
}

/**
 * @param path absolute
 * @throws Fault `source.no-file` (folder, FIFO, device), `source.foreign-link`, `source.unsteady` (it changed while it was
 *   opened), `file.absent`, `file.denied`, `file.failed`
 */
export function admit(files: Files, path: string): Admitted {
  const way = walk(files, path)
  const stat = regular(path, files.stat(way.path, { follow: false }))
  // Not before it is known to be a file: opening a device may already do something.
  const file = files.open(way.path, { follow: false })
  try {
    const opened = regular(path, file.stat())
    for (const owner of way.owners) if (owner !== 0 && owner !== opened.owner) throw foreign(path, way.path)
    if (opened.links > 1 && isOpenToOthers(files.stat(folderOf(way.path)), opened.owner)) throw several(path)
    // The second walk meets who swaps a folder between the first one and the opening.
    const again = walk(files, path)
    if (!sameFile(stat, opened) || again.path !== way.path || !sameFile(files.stat(again.path), opened))
      throw new Fault('source.unsteady', `${path} changed while it was opened`, { at: { file: path } })
    return { file, path: way.path }
  } catch (thrown) {
    file.close()
    throw thrown
  }
}

/** As many as Linux follows in one path. */
const MAX_LINKS = 40

interface Way {
  readonly path: string
  /** Who could have set the links on the way: owners of each link and of the folder it stands in. */
  readonly owners: readonly number[]
}

function walk(files: Files, path: string): Way {
  const owners: number[] = []
  let rest = names(path)
  let done = ''
  while (rest.length > 0) {
    const name = rest.shift()!
    if (name === '..') {
      done = done.slice(0, Math.max(0, done.lastIndexOf('/')))
      continue
    }
    const next = `${done}/${name}`
    const stat = files.stat(next, { follow: false })
    if (!stat) throw new Fault('file.absent', `${path} does not exist`, { at: { file: path } })
    if (stat.kind !== 'link') {
      done = next
      continue
    }
    owners.push(stat.owner, files.stat(done || '/', { follow: false })?.owner ?? -1)
    if (owners.length > 2 * MAX_LINKS) throw foreign(path, next)
    const target = files.link(next)
    if (target === undefined)
      throw new Fault('source.unsteady', `${path} changed while it was opened`, { at: { file: path } })
    if (target.startsWith('/')) done = ''
    rest = [...names(target), ...rest]
  }
  return { path: done || '/', owners }
}

function names(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

function regular(path: string, stat: Stat | undefined): Stat {
  if (!stat) throw new Fault('file.absent', `${path} does not exist`, { at: { file: path } })
  if (stat.kind === 'file') return stat
  const what = stat.kind === 'folder' ? 'a folder' : stat.kind === 'link' ? 'a link' : 'a FIFO, socket or device'
  throw new Fault('source.no-file', `${path} is ${what}, not a file: it is not read`, {
    hint: 'put a regular file in its place: it is picked up by itself',
    at: { file: path },
  })
}

function sameFile(a: Stat | undefined, b: Stat): boolean {
  return a !== undefined && a.device === b.device && a.inode === b.inode
}

/** The bits of a mode by which a group and all others may write. Source: inode(7) */
const WRITABLE = 0o022

function isOpenToOthers(folder: Stat | undefined, owner: number): boolean {
  return !folder || (folder.owner !== 0 && folder.owner !== owner) || (folder.mode & WRITABLE) !== 0
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

function several(path: string): Fault {
  return new Fault(
    'source.foreign-link',
    `${path} is a file with other names too, in a folder of others: it is not read`,
    {
      hint: 'remove the other names, or let nobody but root or its owner write in the folder',
      at: { file: path },
    },
  )
}

function foreign(path: string, target: string): Fault {
  return new Fault('source.foreign-link', `${path} is led to ${target} by a link of another user: it is not read`, {
    hint: 'let root own the link and its folder, or name the file itself',
    at: { file: path },
  })
}
