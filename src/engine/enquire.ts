/**
 * The questions before a failure counts: who is meant by what the filter found, and what happened with him before. Only a
 * canonical address goes on; names are not looked up here (`asking.ts` does, where the admin says so), since whoever owns a
 * name's records would choose who is banned.
 */
import { type Network, parseNetwork, printNetwork } from '../base/address.ts'
import { asksEarlier, type JailEvent } from '../jail/jail.ts'
import type { JailState } from '../jail/jail-state.ts'
import type { Recall } from '../store/recall.ts'
import type { PastBans } from '../store/row.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Found } from './reader/report.ts'

export type FailureEvent = JailEvent & { readonly kind: 'failure' }

/**
 * The event for the jail, or undefined: there is no address that a ban could be of. A promise only where the history is
 * asked: this is the path of every failure of a flood.
 * @param meant whom an id means: `bannable`, or what remembers its answers
 */
export function enquire(
  found: Found,
  state: JailState,
  history: Recall,
  meant: (id: string) => Network | undefined,
): FailureEvent | Promise<FailureEvent> | undefined {
  const network = meant(found.failure.id)
  return network && eventOf(found, network, state, history)
}

/** The same, of whom the failure is known to be. */
export function eventOf(
  { failure }: Found,
  network: Network,
  state: JailState,
  history: Recall,
): FailureEvent | Promise<FailureEvent> {
  const { time, attempts, lines } = failure
  const fields = state.options.keepsFields ? failure.fields : undefined
  const event: FailureEvent = { kind: 'failure', network, time, attempts, lines, fields, earlier: 0 }
  if (!asksEarlier(state, network, attempts)) return event
  return bansBefore(history, state, network, time).then((earlier) => ({ ...event, earlier }))
}

/** Bans of this network in this jail before, or in all jails where `bantime.overalljails` says so. */
export async function bansBefore(
  history: Recall,
  { options: { name, increment } }: JailState,
  network: Network,
  now: EpochMs,
): Promise<number> {
  try {
    const past = await history.pastBans(network)
    const since = now - increment.remembers * 1000
    const counted = past.filter((one) => (increment.overalljails || one.jail === name) && counts(one, since))
    return counted.reduce((sum, { times }) => sum + times, 0)
  } catch {
    return 0 // The history cannot be read just now: a first ban then, but no ban is delayed.
  }
}

/** Source: Fail2ban's purging of its database, which is what it remembers by. */
function counts({ lastFrom, lastUntil }: PastBans, since: EpochMs): boolean {
  return lastUntil === undefined || lastFrom + 3 * (lastUntil - lastFrom) >= since
}

/** What a log says is taken for a network only up to this width; wider ones would cut off half a country. */
const WIDEST = { 4: 16, 6: 32 } as const

export function bannable(id: string): Network | undefined {
  const network = parseNetwork(id)
  return network && network.prefix >= WIDEST[network.family] ? network : undefined
}

/** The same, remembering the last answers: offenders come back, many times in one flood. */
export function rememberingBannable(): (id: string) => Network | undefined {
  const known = new Map<string, Network | undefined>()
  return (id) => {
    if (known.has(id)) return known.get(id)
    const network = bannable(id)
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(id, network)
    return network
  }
}

const MAX_KNOWN = 2000

/** For messages: the address in its canonical form if it is one, else what was found. */
export function nameOf(id: string): string {
  const network = parseNetwork(id)
  return network ? printNetwork(network) : id
}
