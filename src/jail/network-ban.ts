/** Bans of whole networks, for what a crowd of their addresses did together. */
import { type Network, widen } from '../base/address.ts'
import type { EpochMs } from '../world/clock.ts'
import { begin, isLater } from './begin.ts'
import type { Decision } from './decision.ts'
import type { JailState } from './jail-state.ts'

/**
 * Counts a failure of an address for the network around it.
 * @returns `crowded` if that is to be banned; `ignored`, once, if it would be, but somebody in it is spared
 */
export function crowded(
  { options, crowds, ignored }: JailState,
  host: Network,
  failure: { readonly time: EpochMs; readonly attempts: number },
): (Decision & { readonly kind: 'crowded' | 'ignored' }) | undefined {
  const prefix = crowds.prefixOf(host)
  if (prefix === undefined) return undefined
  const crowd = crowds.count(host, failure)
  if (!crowd || crowd.sparedBy === ignored) return undefined
  const network = widen(host, prefix)
  const why = ignored(network)
  if (why === undefined) return { kind: 'crowded', jail: options.name, network }
  crowd.sparedBy = ignored
  return { kind: 'ignored', jail: options.name, network, why }
}

/** One ban in the place of those of the crowd's addresses, but for any that last longer. */
export function banNetwork(state: JailState, network: Network, earlier: number, now: EpochMs): Decision[] {
  const { options, bans, crowds, counters } = state
  const crowd = crowds.get(network)
  if (!crowd || bans.covering(network) || state.ignored(network) !== undefined) return []
  const { members, count } = crowd
  const lines = members.flatMap((member) => counters.get(member)?.matches ?? [])
  const counter = { failures: count, matches: options.maxmatches > 0 ? lines.slice(-options.maxmatches) : [] }
  crowds.delete(network)
  for (const member of members) counters.delete(member)
  const lasts = state.networkLasts(earlier, state.chance)
  const begun = begin(state, network, { now, lasts, counter, earlier, origin: 'filter' })
  const until = bans.covering(network)?.until
  const replaced = members.flatMap((member) => bans.inside(member)).filter((ban) => !isLater(ban.until, until))
  for (const ban of replaced) bans.release(ban)
  return [...begun, ...replaced.map((ban) => ({ kind: 'unban', ban, why: 'network' }) as const)]
}
