/** What became of one address that a command named. */
import { printNetwork } from '../base/address.ts'
import { printDuration } from '../base/duration.ts'
import { Fault } from '../base/fault.ts'
import type { Ban } from '../jail/ban.ts'
import type { Decision } from '../jail/decision.ts'

export interface Outcome {
  readonly address: string
  readonly done: boolean
  /** What has changed, whether the kernel has it yet or not. */
  readonly outcome: 'banned' | 'prolonged' | 'lifted' | 'none'
  /** For a person: what was done, or why not. */
  readonly words: string
}

/** @param whyNot what is still to be done for a ban or its end, in words */
export function outcome(decision: Decision, whyNot: (ban: Ban) => string | undefined): Outcome {
  switch (decision.kind) {
    case 'ban': {
      const { ban } = decision
      const why = whyNot(ban)
      const words = why ? `is about to be banned by ${ban.jail}: ${why}` : `banned by ${ban.jail} ${lasts(ban)}`
      return {
        address: printNetwork(ban.network),
        done: !why,
        outcome: decision.prolongs ? 'prolonged' : 'banned',
        words,
      }
    }
    case 'unban': {
      const { ban } = decision
      const why = whyNot(ban)
      const words = why ? `is about to be let go by ${ban.jail}: ${why}` : `no longer banned by ${ban.jail}`
      return { address: printNetwork(ban.network), done: !why, outcome: 'lifted', words }
    }
    case 'ignored': {
      const words = `is never banned: ${decision.why} (--force bans it all the same)`
      return { address: printNetwork(decision.network), done: false, outcome: 'none', words }
    }
    case 'already': {
      const words = `is banned by ${decision.ban.jail} already, ${lasts(decision.ban)}, which ends later (--shorten ends it earlier)`
      return { address: printNetwork(decision.ban.network), done: true, outcome: 'none', words }
    }
    case 'absent': {
      const { network, within } = decision
      const words = within
        ? `is banned by ${within.jail} as a part of ${printNetwork(within.network)}: unban that network`
        : 'is not banned'
      return { address: printNetwork(network), done: false, outcome: 'none', words }
    }
    default:
      throw new Fault('engine.decision', `no command leads to "${decision.kind}"`)
  }
}

/** `for 10m`, `for ever`. */
function lasts({ from, until }: Ban): string {
  return until === undefined ? 'for ever' : `for ${printDuration((until - from) / 1000)}`
}
