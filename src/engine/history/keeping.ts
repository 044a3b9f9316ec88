/** How deeds and events come into the history: bans and their ends at once, the rest together, once a second. */
import type { Ban } from '../../jail/ban.ts'
import type { Deed } from '../../store/deed.ts'
import type { History } from '../../store/history.ts'
import type { Event } from '../event.ts'
import { later } from './later.ts'
import { type RequestCounts, requestCounts } from './request-counts.ts'

export interface Keeping {
  /** What failures asked for: kept with the next flush. */
  readonly requests: Pick<RequestCounts, 'add'>
  /** Resolves when the history has it, will have it with what is kept next, or cannot be written just now: it waits then. */
  keep(deed: Deed): Promise<void>
  event(event: Event): void
  /** All that waits, and with it how far logs have been read. */
  flush(positions: NonNullable<Deed['positions']>): void
  /** The history is told who is banned: it is a new one, or did not hear of some. */
  anew(bans: readonly Ban[]): void
}

/** Rows that wait for the next flush; more are kept at once. */
const MAX_ROWS = 5000
/** Bans in one deed where many are kept at once. */
const DEED_BANS = 1000

export function keeping(history: Pick<History, 'save' | 'entrust'>): Keeping {
  const waiting = later()
  const requests = requestCounts()
  let unkept: Event[] = []
  return {
    requests,
    async keep(deed) {
      waiting.add(deed)
      const isUrgent = (deed.bans?.length ?? 0) > 0 || (deed.ends?.length ?? 0) > 0
      if (isUrgent || waiting.rows > MAX_ROWS) await history.entrust(waiting.take()!)
    },
    event: (event) => void unkept.push(event),
    flush(positions) {
      const events = unkept.map(({ seq, time, kind, ...body }) => ({ seq, time, kind, body: JSON.stringify(body) }))
      unkept = []
      waiting.add({ positions, events, traits: requests.take() })
      const deed = waiting.take()
      if (deed) void history.save(deed)
    },
    async anew(bans) {
      // One deed after the other: of a million bans that wait at once most would be given up.
      for (let at = 0; at < bans.length; at += DEED_BANS) await history.save({ bans: bans.slice(at, at + DEED_BANS) })
    },
  }
}
