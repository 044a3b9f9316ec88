/**
 * The questions put to the world before a failure counts: who is meant by what the filter found, and what happened with
 * him before. Only a canonical address goes on; names are not looked up, since whoever owns a name's records would choose
 * who is banned.
 */
import { type Network, parseNetwork, printNetwork } from '../base/address.ts'
import { asksEarlier, type JailEvent, type JailState } from '../jail/jail.ts'
import type { Recall } from '../store/recall.ts'
import type { Found } from './report.ts'

/** The event for the jail, or undefined: there is no address that a ban could be of. */
export async function enquire(found: Found, state: JailState, history: Recall): Promise<JailEvent | undefined> {
  const { id, kind, time, attempts, lines } = found.failure
  const network = kind === 'dns' ? undefined : bannable(id)
  if (!network) return undefined
  // Not awaited where it is not needed: this is the path of every failure of a flood.
  const earlier = asksEarlier(state, network, attempts) ? await bansBefore(history, state, network) : 0
  return { kind: 'failure', network, time, attempts, lines, earlier }
}

/** Bans of this network in this jail before, or in all jails where `bantime.overalljails` says so. */
export async function bansBefore(history: Recall, { options }: JailState, network: Network): Promise<number> {
  try {
    const past = await history.pastBans(network)
    const counted = options.increment.overalljails ? past : past.filter(({ jail }) => jail === options.name)
    return counted.reduce((sum, { times }) => sum + times, 0)
  } catch {
    return 0 // The history cannot be read just now: a first ban then, but no ban is delayed.
  }
}

/** What a log says is taken for a network only up to this width; wider ones would cut off half a country. */
const WIDEST = { 4: 16, 6: 32 } as const

function bannable(id: string): Network | undefined {
  const network = parseNetwork(id)
  return network && network.prefix >= WIDEST[network.family] ? network : undefined
}

/** For messages: the address in its canonical form if it is one, else what was found. */
export function nameOf(id: string): string {
  const network = parseNetwork(id)
  return network ? printNetwork(network) : id
}
