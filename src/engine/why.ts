/** All that is known of one address: what is in force, what is being counted, what the kernel holds, what was. */
import { type Network, printNetwork, widen } from '../base/address.ts'
import type { BanTable } from '../firewall/ban-table.ts'
import type { Ban } from '../jail/ban.ts'
import type { History } from '../store/history.ts'
import type { EpochMs } from '../world/clock.ts'
import { banStatus, type HeldJail } from './held-jail.ts'
import type { Why } from './status.ts'

export interface WhyParts {
  readonly jails: readonly HeldJail[]
  readonly table: BanTable | undefined
  readonly history: History
  readonly now: EpochMs
  readonly isPending: (ban: Ban) => boolean
  /** Why it is never banned. */
  readonly spared: string | undefined
}

/** Never fails for the history's sake: what cannot be read just now is left out. */
export async function why(network: Network, { jails, table, history, now, isPending, spared }: WhyParts): Promise<Why> {
  const past = await history.why(network).catch(() => ({ bans: [], failures: [], counters: [] }))
  const held = (await table?.holds(network)) ?? []
  const inForce = jails.flatMap(({ state }) => state.bans.allCovering(network))
  const isInForce = (ban: Ban) => inForce.some((other) => isSame(other, ban))
  return {
    address: printNetwork(network),
    spared,
    bans: inForce.map((ban) => ({
      ...banStatus(ban, isPending(ban)),
      jail: ban.jail,
      count: ban.count,
      matches: matchesOf(ban, past.bans),
    })),
    counting: jails.flatMap((jail) => counting(jail, network)),
    crowds: jails.flatMap((jail) => crowd(jail, network)),
    kernel: held.map(({ set, until }) => ({
      set,
      expiresSeconds: until === undefined ? undefined : Math.max(0, (until - now) / 1000),
    })),
    earlier: past.bans
      .filter((ban) => !isInForce(ban))
      .map(({ jail, from, until, ended, failures, matches }) => ({
        jail,
        from,
        until: ended ?? until,
        failures,
        matches,
      })),
  }
}

/** Bans put back at the start come without their lines: the history has them. */
function matchesOf(ban: Ban, past: readonly Ban[]): readonly string[] {
  if (ban.matches.length > 0) return ban.matches
  return past.find((other) => isSame(other, ban))?.matches ?? []
}

function isSame(a: Ban, b: Ban): boolean {
  return a.jail === b.jail && a.from === b.from && printNetwork(a.network) === printNetwork(b.network)
}

function counting({ name, state }: HeldJail, network: Network): Why['counting'][number][] {
  const counter = state.counters.get(network)
  if (!counter) return []
  const { count, last, matches } = counter
  return [{ jail: name, count, of: state.options.maxretry, last, matches }]
}

function crowd({ name, state }: HeldJail, network: Network): Why['crowds'][number][] {
  const prefix = state.crowds.prefixOf(network)
  const found = prefix === undefined ? undefined : state.crowds.get(network)
  if (!found) return []
  const { addresses, maxretry } = state.options.networks
  return [
    {
      jail: name,
      network: printNetwork(widen(network, prefix!)),
      addresses: found.members.length,
      ofAddresses: addresses,
      count: found.count,
      of: maxretry,
    },
  ]
}
