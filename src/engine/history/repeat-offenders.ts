/** The jail of repeat offenders when it begins: what it has to count is in the history, whether it ran before or not. */
import type { Network } from '../../base/address.ts'
import { length } from '../../jail/counter.ts'
import type { Decision } from '../../jail/decision.ts'
import { step } from '../../jail/jail.ts'
import type { JailState } from '../../jail/jail-state.ts'
import type { Recall } from '../../store/recall.ts'
import type { Banned } from '../../store/row.ts'
import type { EpochMs } from '../../world/clock.ts'
import { bansBefore } from '../enquire.ts'
import { RECIDIVE } from '../held-jail.ts'
import { MANUAL_JAIL } from '../manual-jail.ts'

/** Whether a ban by this jail is an offence: its own bans are not, nor are those by hand that name no jail. */
export function isOffence(jail: string): boolean {
  return jail !== RECIDIVE && jail !== MANUAL_JAIL
}

/**
 * Counts the bans of its `findtime`, but for those that it has banned for. Raises the Faults of `Recall`.
 * @returns the bans of those who were banned often enough
 */
export async function repeatOffenders(history: Recall, state: JailState, now: EpochMs): Promise<Decision[]> {
  const { findtime, maxretry } = state.options
  const paidFor = new Set<string>()
  const due = new Map<string, Network>()
  for await (const bans of history.bannedSince(now - findtime * 1000)) {
    for (const ban of bans) {
      const { text } = ban.network
      if (ban.jail === RECIDIVE) paidFor.add(text)
      if (ban.from > now || paidFor.has(text) || !isOffence(ban.jail)) continue
      if (countEarlier(state, ban) >= maxretry) due.set(text, ban.network)
    }
  }
  const decisions: Decision[] = []
  for (const network of due.values()) decisions.push(...(await judge(history, state, network, now)))
  return decisions
}

/** They come newest first. */
function countEarlier({ counters, options }: JailState, { jail, network, from }: Banned): number {
  const later = counters.get(network)
  const count = (later?.count ?? 0) + 1
  const known = later?.matches ?? []
  const matches = known.length < options.maxmatches ? [offenceOf(jail), ...known] : known
  counters.set(network, {
    count,
    failures: count,
    first: from,
    last: later?.last ?? from,
    matches,
    chars: length(matches),
  })
  return count
}

/** Stands for the line of a log. */
export function offenceOf(jail: string): string {
  return `banned by ${jail}`
}

/** A failure of no weight: what is counted already decides. */
async function judge(history: Recall, state: JailState, network: Network, now: EpochMs): Promise<Decision[]> {
  const time = state.counters.get(network)?.last ?? now
  const earlier = await bansBefore(history, state, network, now)
  const event = { kind: 'failure', network, time, attempts: 0, lines: [], earlier } as const
  return step(state, event, now).filter(({ kind }) => kind !== 'found')
}
