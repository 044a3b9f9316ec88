/** A jail as `rampart jail list` tells of it. */
import type { Place } from '../../../base/fault.ts'

/** Names and meanings stay: `--json` prints it. */
export interface ListedJail {
  readonly name: string
  readonly enabled: boolean
  /** null: no guard runs. */
  readonly running: boolean | null
  /** Where its section begins. */
  readonly file: string | null
  readonly line: number | null
  /** Where it is said that it runs, or does not; null: nowhere. */
  readonly switchedAt: Place | null
  /** null: it is not enabled, so it was not read. */
  readonly filter: string | null
  readonly logs: readonly { readonly log: string; readonly state: string | null; readonly why: string | null }[]
  /** Why it does not run; null: it does. */
  readonly why: string | null
}
