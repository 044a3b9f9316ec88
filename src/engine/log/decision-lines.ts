/** What was decided and done, as lines of the log: the words that Fail2ban's own jail of repeat offenders and users' scripts look for. */
import { printNetwork } from '../../base/address.ts'
import { printable } from '../../base/printable.ts'
import type { Ban } from '../../jail/ban.ts'
import type { Decision } from '../../jail/decision.ts'
import type { SteadyClock } from '../steady-clock.ts'
import type { GuardLog } from './guard-log.ts'
import { shortDuration } from './short-duration.ts'

export interface DecisionLog {
  /** What was found out; nothing comes of it but a count. */
  found(decision: Decision): void
  /** It has been done. */
  done(decision: Decision): void
}

const FILTER = 'fail2ban.filter'
const ACTIONS = 'fail2ban.actions'

/** Who is found again soon after the ban had packets on their way; later, the ban may not hold. */
const SOON_MS = 3000
const LATE_MS = 60_000

/** @param grows whether bans of this jail grow, and how long the first one lasts */
export function decisionLog(
  log: GuardLog,
  clock: SteadyClock,
  grows: (jail: string) => { readonly bantime: number } | undefined,
): DecisionLog {
  const names = new Map<string, string>()
  const within = (jail: string) => {
    const known = names.get(jail)
    if (known !== undefined) return known
    const text = `[${printable(jail)}]`
    names.set(jail, text)
    return text
  }
  const say = ({ jail, network }: Pick<Ban, 'jail' | 'network'>, verb: string) =>
    log.put(ACTIONS, 'NOTICE', `${within(jail)} ${verb} ${printNetwork(network)}`)
  const again = ({ jail, network, from }: Ban) => {
    const since = clock.now() - from
    const level = since < SOON_MS ? 'DEBUG' : since < LATE_MS ? 'NOTICE' : 'WARNING'
    if (log.tells(level)) log.put(ACTIONS, level, `${within(jail)} ${printNetwork(network)} already banned`)
  }
  const increase = ({ jail, network, from, until, count }: Ban) => {
    const jailGrows = count > 1 ? grows(jail) : undefined
    if (!jailGrows || (until !== undefined && until - from <= jailGrows.bantime * 1000)) return
    const lasts = until === undefined ? 'infinite' : shortDuration((until - from) / 1000)
    const end = until === undefined ? 'infinite' : log.stamp(until + clock.aheadMs)
    const words = `${within(jail)} Increase Ban ${printNetwork(network)} (${count} # ${lasts} -> ${end})`
    log.put('fail2ban.observer', 'NOTICE', words)
  }
  return {
    found(decision) {
      if (decision.kind === 'already') return again(decision.ban)
      if (!log.tells('INFO')) return
      if (decision.kind === 'found') {
        const { jail, network, time } = decision
        const words = `${within(jail)} Found ${printNetwork(network)} - ${log.stamp(time + clock.aheadMs)}`
        log.put(FILTER, 'INFO', words)
      } else if (decision.kind === 'ignored') {
        const { jail, network } = decision
        log.put(FILTER, 'INFO', `${within(jail)} Ignore ${printNetwork(network)} by ip`)
      }
    },
    done(decision) {
      if (!log.tells('NOTICE')) return
      if (decision.kind === 'restore') say(decision.ban, 'Restore Ban')
      else if (decision.kind === 'unban') say(decision.ban, 'Unban')
      else if (decision.kind === 'ban' && !decision.prolongs) {
        say(decision.ban, 'Ban')
        increase(decision.ban)
      }
    },
  }
}
