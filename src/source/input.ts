/** What a Source reads from, whatever it is: a followed file, a journal, the kernel's log, or chunks fed by another process. */
import type { Fault } from '../base/fault.ts'
import type { World } from '../world/world.ts'
import type { Chunk } from './chunk.ts'
import type { Mark } from './position.ts'

export interface Input {
  readonly log: string
  /** Whether a `read` could bring something now. */
  readonly busy: boolean
  /** Something may have changed, or time has passed. Cheap when nothing did. */
  look(): void
  /**
   * One turn, of at most `buffer.length` bytes. undefined does not mean the end: only `busy` says that.
   * @throws Fault `source.small-buffer` if a longest line would not fit
   */
  read(buffer: Uint8Array): Chunk | undefined
  close(): void
}

/** How a log is doing. `denied` is one that a process with more rights could read and feed. */
export type LogState =
  | { readonly kind: 'pending' | 'denied' | 'refused'; readonly reason: Fault }
  /** `mark`: where a file is read from. */
  | { readonly kind: 'reading'; readonly mark?: Mark }
  /** A log that is read once has been. */
  | { readonly kind: 'ended' }
  /** `truncated`: the same file began anew. `renamed`: the path names another file now. Then it goes on as `reading`. */
  | { readonly kind: 'rotated'; readonly how: 'renamed' | 'truncated' }

export type OnState = (log: string, state: LogState) => void

/** What of the world this room uses. */
export type Hands = Pick<World, 'clock' | 'files' | 'digest' | 'run'>

/** Where a log without a saved position is read from. */
export type Start = 'begin' | 'end'
