/** How far a log has been read, and which file that was: a name alone says nothing after a rotation. */

export interface Position {
  readonly device: number
  readonly inode: number
  /** SHA-1 of the file's first `headBytes` bytes, hex: tells a truncated and regrown file from the one that was read. */
  readonly head: string
  readonly headBytes: number
  /** Bytes read and handed on. */
  readonly offset: number
}

/** A journal is read by its cursor. */
export interface Cursor {
  readonly cursor: string
}
