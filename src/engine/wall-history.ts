/**
 * The history keeps moments as the wall clock shows them, since it outlives this process; the engine has its own clock,
 * which never jumps. Here the one becomes the other. What is only shown (`why`, `bans`, events) stays as it is kept.
 */
import type { Deed } from '../store/deed.ts'
import type { History } from '../store/history.ts'
import type { SteadyClock } from './steady-clock.ts'

/** @param history whose own clock is the wall clock */
export function wallHistory(history: History, clock: Pick<SteadyClock, 'aheadMs'>): History {
  return {
    ...history,
    save: (deed) => history.save(moved(deed, clock.aheadMs)),
    entrust: (deed) => history.entrust(moved(deed, clock.aheadMs)),
    async *activeBans(now) {
      const ahead = clock.aheadMs
      for await (const bans of history.activeBans(now + ahead)) yield moved({ bans }, -ahead).bans!
    },
    async *counters(since) {
      const ahead = clock.aheadMs
      for await (const counters of history.counters(since + ahead)) yield moved({ counters }, -ahead).counters!
    },
  }
}

/** The deed with every moment so much later. */
function moved(deed: Deed, ms: number): Deed {
  if (ms === 0) return deed
  return {
    ...deed,
    ...each(deed, 'bans', (ban) => movedBan(ban, ms)),
    ...each(deed, 'past', (ban) => movedBan(ban, ms)),
    ...each(deed, 'ends', (end) => ({ ...end, at: end.at + ms })),
    ...each(deed, 'failures', (failure) => ({ ...failure, time: failure.time + ms })),
    ...each(deed, 'others', (other) => ({ ...other, time: other.time + ms })),
    ...each(deed, 'traits', (trait) => ({ ...trait, time: trait.time + ms })),
    ...each(deed, 'counters', (counter) => ({ ...counter, first: counter.first + ms, last: counter.last + ms })),
  }
}

type Row<K extends keyof Deed> = Extract<NonNullable<Deed[K]>, readonly unknown[]>[number]

function each<K extends keyof Deed>(deed: Deed, list: K, move: (row: Row<K>) => Row<K>): Deed {
  const rows = deed[list] as readonly Row<K>[] | undefined
  return rows === undefined ? {} : ({ [list]: rows.map(move) } as Deed)
}

/** As the wall clock shows it, or back. */
export function movedBan<B extends { readonly from: number; readonly until: number | undefined }>(
  ban: B,
  ms: number,
): B {
  return { ...ban, from: ban.from + ms, until: ban.until === undefined ? undefined : ban.until + ms }
}
