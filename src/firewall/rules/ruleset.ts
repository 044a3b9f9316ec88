/** The Ruleset: all that the table `inet rampart` is made of. A value: the kernel is made to equal it. */
import type { AddressList } from '../list/address-list.ts'
import type { Frame } from './frame.ts'
import type { Rule } from './rule.ts'

export interface Ruleset {
  /** Whether IPv6 is filtered by rules; else all of it but the loopback is dropped. */
  readonly ipv6: boolean
  readonly policies: Readonly<Record<'in' | 'out' | 'forward', Policy>>
  readonly logging: LogLevel
  /** In the order in which they are asked: all of IPv4, then all of IPv6. */
  readonly rules: readonly Rule[]
  /** What before.rules and after.rules hold around them. */
  readonly frame: Frame
  /** Those that rules name, by name. Of one that is not here no packet is. */
  readonly lists?: ReadonlyMap<string, AddressList>
  /**
   * Whether containers are left to their engine's own rules, and what comes in for a port that they publish obeys the rules
   * for what comes in, by the port that the client asked for. Else they are forwarded as anything else is.
   */
  readonly containers?: boolean
  /** Sources that `limit` remembers, of each family; default 65,536 (some 20 MB when full, where UFW forgets all but 100). */
  readonly limitSources?: number
}

export type Policy = 'accept' | 'drop' | 'reject'

export type LogLevel = 'off' | 'low' | 'medium' | 'high' | 'full'
