/** The machine's files. */
import {
  closeSync,
  constants,
  createReadStream,
  type FSWatcher,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  watch,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { Fault } from '../base/fault.ts'
import type { Appending, Files, OpenFile, Owner, Stat } from './files.ts'

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024
/** Most of what is read at once is small: /proc by the hundred, where 64 KiB each left 20 MB of garbage. */
const FIRST_BYTES = 4096
const STREAM_BYTES = 1024 * 1024

export const realFiles: Files = {
  stat(path, { follow = true } = {}) {
    try {
      return statOf(follow ? statSync(path) : lstatSync(path))
    } catch (thrown) {
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(thrown))) return undefined
      throw fileFault(path, thrown)
    }
  },
  read(path, maxBytes = DEFAULT_MAX_BYTES) {
    const file = open(path, true)
    try {
      return readAll(file, maxBytes)
    } finally {
      file.close()
    }
  },
  text(path, maxBytes) {
    return new TextDecoder().decode(realFiles.read(path, maxBytes))
  },
  write(path, content, mode) {
    attempt(path, () => replace(path, content, mode))
  },
  create(path, content, mode, owner) {
    attempt(path, () => create(path, content, mode, owner))
  },
  overwrite(path, content) {
    attempt(path, () => fill(openSync(path, constants.O_WRONLY | constants.O_TRUNC), content))
  },
  append(path, mode) {
    return append(path, mode)
  },
  isWritable(path) {
    try {
      closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
      return true
    } catch (thrown) {
      const fault = fileFault(path, thrown)
      if (fault.code === 'file.denied') return false
      throw fault
    }
  },
  syncFolder(path) {
    attempt(path, () => syncFolder(path))
  },
  list(path, { asStored = false } = {}) {
    try {
      return asStored ? namesAsStored(path) : readdirSync(path).sort()
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return []
      throw fileFault(path, thrown)
    }
  },
  makeFolder(path, mode) {
    attempt(path, () => makeFolder(path, mode))
  },
  remove(path) {
    attempt(path, () => rmSync(path, { force: true }))
  },
  rename(from, to) {
    attempt(from, () => renameSync(from, to))
  },
  link(path) {
    try {
      return readlinkSync(path)
    } catch {
      return undefined
    }
  },
  real(path) {
    return attempt(path, () => realpathSync(path))
  },
  open(path, { follow = true } = {}) {
    return open(path, follow)
  },
  async *stream(path) {
    try {
      // Standard input itself: opened by its name, a file would begin anew and a socket could not be; and who waits for a
      // pipe in a thread, as for a file, holds up this program's end.
      if (path === '/dev/stdin') yield* process.stdin.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
      else yield* createReadStream(path, { highWaterMark: STREAM_BYTES }) as AsyncIterable<Uint8Array>
    } catch (thrown) {
      throw fileFault(path, thrown)
    }
  },
  async *gunzip(packed) {
    // Not loaded by those who unpack nothing.
    const { createGunzip } = await import('node:zlib')
    const unpacked = pipeline(Readable.from(packed), createGunzip(), () => {})
    try {
      yield* unpacked as AsyncIterable<Uint8Array>
    } catch (cause) {
      if (cause instanceof Fault) throw cause
      throw new Fault('file.packed', 'what gzip packed is damaged or cut off', { cause })
    }
  },
  watch(folder, onChange) {
    const watcher = watched(folder, onChange)
    // An error after the start (folder gone) is one more wake-up: who looks will see.
    watcher.on('error', () => onChange(undefined))
    return () => watcher.close()
  },
}

function watched(folder: string, onChange: (name: string | undefined) => void): FSWatcher {
  try {
    return watch(folder, { persistent: false }, (_event, name) => onChange(name ?? undefined))
  } catch (thrown) {
    const limit = LIMITS[codeOf(thrown)]
    if (limit === undefined) throw fileFault(folder, thrown)
    throw new Fault('file.no-watch', `${folder} cannot be watched: the kernel has no more watches for this user`, {
      hint: `raise ${limit}`,
      cause: thrown,
      at: { file: folder },
    })
  }
}

/** Source: inotify(7), inotify_init(2). */
const LIMITS: Readonly<Record<string, string>> = {
  ENOSPC: 'fs.inotify.max_user_watches',
  EMFILE: 'fs.inotify.max_user_instances, or the limit of open files',
}

/** readdir() sorts; only reading entry by entry does not. */
function namesAsStored(path: string): string[] {
  const folder = opendirSync(path)
  try {
    const names: string[] = []
    for (let entry = folder.readSync(); entry; entry = folder.readSync()) names.push(entry.name)
    return names
  } finally {
    folder.closeSync()
  }
}

