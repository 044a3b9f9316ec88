/** A history that keeps nothing: for observing, which must not touch the guard's own. */
import type { History } from '../../store/history.ts'

export function noHistory(): History {
  return {
    save: async () => 'kept',
    entrust: async () => {},
    purge: async () => 0,
    state: () => ({ kind: 'ok', fault: undefined, waitingRows: 0, lostRows: 0 }),
    isNew: false,
    close: async () => {},
    async *activeBans() {},
    async *counters() {},
    async *bannedSince() {},
    positions: async () => [],
    lastSeq: async () => 0,
    bans: async () => [],
    why: async () => ({ bans: [], failures: [], counters: [] }),
    pastBans: async () => [],
    blocks: async () => [],
    events: async () => [],
  }
}
