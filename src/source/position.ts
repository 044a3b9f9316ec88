/** How far a log has been read, and which file that was: a name alone says nothing after a rotation. */

/** Where reading goes on: in a file, in a journal, or in the kernel's log; of standard input it only says how much there was. */
export type Mark = Position | Cursor | Sequence | Passed

export interface Position {
  readonly device: number
  readonly inode: number
  /** SHA-1 of the file's first `headBytes` bytes, hex: tells a truncated and regrown file from the one that was read. */
  readonly head: string
  readonly headBytes: number
  /** Bytes read and handed on; of a packed file, bytes unpacked. */
  readonly offset: number
  /**
   * The bytes just before `offset`: tells a file that was truncated and has grown again behind the same first lines.
   * A position that another program saved has none.
   */
  readonly tail?: Tail
  /** Files of the same log that were rotated away but may still get late lines, oldest first. */
  readonly before?: readonly Position[]
}

export interface Tail {
  /** Hex. */
  readonly sha1: string
  readonly bytes: number
}

/** A journal is read by its cursor. */
export interface Cursor {
  readonly cursor: string
}

/** The kernel numbers its records, anew at each boot. */
export interface Sequence {
  readonly boot: string
  /** Of the last record that was handed on. */
  readonly sequence: number
}

/** Nobody can go on with what came by standard input. */
export interface Passed {
  /** Bytes. */
  readonly passed: number
}
