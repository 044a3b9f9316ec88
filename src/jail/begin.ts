/** How a ban begins: a new one, or a later end of the one that there is. */
import { type Network, printNetwork } from '../base/address.ts'
import type { Seconds } from '../base/duration.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Ban } from './ban.ts'
import { makeRoom } from './bounds.ts'
import type { Counter } from './counter.ts'
import type { Decision } from './decision.ts'
import type { JailState } from './jail-state.ts'

export interface Cause {
  readonly now: EpochMs
  /** undefined: for ever. */
  readonly lasts: Seconds | undefined
  /** What led to it; absent where nobody counted. */
  readonly counter?: Pick<Counter, 'failures' | 'matches' | 'fields'>
  /** Bans of this network before. */
  readonly earlier: number
  readonly origin: Ban['origin']
  readonly shorten?: boolean | undefined
}

export function begin(state: JailState, network: Network, cause: Cause): Decision[] {
  const { options, bans, counters, room, totals } = state
  const before = bans.get(printNetwork(network))
  if (before) return prolong(state, before, cause)
  const { now, counter, earlier, origin } = cause
  const ban: Ban = {
    jail: options.name,
    network,
    from: now,
    until: endOf(cause),
    failures: counter?.failures ?? 0,
    count: earlier + 1,
    matches: counter?.matches ?? [],
    fields: counter?.fields,
    origin,
  }
  counters.delete(network)
  totals.bans++
  const gone = room ? makeRoom(room) : []
  bans.hold(ban)
  return [
    ...gone.map((one) => ({ kind: 'unban', ban: one, why: 'room' }) as const),
    { kind: 'ban', ban, prolongs: false },
  ]
}

/** It stays the ban that it was, and is told again. Source: Fail2ban's observed behaviour, `set JAIL banip` twice. */
function prolong({ bans }: JailState, before: Ban, cause: Cause): Decision[] {
  const until = endOf(cause)
  if (!cause.shorten && !isLater(until, before.until)) return [{ kind: 'already', ban: before }]
  const matches = cause.counter?.matches ?? before.matches
  const ban: Ban = { ...before, until, matches, origin: cause.origin === 'manual' ? 'manual' : before.origin }
  bans.hold(ban)
  return [{ kind: 'ban', ban, prolongs: true }]
}

function endOf({ now, lasts }: Cause): EpochMs | undefined {
  return lasts === undefined ? undefined : now + lasts * 1000
}

/** Whether a ban until `one` lasts longer than one until `other`; undefined is for ever. */
export function isLater(one: EpochMs | undefined, other: EpochMs | undefined): boolean {
  return other !== undefined && (one === undefined || one > other)
}
