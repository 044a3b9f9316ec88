/** All that is known of one address: what is in force, what is being counted, what the kernel holds, what was. */
import { type Network, printNetwork, widen } from '../../base/address.ts'
import type { BanTable, Held } from '../../firewall/ban-table.ts'
import type { Ban } from '../../jail/ban.ts'
import type { History } from '../../store/history.ts'
import { banStatus, type HeldJail } from '../held-jail.ts'
import type { Why } from '../status.ts'
import type { SteadyClock } from '../steady-clock.ts'
import { movedBan } from '../wall-history.ts'

export interface WhyParts {
  readonly jails: readonly HeldJail[]
  readonly table: BanTable | undefined
  readonly history: History
  readonly clock: SteadyClock
  readonly isPending: (ban: Ban) => boolean
  /** Why it is never banned. */
  readonly spared: string | undefined
}

/** Never fails for the history's sake: what cannot be read just now is left out. */
export async function why(network: Network, parts: WhyParts): Promise<Why> {
  const { jails, history, clock, isPending, spared } = parts
  const { aheadMs } = clock
  const now = clock.now()
  const past = await history.why(network).catch(() => ({ bans: [], failures: [], counters: [] }))
  const held = await inKernel(network, parts)
  const inForce = jails.flatMap(({ state }) => state.bans.allCovering(network))
  const kept = inForce.map((ban) => movedBan(ban, aheadMs))
  const isInForce = (ban: Ban) => kept.some((other) => isSame(other, ban))
  return {
    address: printNetwork(network),
    spared,
    bans: inForce.map((ban, i) => ({
      ...banStatus(ban, isPending(ban), aheadMs),
      jail: ban.jail,
      count: ban.count,
      matches: matchesOf(kept[i]!, past.bans),
    })),
    counting: jails.flatMap((jail) => counting(jail, network, aheadMs)),
    crowds: jails.flatMap((jail) => crowd(jail, network)),
    kernel: held.map(({ set, until }) => ({
      set,
      expiresSeconds: until === undefined ? undefined : Math.max(0, (until - now) / 1000),
    })),
    earlier: past.bans
      .filter((ban) => !isInForce(ban))
      .map(({ jail, from, until, ended, endedBy = 'time', failures, count, origin, matches }) => ({
        ...{ jail, from, until: ended ?? until, failures, count, origin, endedBy, matches },
      })),
    failures: past.failures,
  }
}

/** A kernel that is busy, or cannot be asked for want of descriptors, says nothing in time: the rest is told all the same. */
const KERNEL_MS = 2000

function inKernel(network: Network, { table, clock }: WhyParts): Promise<readonly Held[]> {
  const none = new Promise<[]>((resolve) => void clock.after(KERNEL_MS, () => resolve([])))
  return Promise.race([table?.holds(network) ?? [], none])
}

/** Bans put back at the start come without their lines: the history has them. */
function matchesOf(ban: Ban, past: readonly Ban[]): readonly string[] {
  if (ban.matches.length > 0) return ban.matches
  return past.find((other) => isSame(other, ban))?.matches ?? []
}

function isSame(a: Ban, b: Ban): boolean {
  return a.jail === b.jail && a.from === b.from && printNetwork(a.network) === printNetwork(b.network)
}

function counting({ name, state }: HeldJail, network: Network, aheadMs: number): Why['counting'][number][] {
  const counter = state.counters.get(network)
  if (!counter) return []
  const { count, last, matches } = counter
  return [{ jail: name, count, of: state.options.maxretry, last: last + aheadMs, matches }]
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
