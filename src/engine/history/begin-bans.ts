/** The bans that a guard begins with: all of them in force before anything else is done. */
import { asFault, type Fault } from '../../base/fault.ts'
import type { BanTable } from '../../firewall/ban-table.ts'
import type { Scope } from '../../firewall/block.ts'
import type { Decision } from '../../jail/decision.ts'
import type { Jails } from '../jails.ts'
import { blockOf, type Effect, type Effects } from '../perform.ts'

export interface BeginBans {
  decided(decision: Decision): void
  /** How many so far. */
  restored(): number
  /**
   * @param keep what the kernel holds in these scopes is left there, though nobody knows of it
   * @throws Fault if there can be no table in the kernel
   */
  open(keep: readonly Scope[]): Promise<{ readonly restored: number; readonly lifted: readonly Decision[] }>
}

export function beginBans(effects: Effects, jails: Jails, table: BanTable | undefined): BeginBans {
  const lifted: Decision[] = []
  let restored = 0

  function refuse(decision: Effect, fault: Fault): void {
    effects.pending.set(decision.ban, true)
    effects.refused.set(decision.ban, { decision, fault })
  }

  return {
    decided(decision) {
      if (decision.kind !== 'restore') {
        lifted.push(decision)
        return
      }
      restored++
      if (effects.acts?.decides(decision.ban.jail)) effects.pending.set(decision.ban, true)
      effects.acts?.take([decision])
      try {
        const scope = effects.scopeOf(decision.ban.jail)
        if (scope) table?.want(blockOf(decision.ban, scope))
      } catch (thrown) {
        refuse(decision, asFault(thrown, 'block.refused'))
      }
    },
    restored: () => restored,
    async open(keep) {
      const fault = await table?.open([], keep)
      if (table && fault) {
        for (const { scope, state } of jails.blocking) {
          for (const ban of state.bans.values()) {
            if (!table.isHeld(scope, ban.network)) refuse({ kind: 'restore', ban }, fault)
          }
        }
      }
      return { restored, lifted }
    },
  }
}
