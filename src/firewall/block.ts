/** A Block: the kernel form of a ban. */
import type { Network } from '../base/address.ts'
import type { PortSet } from '../base/ports.ts'
import type { EpochMs } from '../world/clock.ts'

/** Packets from `network` within `scope` are refused until `until`. */
export interface Block {
  readonly network: Network
  readonly scope: Scope
  /** Wall time; undefined is for ever. */
  readonly until: EpochMs | undefined
  /** Who wants it: a jail. The same network in the same scope stays blocked until the last owner lets go. */
  readonly owner: string
}

/** What of its packets is refused, and how. */
export interface Scope {
  readonly protocol: 'tcp' | 'udp' | 'all'
  /** The port that the client asked for (before DNAT); `all` with protocol `all` covers portless protocols too. */
  readonly ports: PortSet
  /**
   * drop: silence. reject: TCP reset, else ICMP port unreachable. unreachable: the latter to who begins a connection too, as
   * UFW's reject of a rule that names no protocol.
   */
  readonly verdict: 'drop' | 'reject' | 'unreachable'
}
