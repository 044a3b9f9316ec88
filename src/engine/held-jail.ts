/** A jail as the engine holds it: its settings, its state, and how its logs are doing. */

import { printNetwork } from '../base/address.ts'
import { printPorts } from '../base/ports.ts'
import type { JailSettings } from '../config/settings.ts'
import type { Scope } from '../firewall/block.ts'
import type { Ban } from '../jail/ban.ts'
import type { JailState } from '../jail/jail-state.ts'
import type { BanStatus, JailStatus, LogStatus } from './status.ts'

export interface HeldJail {
  readonly name: string
  /** undefined: the jail of bans by hand, which reads nothing. */
  readonly settings: JailSettings | undefined
  readonly scope: Scope
  readonly state: JailState
  readonly logs: Map<string, LogStatus>
}

/** @param pendingNow of its bans, those that the kernel does not have */
export function jailStatus({ name, settings, scope, state, logs }: HeldJail, pendingNow: number): JailStatus {
  const { maxretry, findtime, bantime, networks } = state.options
  return {
    name,
    filter: settings?.filter.name ?? 'none',
    logs: [...logs.values()],
    scope: printScope(scope),
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

export function banStatus(ban: Ban, pending: boolean): BanStatus {
  const { network, from, until, failures, origin } = ban
  return { address: printNetwork(network), from, until, failures, origin, pending }
}

function printScope({ protocol, ports, verdict }: Scope): string {
  const which = ports === 'all' ? 'all ports' : printPorts(ports)
  return `${verdict}s ${protocol === 'all' ? which : `${protocol} ${which}`}`
}
