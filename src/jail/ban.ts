/** A Ban: an address in a jail, from a moment to a moment, for a reason. */
import type { Network } from '../base/address.ts'
import type { Fields } from '../filter/groups.ts'
import type { EpochMs } from '../world/clock.ts'

export interface Ban {
  readonly jail: string
  readonly network: Network
  readonly from: EpochMs
  /** undefined: for ever. */
  readonly until: EpochMs | undefined
  /** Failures that led to it; 0 for a manual ban. */
  readonly failures: number
  /** How many bans of this network in this jail there were, this one included. */
  readonly count: number
  /** The lines that led to it, newest last, capped. Hostile text. */
  readonly matches: readonly string[]
  /** What the filter's groups held at the first of the failures; only where an action asks for it. Hostile text. */
  readonly fields?: Fields | undefined
  /** Who or what made it. */
  readonly origin: 'filter' | 'manual' | 'peer' | 'import'
}
