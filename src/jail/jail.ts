/**
 * A jail: the one door to a ban. Failures, manual bans, a peer's bans, restored bans and the clock's tick all enter at
 * `step`, so there is one place where the never-ban list is asked. Pure but for the state that it is handed: that is
 * changed in place, since it is the hot path of a flood.
 */
import { type Network, printNetwork } from '../base/address.ts'
import type { Seconds } from '../base/duration.ts'
import type { Fields } from '../filter/groups.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Ban } from './ban.ts'
import { begin } from './begin.ts'
import { type Counter, count, length } from './counter.ts'
import type { Decision } from './decision.ts'
import type { JailOptions } from './jail-options.ts'
import type { JailState } from './jail-state.ts'
import { banNetwork, crowded } from './network-ban.ts'

export type JailEvent =
  | {
      readonly kind: 'failure'
      readonly network: Network
      readonly time: EpochMs
      readonly attempts: number
      readonly lines: readonly string[]
      /** What the groups held, where bans keep it. */
      readonly fields?: Fields | undefined
      /** Bans of this network before; needed only where `asksEarlier` says so. */
      readonly earlier: number
    }
  | {
      readonly kind: 'ban'
      readonly network: Network
      readonly earlier: number
      /** Seconds; negative for ever; undefined: the jail's own bantime. */
      readonly lasts: Seconds | undefined
      readonly origin: 'manual' | 'peer' | 'import'
      /** Bans one of the never-banned, named by the admin. */
      readonly force: boolean
      /** A ban that there is already may end earlier by it; otherwise the later end holds, as in Fail2ban. */
      readonly shorten?: boolean
      /** In words; it stands where the lines of other bans do. */
      readonly reason?: string | undefined
    }
  /** What a `crowded` asks for, once the bans before are known. */
  | { readonly kind: 'network'; readonly network: Network; readonly earlier: number }
  | { readonly kind: 'restore'; readonly ban: Ban }
  /** `narrow`: where this very network is banned, that ban alone; else all that lie in it, too. */
  | { readonly kind: 'unban'; readonly network: Network; readonly narrow?: boolean }
  /** It is never banned from now on. `byHand`: bans that were made by hand end too. */
  | { readonly kind: 'spare'; readonly network: Network; readonly byHand?: boolean }
  | { readonly kind: 'tick' }

/** Whether a failure of this network now needs to know the bans before it. */
export function asksEarlier({ options, counters, bans }: JailState, network: Network, attempts: number): boolean {
  if (bans.covering(network)) return false
  return options.increment.enabled || (counters.get(network)?.count ?? 0) + attempts >= options.maxretry
}

/** A counter that the history kept counts on, and so does the crowd of its network. */
export function countOn(
  state: JailState,
  network: Network,
  kept: Pick<Counter, 'count' | 'first' | 'last' | 'matches'>,
  now: EpochMs,
): void {
  const { counters, crowds, options } = state
  if (kept.last < now - options.findtime * 1000) return
  counters.set(network, { ...kept, failures: kept.count, chars: length(kept.matches) })
  if (crowds.prefixOf(network) === undefined) return
  crowds.count(network, { time: kept.last, attempts: kept.count })
}

export function step(state: JailState, event: JailEvent, now: EpochMs): Decision[] {
  switch (event.kind) {
    case 'failure':
      return failure(state, event, now)
    case 'ban':
      return manual(state, event, now)
    case 'network':
      return banNetwork(state, event.network, event.earlier, now)
    case 'restore':
      return restore(state, event.ban, now)
    case 'unban':
      return unban(state, event.network, event.narrow === true)
    case 'spare':
      return spare(state, event.network, event.byHand === true)
    case 'tick':
      return tick(state, now)
    default:
      return event satisfies never
  }
}

