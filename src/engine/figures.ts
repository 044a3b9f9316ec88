/** All that is counted of a guard, as one value: what `rampart metrics` is made of. */
import type { HistoryState } from '../store/state.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Usage } from './life/usage.ts'
import type { Status } from './status.ts'
import type { Tally } from './tally.ts'

export interface Figures {
  readonly now: EpochMs
  readonly status: Status
  readonly tally: Readonly<Tally>
  readonly history: Pick<HistoryState, 'waitingRows' | 'lostRows'>
  /** undefined where the kernel does not tell. */
  readonly usage: Usage | undefined
}
