/** Which bans are in force, as far as is known without asking the kernel. */
import { printNetwork } from '../base/address.ts'
import type { BanTable } from '../firewall/ban-table.ts'
import type { Scope } from '../firewall/block.ts'
import type { Ban } from '../jail/ban.ts'
import type { HeldJail } from './held-jail.ts'
import type { Effects } from './perform.ts'

export interface KernelView {
  /** The kernel does not have it, yet or just now; or the scripts that ban for its jail have not done it. */
  isPending(ban: Ban): boolean
  pendingIn(jail: HeldJail): number
  /** Addresses and networks; one that two jails ban counts once. */
  count(jails: readonly HeldJail[]): { readonly banned: number; readonly pending: number }
}

/** @param table undefined when observing: then a ban is what would be one */
export function kernelView(
  { pending, scopeOf }: Pick<Effects, 'pending' | 'scopeOf'>,
  table: BanTable | undefined,
): KernelView {
  const isHurt = (scope: Scope | undefined) => scope !== undefined && table?.isHurt === true
  return {
    isPending: (ban) => pending.has(ban) || isHurt(scopeOf(ban.jail)),
    pendingIn: ({ name, scope, state }) => (isHurt(scope) ? state.bans.size : pending.sizeOf(name)),
    count(jails) {
      const held = jails.filter(({ scope }) => !isHurt(scope))
      const hurt = jails.filter(({ scope }) => isHurt(scope))
      return { banned: inForce(held, pending), pending: pending.size + distinct(hurt) }
    },
  }
}

function inForce(jails: readonly HeldJail[], pending: Effects['pending']): number {
  if (pending.size === 0) return distinct(jails)
  const addresses = new Set<string>()
  for (const { state } of jails)
    for (const ban of state.bans.values()) if (!pending.has(ban)) addresses.add(printNetwork(ban.network))
  return addresses.size
}

/** To put the bans of the largest jail into a set, too, takes 10 ms of 50,000. */
function distinct(jails: readonly HeldJail[]): number {
  const [largest, ...others] = jails.map(({ state }) => state.bans).sort((one, other) => other.size - one.size)
  if (!largest) return 0
  const rest = new Set<string>()
  for (const bans of others) for (const address of bans.keys()) if (!largest.has(address)) rest.add(address)
  return largest.size + rest.size
}
