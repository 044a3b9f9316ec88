/** An Event: something that happened. Every event has a number, is kept in the history, and goes to whoever listens. */
import type { Lifted } from '../jail/decision.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Difference } from './difference.ts'

export type Event = EventBody & { readonly seq: number; readonly time: EpochMs }

export type EventBody =
  | { readonly kind: 'start'; readonly version: string; readonly observe: boolean }
  | { readonly kind: 'stop' }
  /** `pending`: not there (yet); `reading`; `refused`: not a log that may be read. */
  | { readonly kind: 'log'; readonly log: string; readonly state: string; readonly why?: string | undefined }
  /** The kernel has it (when observing: would have). */
  | {
      readonly kind: 'ban'
      readonly jail: string
      readonly address: string
      readonly until: EpochMs | undefined
      readonly failures: number
      readonly count: number
      readonly origin: string
      /** The last line that led to it. Hostile text. */
      readonly line: string | undefined
    }
  | { readonly kind: 'unban'; readonly jail: string; readonly address: string; readonly why: Lifted }
  | { readonly kind: 'restored'; readonly bans: number }
  /** The configuration was read anew, and holds; `atRunTime`: something of it was set by hand. */
  | ({ readonly kind: 'reload'; readonly atRunTime?: boolean } & Difference)
  | { readonly kind: 'ignored'; readonly jail: string; readonly address: string; readonly why: string }
  /** The kernel's table was changed from outside and made whole again. */
  | { readonly kind: 'healed'; readonly what: string }
  /** The wall clock was set by so much, or this host slept. */
  | { readonly kind: 'clock'; readonly movedMs: number }
  /** While observing beside Fail2ban: only one of the two has banned this address. */
  | { readonly kind: 'differs'; readonly by: 'fail2ban' | 'rampart'; readonly address: string; readonly jail: string }
  | { readonly kind: 'fault'; readonly code: string; readonly message: string; readonly hint?: string | undefined }

export interface Events {
  tell(body: EventBody): Event
  /** Calls `hear` with each event from now on. */
  listen(hear: (event: Event) => void): () => void
}

/**
 * @param last the number of the last event that was kept
 * @param keep puts the event into the history
 */
export function events(last: number, now: () => EpochMs, keep: (event: Event) => void): Events {
  const listeners = new Set<(event: Event) => void>()
  let seq = last
  return {
    tell(body) {
      seq++
      const event: Event = { ...body, seq, time: now() }
      keep(event)
      for (const hear of listeners) hear(event)
      return event
    },
    listen(hear) {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
  }
}
