/**
 * A jail: the one door to a ban. Failures, manual bans, a peer's bans, restored bans and the clock's tick all enter at
 * `step`, so there is one place where the never-ban list is asked. Pure but for the state that it is handed: that is
 * changed in place, since it is the hot path of a flood.
 */
import { type Network, printNetwork } from '../base/address.ts'
import type { Seconds } from '../base/duration.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Ban } from './ban.ts'
import { bantime } from './bantime.ts'
import { type Counter, count } from './counter.ts'
import { type Deadlines, deadlines } from './deadlines.ts'
import type { IgnoreList } from './ignore.ts'
import type { JailOptions } from './jail-options.ts'

export type JailEvent =
  | {
      readonly kind: 'failure'
      readonly network: Network
      readonly time: EpochMs
      readonly attempts: number
      readonly lines: readonly string[]
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
    }
  | { readonly kind: 'restore'; readonly ban: Ban }
  | { readonly kind: 'unban'; readonly network: Network }
  | { readonly kind: 'tick' }

/** Why a ban is over: its time is, somebody lifted it, or its address is spared now. */
export type Lifted = 'ended' | 'manual' | 'spared'

export type Decision =
  | {
      readonly kind: 'found'
      readonly jail: string
      readonly network: Network
      readonly time: EpochMs
      readonly attempts: number
      readonly counter: Counter
    }
  | { readonly kind: 'ignored'; readonly jail: string; readonly network: Network; readonly why: string }
  | { readonly kind: 'already'; readonly ban: Ban }
  | { readonly kind: 'ban'; readonly ban: Ban }
  | { readonly kind: 'restore'; readonly ban: Ban }
  /** `ended`: its time is over, the kernel has let go by itself. */
  | { readonly kind: 'unban'; readonly ban: Ban; readonly why: Lifted }
  | { readonly kind: 'absent'; readonly network: Network }

/** What a jail holds between events. */
export interface JailState {
  readonly options: JailOptions
  /** Exchanged when the host's own addresses or sessions change. */
  ignored: IgnoreList
  readonly chance: () => number
  /** In the order of their last failure: the first is the one to forget when the table is full. */
  readonly counters: Map<string, Counter>
  readonly bans: Map<string, Ban>
  readonly ends: Deadlines
  readonly totals: { failures: number; bans: number }
}

/** Counters kept at once in one jail, about 200 bytes each: a flood of sources forgets the one that was silent longest. */
export const MAX_COUNTERS = 100_000
/** Counters beyond these are kept without their lines, which may have 1 KiB each. */
export const FULL_COUNTERS = 20_000

export function jailState(of: Pick<JailState, 'options' | 'ignored' | 'chance'>): JailState {
  return { ...of, counters: new Map(), bans: new Map(), ends: deadlines(), totals: { failures: 0, bans: 0 } }
}

/** Whether a failure of this network now needs to know the bans before it. */
export function asksEarlier({ options, counters, bans }: JailState, network: Network, attempts: number): boolean {
  const key = printNetwork(network)
  if (bans.has(key)) return false
  return options.increment.enabled || (counters.get(key)?.count ?? 0) + attempts >= options.maxretry
}

export function step(state: JailState, event: JailEvent, now: EpochMs): Decision[] {
  switch (event.kind) {
    case 'failure':
      return failure(state, event, now)
    case 'ban':
      return manual(state, event, now)
    case 'restore':
      return restore(state, event.ban, now)
    case 'unban':
      return unban(state, event.network)
    case 'tick':
      return tick(state, now)
    default:
      return event satisfies never
  }
}

