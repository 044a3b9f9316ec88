/** What a guard has done since it began, counted where it is done. Changed in place. */
import { asFault } from '../base/fault.ts'
import type { Kernel } from '../firewall/kernel.ts'

export interface Tally {
  /** Of the kernel: those that were done, and those that it refused. */
  transactions: number
  refusals: number
  /** How often somebody else had changed a table, and it was made whole again. */
  healedBans: number
  healedRules: number
}

export function noTally(): Tally {
  return { transactions: 0, refusals: 0, healedBans: 0, healedRules: 0 }
}

export function counted(kernel: Kernel, tally: Tally): Kernel {
  return {
    ...kernel,
    async apply(lines) {
      try {
        await kernel.apply(lines)
        tally.transactions++
      } catch (thrown) {
        tally.refusals++
        throw asFault(thrown, 'kernel.failed')
      }
    },
  }
}
