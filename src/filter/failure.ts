/** A Failure: what a filter made of one or more lines. */
import type { EpochMs } from '../world/clock.ts'
import type { Fields } from './groups.ts'

export interface Failure {
  /** What the filter found: an address as it stood in the log, a host name, or another id. Hostile until parsed. */
  readonly id: string
  /** What kind of group gave the id; `fid` need not be an address. */
  readonly kind: 'ip' | 'dns' | 'fid'
  /** The line's own stamp, undefined if none was found. */
  readonly time: EpochMs | undefined
  /** The matched lines as text, without the newline; capped in length and number. */
  readonly lines: readonly string[]
  /** Failures this stands for: 1, however many lines its session had. */
  readonly attempts: number
  /**
   * The values of all groups that took part, of the whole session, by Fail2ban's names: `user`, `fport`, `ip4`, `mlfid` ...
   * `users` are all users of the session; `ip` is the address where the id is another.
   */
  readonly fields: Fields
}
