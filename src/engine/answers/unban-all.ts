/** Every ban of some jails is lifted, as one change. */
import type { Decision } from '../../jail/decision.ts'
import { step } from '../../jail/jail.ts'
import type { HeldJail } from '../held-jail.ts'
import { type Effects, perform } from '../perform.ts'
import type { AllLifted } from '../status.ts'

/** Resolves when kernel and history have it. */
export async function unbanAll(jails: readonly HeldJail[], effects: Effects): Promise<AllLifted> {
  const now = effects.clock.now()
  const lifted: Decision[] = []
  for (const { state } of jails) {
    for (const { network } of [...state.bans.values()]) {
      for (const decision of step(state, { kind: 'unban', network }, now)) lifted.push(decision)
    }
  }
  await perform(effects, lifted)
  const pending = lifted.filter((decision) => decision.kind === 'unban' && effects.refused.has(decision.ban))
  return { bans: lifted.length, pending: pending.length }
}
