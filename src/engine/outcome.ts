/** What became of one address that a command named. */
import { printNetwork } from '../base/address.ts'
import { Fault } from '../base/fault.ts'
import type { Decision } from '../jail/jail.ts'
import { keyOf } from './perform.ts'

export interface Outcome {
  readonly address: string
  readonly done: boolean
  /** For a person: what was done, or why not. */
  readonly words: string
}

/** @param pending `jail address` of bans that the kernel does not have yet */
export function outcome(decision: Decision, pending: ReadonlySet<string>): Outcome {
  switch (decision.kind) {
    case 'ban': {
      const { ban } = decision
      const isPending = pending.has(keyOf(ban))
      const words = isPending
        ? `is about to be banned by ${ban.jail}: the kernel has not taken it yet`
        : `banned by ${ban.jail}`
      return { address: printNetwork(ban.network), done: !isPending, words }
    }
    case 'unban':
      return {
        address: printNetwork(decision.ban.network),
        done: true,
        words: `no longer banned by ${decision.ban.jail}`,
      }
    case 'ignored': {
      const words = `is never banned: ${decision.why} (--force bans it all the same)`
      return { address: printNetwork(decision.network), done: false, words }
    }
    case 'absent':
      return { address: printNetwork(decision.network), done: false, words: 'is not banned' }
    default:
      throw new Fault('engine.decision', `no command leads to "${decision.kind}"`)
  }
}
