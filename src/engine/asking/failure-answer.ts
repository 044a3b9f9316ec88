/** What the world says of a failure. */
import type { Network } from '../../base/address.ts'

/** What became of a failure: of each network that it is of, whether it counts. */
export interface Answer {
  readonly network: Network
  /** Why it does not count. */
  readonly ignored?: string | undefined
}
