/**
 * Files, synchronously: a read from the page cache costs less than a hop to a thread and back. All methods throw a Fault
 * `file.absent`, `file.denied`, `file.exists`, `file.full`, `file.descriptors` (too many are open) or `file.failed` that carries the path,
 * unless they say otherwise.
 */
import type { Cancel } from './clock.ts'

export interface Files {
  /** undefined if there is nothing; `link` only when `follow` is false. */
  stat(path: string, options?: { readonly follow?: boolean }): Stat | undefined
  /** @throws Fault `file.large` over `maxBytes` (default 16 MiB) */
  read(path: string, maxBytes?: number): Uint8Array
  text(path: string, maxBytes?: number): string
  /** Old or new content, never a mixture, and on disk when it returns: temporary file, fsync, rename, fsync of the folder. */
  write(path: string, content: string | Uint8Array, mode: number): void
  /**
   * A new file under a name that nobody reads yet, in the place of whatever has it: on disk when it returns, perhaps in part
   * when it throws. It has exactly this mode, and this owner where one is given.
   */
  create(path: string, content: string | Uint8Array, mode: number, owner?: Owner): void
  /** The same file with other content, torn where it is cut off: for a file that nothing can take the place of (`file.busy`). */
  overwrite(path: string, content: string | Uint8Array): void
  /** For writing at its end; made with this mode where it is not there. A pipe that nobody reads, or is full, is `file.failed`. */
  append(path: string, mode: number): Appending
  /** Whether it takes writing at all: an immutable one and one on a read-only disk do not, whoever asks. `file.absent` */
  isWritable(path: string): boolean
  /** What was created, renamed and removed in a folder is on disk when it returns. */
  syncFolder(path: string): void
  /** Names in a folder, sorted, or in the disk's own order; empty if it is not there. */
  list(path: string, options?: { readonly asStored?: boolean }): readonly string[]
  makeFolder(path: string, mode: number): void
  /** Absent is fine. */
  remove(path: string): void
  /** `file.busy` where something is mounted on either, or between them. */
  rename(from: string, to: string): void
  /** What a symbolic link says, as it stands; undefined if it is none or may not be read. */
  link(path: string): string | undefined
  /** The path with every symbolic link resolved. */
  real(path: string): string
  /** For reading, never waiting (O_NONBLOCK); with `follow: false` a link in the last place is `file.link`. */
  open(path: string, options?: { readonly follow?: boolean }): OpenFile
  /**
   * All bytes from the start on, of a pipe as they come, of `/dev/stdin` from where it stands; waiting for them holds up
   * nothing else. Throws as it goes on.
   */
  stream(path: string): AsyncIterable<Uint8Array>
  /** What gzip packed into these, in one part or several. @throws Fault `file.packed` where they are damaged or cut off */
  gunzip(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /**
   * Tells that something in a folder changed, perhaps too often, perhaps without a name: a wake-up, not a truth.
   * `file.absent` if the folder is not there, `file.no-watch` with the kernel's limit as hint if it has no more to give.
   */
  watch(folder: string, onChange: (name: string | undefined) => void): Cancel
}

export interface Stat {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly size: number
  readonly device: number
  readonly inode: number
  readonly owner: number
  readonly group: number
  readonly mode: number
  /** Names that it has. */
  readonly links: number
  readonly modifiedMs: number
}

/** Numbers of a user and a group. */
export type Owner = Pick<Stat, 'owner' | 'group'>

export interface Appending {
  write(content: string | Uint8Array): void
  /** What was written is on disk when it returns. */
  sync(): void
  close(): void
}

export interface OpenFile {
  readonly path: string
  stat(): Stat
  /** Bytes read into `into` (0 at the end) from `offset`; from where it stands if `offset` is undefined (devices). */
  read(into: Uint8Array, offset: number | undefined): number
  close(): void
}

/** Which file stands there, if nobody writes to it; undefined if none does. A new one may well get the number of an old one. */
export function identityOf(files: Pick<Files, 'stat'>, path: string): string | undefined {
  const stat = files.stat(path)
  return stat && `${stat.inode} ${stat.modifiedMs}`
}
