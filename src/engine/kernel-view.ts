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
      const banned = new Set<string>()
      const hurt = new Set<string>()
      for (const { scope, state } of jails) {
        const addresses = isHurt(scope) ? hurt : banned
        if (pending.size === 0) for (const address of state.bans.keys()) addresses.add(address)
        else for (const ban of state.bans.values()) if (!pending.has(ban)) addresses.add(printNetwork(ban.network))
      }
      return { banned: banned.size, pending: pending.size + hurt.size }
    },
  }
}
