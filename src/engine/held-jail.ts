/** A jail as the engine holds it: its settings, its state, and how its logs are doing. */

import { printNetwork } from '../base/address.ts'
import { printPorts } from '../base/ports.ts'
import type { JailSettings } from '../config/settings.ts'
import type { Scope } from '../firewall/block.ts'
import type { Ban } from '../jail/ban.ts'
import type { Bounds } from '../jail/bounds.ts'
import { type JailState, jailState, otherwise } from '../jail/jail-state.ts'
import { isOf } from '../source/wanted.ts'
import { wantedBy } from './reader/wanted-logs.ts'
import type { BanStatus, JailStatus, LogStatus } from './status.ts'
import { movedBan } from './wall-history.ts'

export interface HeldJail {
  readonly name: string
  /** undefined: the jail of bans by hand, which reads nothing. */
  readonly settings: JailSettings | undefined
  /** undefined: its actions do all. */
  readonly scope: Scope | undefined
  readonly state: JailState
  readonly logs: Map<string, LogStatus>
}

/** One whose bans are in the kernel. */
export interface BlockingJail extends HeldJail {
  readonly scope: Scope
}

export function isBlocking(jail: HeldJail): jail is BlockingJail {
  return jail.scope !== undefined
}

/** The stock jail of those who are banned again and again. */
export const RECIDIVE = 'recidive'

/** What jails are made with. */
export interface Making {
  readonly chance: () => number
  readonly bounds: Bounds
}

/**
 * The jail that these settings make.
 * @param before what is held so far: of its name, bans and counters go on; how a log does is known from whoever reads it
 */
export function heldJail(
  settings: JailSettings,
  { chance, bounds }: Making,
  before: readonly HeldJail[] = [],
): HeldJail {
  const { name, options, scope } = settings
  const known = before.find((jail) => jail.name === name)?.state
  const state = known
    ? otherwise(known, options, bounds)
    : jailState({ options, ignored: () => undefined, chance }, bounds)
  return { name, settings, scope, state, logs: new Map(logsOf(settings, before).map((log) => [log.log, log])) }
}

/** The pipeline feeds the jail of repeat offenders: it needs no log. */
const FED: LogStatus = { log: 'the bans of the other jails', state: 'reading', cut: 0, behind: 0 }

function logsOf(settings: JailSettings, before: readonly HeldJail[]): LogStatus[] {
  if (settings.name === RECIDIVE) return [FED]
  const known = new Map(before.flatMap(({ logs }) => [...logs]))
  return wantedBy(settings).flatMap(({ name, wanted }): LogStatus[] => {
    const read = [...known.values()].filter(({ log }) => isOf(wanted, log))
    return read.length > 0 ? read : [{ log: name, state: 'pending', cut: 0, behind: 0 }]
  })
}

/**
 * @param pendingNow of its bans, those that are not in force yet
 * @param waitingNow what its actions have still to do
 */
export function jailStatus(
  { name, settings, scope, state, logs }: HeldJail,
  { pendingNow, waitingNow }: Pick<JailStatus, 'pendingNow' | 'waitingNow'>,
): JailStatus {
  const { maxretry, findtime, bantime, networks } = state.options
  const actions = settings?.actions.map((action) => action.name) ?? []
  return {
    name,
    filter: settings?.filter.name ?? 'none',
    logs: [...logs.values()],
    unwritten: settings?.unwritten ?? [],
    scope: scope ? printScope(scope) : actions.length > 0 ? 'bans by its actions' : 'bans nobody',
    actions,
    waitingNow,
    failedNow: state.counters.size,
    failedTotal: state.totals.failures,
    bannedNow: state.bans.size - pendingNow,
    pendingNow,
    bannedTotal: state.totals.bans,
    maxretry,
    findtime,
    bantime,
    networks,
  }
}

/** @param aheadMs how far the wall clock is ahead of the ban's */
export function banStatus(ban: Ban, pending: boolean, aheadMs: number): BanStatus {
  const { network, from, until, failures, origin } = movedBan(ban, aheadMs)
  return { address: printNetwork(network), from, until, failures, origin, pending }
}

function printScope({ protocol, ports, verdict }: Scope): string {
  const which = ports === 'all' ? 'all ports' : printPorts(ports)
  return `${verdict === 'drop' ? 'drops' : 'rejects'} ${protocol === 'all' ? which : `${protocol} ${which}`}`
}