function failure(state: JailState, event: JailEvent & { kind: 'failure' }, now: EpochMs): Decision[] {
  const { network, attempts, earlier } = event
  const why = state.ignored(network)
  if (why !== undefined) return [{ kind: 'ignored', jail: state.options.name, network, why }]
  const banned = state.bans.covering(network)
  if (banned) return [{ kind: 'already', ban: banned }]
  const { options, counters } = state
  state.totals.failures += attempts
  const time = Math.min(event.time, now)
  const counter = count(counters.get(network), { ...event, time }, options, weightOf(options, earlier))
  const found = { kind: 'found', jail: options.name, network, time, attempts, counter, earlier, kept: true } as const
  const crowd = crowded(state, network, { time, attempts })
  if (crowd?.kind === 'crowded') return [{ ...found, kept: counters.set(network, counter) }, crowd]
  const spared = crowd ? [crowd] : []
  if (counter.count < options.maxretry) {
    return [counters.set(network, counter) ? found : { ...found, kept: false }, ...spared]
  }
  const lasts = state.lasts(earlier, state.chance)
  return [found, ...begin(state, network, { now, lasts, counter, earlier, origin: 'filter' }), ...spared]
}

/**
 * Who was banned before gets fewer tries: after n bans each of his failures weighs 2^n / 2 more, and one at most as much
 * as makes a ban. Source: Fail2ban's observed behaviour.
 */
function weightOf({ increment, maxretry }: JailOptions, earlier: number): number {
  return increment.enabled && earlier > 0 ? Math.min(2 ** earlier / 2, maxretry) : 0
}

function manual(state: JailState, event: JailEvent & { kind: 'ban' }, now: EpochMs): Decision[] {
  const { network, origin } = event
  const why = state.ignored(network)
  if (why !== undefined && !event.force) return [{ kind: 'ignored', jail: state.options.name, network, why }]
  const { lasts: given, earlier, shorten, reason } = event
  const counter = reason === undefined ? {} : { counter: { failures: 0, matches: [reason], fields: undefined } }
  const lasts = given === undefined ? state.lasts(earlier, state.chance) : given < 0 ? undefined : given
  return begin(state, network, { now, lasts, earlier, origin, shorten, ...counter })
}

/** The admin may have added the address to `ignoreip` since; what he banned by hand he may have forced. */
function restore(state: JailState, ban: Ban, now: EpochMs): Decision[] {
  if (ban.until !== undefined && ban.until <= now) return [{ kind: 'unban', ban, why: 'ended' }]
  const why = ban.origin === 'manual' ? undefined : state.ignored(ban.network)
  if (why !== undefined) return [{ kind: 'unban', ban, why: 'spared' }]
  // The history gives each ban a text of its own for the jail's name: 50 MB of a million.
  const restored = { ...ban, jail: state.options.name, until: endNow(ban, now) }
  state.bans.hold(restored)
  state.totals.bans++
  return [{ kind: 'restore', ban: restored }]
}

/** A ban that begins in the future was made by a clock that was ahead: it lasts as long as it was meant to. */
function endNow({ from, until }: Ban, now: EpochMs): EpochMs | undefined {
  return until === undefined ? undefined : Math.min(until, now + (until - from))
}

function unban({ options, counters, bans }: JailState, network: Network, narrow: boolean): Decision[] {
  counters.delete(network)
  const own = narrow ? bans.get(printNetwork(network)) : undefined
  const lifted = own ? [own] : bans.inside(network)
  for (const ban of lifted) bans.release(ban)
  const within = bans.covering(network)
  const rest = within || lifted.length === 0 ? [{ kind: 'absent', jail: options.name, network, within } as const] : []
  return [...lifted.map((ban) => ({ kind: 'unban', ban, why: 'manual' }) as const), ...rest]
}

/** Bans of it, in it and around it end; those made by hand, which may have been forced, only where that is meant. */
function spare({ bans }: JailState, network: Network, byHand: boolean): Decision[] {
  // One of the network itself is both in it and around it.
  const found = [...bans.inside(network), ...bans.allCovering(network)]
  const lifted = new Map(found.map((ban) => [ban.network.text, ban]))
  const ended = [...lifted.values()].filter(({ origin }) => byHand || origin !== 'manual')
  for (const ban of ended) bans.release(ban)
  return ended.map((ban) => ({ kind: 'unban', ban, why: 'spared' }))
}

function tick({ options, bans, counters, crowds }: JailState, now: EpochMs): Decision[] {
  counters.forget(now, options.findtime)
  crowds.forget(now)
  return bans.takeOver(now).map((ban) => ({ kind: 'unban', ban, why: 'ended' }))
}
