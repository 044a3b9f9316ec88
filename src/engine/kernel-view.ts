/** Which bans the kernel has, as far as is known without asking it. */
import { printNetwork } from '../base/address.ts'
import type { BanTable } from '../firewall/ban-table.ts'
import type { Ban } from '../jail/ban.ts'
import type { HeldJail } from './held-jail.ts'
import type { Effects } from './perform.ts'

export interface KernelView {
  /** The kernel does not have it, yet or just now. */
  isPending(ban: Ban): boolean
  pendingIn(jail: HeldJail): number
  /** Addresses and networks; one that two jails ban counts once. */
  count(jails: readonly HeldJail[]): { readonly banned: number; readonly pending: number }
}

/** @param table undefined when observing: then a ban is what would be one */
export function kernelView({ pending }: Pick<Effects, 'pending'>, table: BanTable | undefined): KernelView {
  const isPending = (ban: Ban) => pending.has(ban) || table?.isHurt === true
  return {
    isPending,
    pendingIn: ({ name, state }) => (table?.isHurt ? state.bans.size : pending.sizeOf(name)),
    count(jails) {
      const banned = new Set<string>()
      for (const { state } of jails) {
        for (const ban of state.bans.values()) {
          if (pending.size === 0 || !pending.has(ban)) banned.add(printNetwork(ban.network))
        }
      }
      if (table?.isHurt) return { banned: 0, pending: banned.size + pending.size }
      return { banned: banned.size, pending: pending.size }
    },
  }
}