function failure(state: JailState, event: JailEvent & { kind: 'failure' }, now: EpochMs): Decision[] {
  const { network, attempts } = event
  const why = state.ignored(network)
  if (why !== undefined) return [{ kind: 'ignored', jail: state.options.name, network, why }]
  const key = printNetwork(network)
  const banned = state.bans.get(key)
  if (banned) return [{ kind: 'already', ban: banned }]
  const { options, counters } = state
  state.totals.failures += attempts
  const time = Math.min(event.time, now)
  const counter = count(counters.get(key), { ...event, time }, options)
  counters.delete(key) // Set again below: a Map keeps the order of insertion.
  const found: Decision = { kind: 'found', jail: options.name, network, time, attempts, counter }
  // Who was banned before gets fewer tries: after n bans each failure weighs 2^n / 2 + 1. Source: Fail2ban's observed behaviour.
  const grows = options.increment.enabled && event.earlier > 0
  const weight = grows ? Math.min(2 ** event.earlier / 2 + 1, options.maxretry) - 1 : 0
  if (counter.count + weight < options.maxretry) {
    counters.set(key, counters.size < FULL_COUNTERS ? counter : { ...counter, matches: [] })
    if (counters.size > MAX_COUNTERS) counters.delete(counters.keys().next().value!)
    return [found]
  }
  const lasts = bantime(options, event.earlier, state.chance())
  return [found, ...begin(state, network, { now, lasts, counter, earlier: event.earlier, origin: 'filter' })]
}

function manual(state: JailState, event: JailEvent & { kind: 'ban' }, now: EpochMs): Decision[] {
  const { network, origin } = event
  const why = state.ignored(network)
  if (why !== undefined && !event.force) return [{ kind: 'ignored', jail: state.options.name, network, why }]
  const lasts = event.lasts ?? state.options.bantime
  const { earlier } = event
  return begin(state, network, { now, lasts: lasts < 0 ? undefined : lasts, counter: undefined, earlier, origin })
}

/** A second ban of a banned address prolongs it and is told as a ban again. */
function begin(
  state: JailState,
  network: Network,
  why: {
    readonly now: EpochMs
    readonly lasts: Seconds | undefined
    readonly counter: Counter | undefined
    readonly earlier: number
    readonly origin: Ban['origin']
  },
): Decision[] {
  const { now, lasts, counter, earlier, origin } = why
  const key = printNetwork(network)
  const ban: Ban = {
    jail: state.options.name,
    network,
    from: now,
    until: lasts === undefined ? undefined : now + lasts * 1000,
    failures: counter?.count ?? 0,
    count: earlier + 1,
    matches: counter?.matches ?? [],
    origin,
  }
  state.counters.delete(key)
  state.totals.bans++
  hold(state, key, ban)
  return [{ kind: 'ban', ban }]
}

/** The admin may have added the address to `ignoreip` since; what he banned by hand he may have forced. */
function restore(state: JailState, ban: Ban, now: EpochMs): Decision[] {
  if (ban.until !== undefined && ban.until <= now) return [{ kind: 'unban', ban, why: 'ended' }]
  const why = ban.origin === 'manual' ? undefined : state.ignored(ban.network)
  if (why !== undefined) return [{ kind: 'unban', ban, why: 'spared' }]
  const restored = { ...ban, until: endNow(ban, now) }
  hold(state, printNetwork(ban.network), restored)
  state.totals.bans++
  return [{ kind: 'restore', ban: restored }]
}

/** A ban that begins in the future was made by a clock that was ahead: it lasts as long as it was meant to. */
function endNow({ from, until }: Ban, now: EpochMs): EpochMs | undefined {
  return until === undefined ? undefined : Math.min(until, now + (until - from))
}

const NO_LINES: readonly string[] = []

function hold(state: JailState, key: string, ban: Ban): void {
  // The lines are in the history; of 100,000 bans they would take half a gigabyte here.
  state.bans.set(key, { ...ban, matches: NO_LINES })
  if (ban.until !== undefined) state.ends.add(key, ban.until)
}

function unban(state: JailState, network: Network): Decision[] {
  const key = printNetwork(network)
  state.counters.delete(key)
  const ban = state.bans.get(key)
  if (!ban) return [{ kind: 'absent', network }]
  state.bans.delete(key)
  return [{ kind: 'unban', ban, why: 'manual' }]
}

function tick(state: JailState, now: EpochMs): Decision[] {
  const decisions: Decision[] = []
  for (const key of state.ends.due(now)) {
    const ban = state.bans.get(key)
    // Its end may have been moved since this deadline was set.
    if (ban?.until === undefined || ban.until > now) continue
    state.bans.delete(key)
    decisions.push({ kind: 'unban', ban, why: 'ended' })
  }
  const oldest = now - state.options.findtime * 1000
  for (const [key, counter] of state.counters) {
    if (counter.last >= oldest) break // In the order of their last failure.
    state.counters.delete(key)
  }
  return decisions
}