function append(path: string, mode: number): Appending {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY
  const descriptor = attempt(path, () => openSync(path, flags, mode))
  return {
    write(content) {
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
      for (let at = 0; at < bytes.length; ) at += attempt(path, () => writeSync(descriptor, bytes, at))
    },
    sync: () => attempt(path, () => fsyncSync(descriptor)),
    close: () => closeSync(descriptor),
  }
}

function open(path: string, follow: boolean): OpenFile {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW)
  const descriptor = attempt(path, () => openSync(path, flags))
  return {
    path,
    stat: () => attempt(path, () => statOf(fstatSync(descriptor))),
    read(into, offset) {
      try {
        return readSync(descriptor, into, 0, into.length, offset ?? null)
      } catch (thrown) {
        if (codeOf(thrown) === 'EAGAIN') return 0
        throw fileFault(path, thrown)
      }
    },
    close: () => closeSync(descriptor),
  }
}

function readAll(file: OpenFile, maxBytes: number): Uint8Array {
  let bytes = new Uint8Array(FIRST_BYTES)
  let size = 0
  // The size of files in /proc is 0: read until nothing more comes.
  for (;;) {
    const got = file.read(size === 0 ? bytes : bytes.subarray(size), size)
    if (got === 0) return bytes.subarray(0, size)
    size += got
    if (size > maxBytes) throw new Fault('file.large', `${file.path} is larger than ${maxBytes} bytes`)
    if (size === bytes.length) bytes = withRoom(bytes)
  }
}

function withRoom(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 4)
  larger.set(bytes)
  return larger
}

/** Node's own `recursive` tries without end below /proc, where making a folder fails as if the one above were missing. */
function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode })
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    const above = dirname(path)
    if (code !== 'ENOENT' || above === path || statOrNothing(above)) throw thrown
    makeFolder(above, mode)
    makeFolder(path, mode)
  }
}

function statOrNothing(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

function replace(path: string, content: string | Uint8Array, mode: number): void {
  const temporary = `${path}.${process.pid}.new`
  try {
    // Made by us: in a folder where others write too it could be a link of theirs.
    rmSync(temporary, { force: true })
    fill(openSync(temporary, 'wx', mode), content)
    renameSync(temporary, path)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw thrown
  }
  syncFolder(dirname(path))
}

function create(path: string, content: string | Uint8Array, mode: number, owner: Owner | undefined): void {
  rmSync(path, { force: true })
  const descriptor = openSync(path, 'wx', 0o600)
  fill(descriptor, content, () => {
    if (owner) fchownSync(descriptor, owner.owner, owner.group)
    // After the owner: the kernel takes set-user-ID bits away from one who changes it, and the umask has had its say.
    fchmodSync(descriptor, mode)
  })
}

/** Writes all of it, to the disk, and closes. */
function fill(descriptor: number, content: string | Uint8Array, prepare = () => {}): void {
  try {
    prepare()
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function statOf(stats: Stats): Stat {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other'
  return {
    kind,
    size: stats.size,
    device: stats.dev,
    inode: stats.ino,
    owner: stats.uid,
    group: stats.gid,
    mode: stats.mode & 0o7777,
    links: stats.nlink,
    modifiedMs: stats.mtimeMs,
  }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    throw fileFault(path, thrown)
  }
}

function fileFault(path: string, thrown: unknown): Fault {
  const code = codeOf(thrown)
  const [fault, words] = FAULTS[code] ?? ['file.failed', `failed (${code || String(thrown)})`]
  return new Fault(fault, `${path} ${words}`, { cause: thrown, at: { file: path } })
}

const FAULTS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['file.absent', 'does not exist'],
  ENOTDIR: ['file.absent', 'does not exist: a part of its path is no folder'],
  EACCES: ['file.denied', 'may not be opened by this user'],
  EPERM: ['file.denied', 'may not be changed by this user'],
  EROFS: ['file.denied', 'is on a read-only file system'],
  EEXIST: ['file.exists', 'exists already'],
  ENOSPC: ['file.full', 'could not be written: the disk is full'],
  EDQUOT: ['file.full', 'could not be written: the quota is used up'],
  EBUSY: ['file.busy', 'is in use: something is mounted there'],
  EXDEV: ['file.busy', 'cannot be moved: something else is mounted there'],
  EISDIR: ['file.failed', 'is a folder, not a file'],
  EMFILE: ['file.descriptors', 'could not be opened: too many files are open'],
  ENFILE: ['file.descriptors', 'could not be opened: too many files are open on this host'],
  ELOOP: ['file.link', 'is a symbolic link'],
}

function codeOf(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException | undefined)?.code ?? ''
}
