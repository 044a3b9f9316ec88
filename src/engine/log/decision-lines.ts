/** What was decided and done, as lines of the log: the words that Fail2ban's own jail of repeat offenders and users' scripts look for. */
import { printNetwork } from '../../base/address.ts'
import { printable } from '../../base/printable.ts'
import type { Ban } from '../../jail/ban.ts'
import type { Decision } from '../../jail/decision.ts'
import type { JailOptions } from '../../jail/jail-options.ts'
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

/** @param grows whether bans of this jail grow, how long the first one lasts, and after how many failures */
export function decisionLog(
  log: GuardLog,
  clock: SteadyClock,
  grows: (jail: string) => Pick<JailOptions, 'bantime' | 'maxretry'> | undefined,
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
  const bad = ({ jail, network, time, earlier }: Decision & { readonly kind: 'found' }) => {
    const { maxretry } = (earlier > 0 && grows(jail)) || { maxretry: 0 }
    if (maxretry <= 1) return
    const words = `${within(jail)} Found ${printNetwork(network)}, bad - ${log.stamp(time + clock.aheadMs)}`
    log.put('fail2ban.observer', 'INFO', `${words}, ${earlier} # -> ${weight(earlier, maxretry)}`)
  }
  return {
    found(decision) {
      if (decision.kind === 'already') return again(decision.ban)
      if (!log.tells('INFO')) return
      if (decision.kind === 'found') {
        const { jail, network, time } = decision
        const words = `${within(jail)} Found ${printNetwork(network)} - ${log.stamp(time + clock.aheadMs)}`
        log.put(FILTER, 'INFO', words)
        bad(decision)
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

/** As so many failures counts one of who was banned so often before; a number as Python prints it. Observed beside the installed server. */
function weight(earlier: number, maxretry: number): string {
  const failures = 2 ** earlier / 2 + 1
  const text = failures > maxretry ? `${maxretry}` : `${failures}.0`
  return failures < maxretry ? text : `${text}, Ban`
}
