/** A Failure: what a filter made of one or more lines. */
import type { EpochMs } from '../world/clock.ts'

export interface Failure {
  /** What the filter found: an address as it stood in the log, a host name, or another id. Hostile until parsed. */
  readonly id: string
  /** What kind of group gave the id; `fid` is not an address. */
  readonly kind: 'ip' | 'dns' | 'fid'
  /** The line's own stamp, undefined if none was found. */
  readonly time: EpochMs | undefined
  /** The matched lines as text, without the newline; capped in length. */
  readonly lines: readonly string[]
  /** Failures this stands for: 1, or more when a session of several lines was merged. */
  readonly attempts: number
  /** The values of the `<F-...>` tags, lower-case names: user, port ... */
  readonly fields: Readonly<Record<string, string>>
}
