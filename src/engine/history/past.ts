/** What the history knows of jails that begin: their bans go on to their ends, what was half counted counts on. */
import { printNetwork } from '../../base/address.ts'
import type { Decision } from '../../jail/decision.ts'
import { countOn, step } from '../../jail/jail.ts'
import type { History } from '../../store/history.ts'
import type { EpochMs } from '../../world/clock.ts'
import { type HeldJail, RECIDIVE } from '../held-jail.ts'

/**
 * Then the jails hold what came before. Raises the Faults of `History`.
 * @param decided hears of each ban: a million are never in one list
 */
export async function restore(
  history: History,
  jails: readonly HeldJail[],
  now: EpochMs,
  decided: (decision: Decision) => void,
): Promise<void> {
  const byName = new Map(jails.map((jail) => [jail.name, jail]))
  for await (const bans of history.activeBans(now)) {
    for (const ban of bans) {
      const jail = byName.get(ban.jail)
      // Read late, it may know less than the jail does by now.
      if (!jail || jail.state.bans.get(printNetwork(ban.network))) continue
      for (const decision of step(jail.state, { kind: 'restore', ban }, now)) decided(decision)
    }
  }
}

/** Raises the Faults of `History`. */
export async function recount(history: History, jails: readonly HeldJail[], now: EpochMs): Promise<void> {
  const byName = new Map(jails.map((jail) => [jail.name, jail]))
  const longest = Math.max(0, ...jails.map(({ state }) => state.options.findtime * 1000))
  for await (const counters of history.counters(now - longest)) {
    for (const { jail, network, ...counter } of counters) {
      if (jail === RECIDIVE) continue // It counts bans, which are in the history themselves.
      const state = byName.get(jail)?.state
      if (state && !state.counters.get(network)) countOn(state, network, counter, now)
    }
  }
}
