/** What source/ hands on: whole lines as bytes, and where in the log they stood. */
import type { Mark } from './position.ts'

/**
 * Whole lines of one log. A line is cut and decoded only where it is needed, in filter/. The bytes are valid until the
 * next chunk is asked for: the buffer is used again.
 */
export interface Chunk {
  /** The log it came from: a path, `journal:NAME` or `kmsg`. */
  readonly log: string
  /** Whole lines; each ends in 0x0a. A line over the cap is its first bytes and a newline. */
  readonly bytes: Uint8Array
  /** Where the first of the bytes stood in its file; of a journal or the kernel: bytes handed on before. */
  readonly offset: number
  /** Where reading goes on after the chunk: save this once its failures have been decided upon. */
  readonly end: Mark
  /** Lines that were longer than the cap and were cut to it, so far in this log. */
  readonly cutLines: number
  /** Bytes of the log that are known to be yet unread, where that is known. */
  readonly behind?: number
}
