/** How the history fares, for `status`: bans go on in every state. */
import type { Fault } from '../base/fault.ts'

export interface HistoryState {
  readonly kind: 'ok' | 'locked' | 'full' | 'read-only' | 'failed'
  /** Why it is not ok. */
  readonly fault: Fault | undefined
  /** Rows that wait to be written. */
  readonly waitingRows: number
  /** Rows given up since the start, for want of room or because they were no rows. */
  readonly lostRows: number
}

export type Trouble = Exclude<HistoryState['kind'], 'ok'>

export function troubleOf(fault: Fault): Trouble {
  return TROUBLES[fault.code] ?? 'failed'
}

/** Faults of this room and of world/files that stand for a state of their own. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  'store.locked': 'locked',
  'store.full': 'full',
  'file.full': 'full',
  'store.read-only': 'read-only',
  'file.denied': 'read-only',
  'store.newer-schema': 'read-only',
}

/** Milliseconds before the next attempt after so many that failed: a lock is often short, a broken disk is not. */
export function pauseAfter(trouble: Trouble, attempts: number): number {
  const [first, longest] = PAUSES[trouble]
  return Math.min(first * 2 ** Math.min(attempts - 1, 20), longest)
}

const PAUSES: Readonly<Record<Trouble, readonly [number, number]>> = {
  locked: [10, 500],
  full: [100, 5_000],
  'read-only': [500, 10_000],
  failed: [500, 30_000],
}
