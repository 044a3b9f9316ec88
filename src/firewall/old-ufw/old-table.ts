/**
 * What an installed UFW has in a table of the kernel, through iptables: chains whose names begin with `ufw-` or `ufw6-`, rules
 * that call them, and policies of the built-in chains. It judges beside our rules: what it drops is dropped, whatever ours
 * accept.
 */
export interface OldTable {
  readonly family: 4 | 6
  /** `filter`, as a rule. */
  readonly name: string
  readonly chains: readonly string[]
  /** What names each rule of another chain that calls one of them: to iptables all of it, to nft its chain and handle. */
  readonly calls: readonly string[]
  /** How many of these stand in chains that are not built in: an admin's, or an engine's of containers. */
  readonly foreignCalls: number
  /** Built-in chains of `filter` whose policy is to drop. */
  readonly closed: readonly BuiltIn[]
  /** Whether its chains hold any rule. `ufw disable` of an installed UFW leaves them, empty. */
  readonly isFilled: boolean
  /** IPv6 as UFW leaves it with `IPV6=no`: no chain of its own, all policies drop, the loopback is accepted. */
  readonly isLocked: boolean
}

export type BuiltIn = 'INPUT' | 'FORWARD' | 'OUTPUT'

export const BUILT_IN: readonly BuiltIn[] = ['INPUT', 'FORWARD', 'OUTPUT']

/** Only what can stand in a text for nft or iptables. */
export function isUfwChain(name: string): boolean {
  return /^ufw6?-[\w.-]+$/.test(name)
}

/** Whether it decides about packets. */
export function judges({ isFilled, isLocked, closed, calls }: OldTable): boolean {
  return isLocked || (calls.length > 0 && (isFilled || closed.length > 0))
}
