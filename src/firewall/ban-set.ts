/**
 * A kernel set of bans: one for each scope, family and prefix length. Hash sets only: an insertion into an interval set
 * costs time in proportion to its size (50,000 networks: 0.9 s each), into a hash set 0.05 ms at any size.
 */
import { type Network, networkOf, printNetwork, width } from '../base/address.ts'
import { Fault } from '../base/fault.ts'
import { printPorts } from '../base/ports.ts'
import type { Scope } from './block.ts'

export interface BanSet {
  readonly name: string
  readonly scope: Scope
  readonly family: 4 | 6
  readonly prefix: number
}

/** How many elements one set holds at most: about 90 MB of kernel memory. */
export const MAX_ELEMENTS = 1_048_576

/**
 * The set that holds this network in this scope.
 * @throws Fault `block.no-ports` for a scope without any port, `block.everything` for a network of prefix 0
 */
export function banSet(scope: Scope, network: Pick<Network, 'family' | 'prefix'>): BanSet {
  const { family, prefix } = network
  if (scope.ports !== 'all' && scope.ports.length === 0) throw new Fault('block.no-ports', 'a block needs a port')
  if (prefix === 0) {
    throw new Fault('block.everything', 'a block of every address would cut this host off', {
      hint: 'use the firewall policy instead',
    })
  }
  return { name: nameOf(scope, family, prefix), scope, family, prefix }
}

/** The set of this name that bans in one of these scopes would be in. */
export function setNamed(name: string, scopes: readonly Scope[]): BanSet | undefined {
  for (const scope of scopes) {
    for (const of of kindsIn(name)) {
      const set = banSet(scope, of)
      if (set.name === name) return set
    }
  }
  return undefined
}

/** What the name ends in; where a digest stands for that, all that it may be. */
function kindsIn(name: string): Pick<Network, 'family' | 'prefix'>[] {
  const [, family, prefix] = /_([46])(?:_(\d{1,3}))?$/.exec(name) ?? []
  const all = ([4, 6] as const).flatMap((one) =>
    Array.from({ length: width(one) }, (_, index) => ({ family: one, prefix: index + 1 })),
  )
  if (family === undefined) return all
  const whole = width(family === '4' ? 4 : 6)
  return all.filter((one) => String(one.family) === family && one.prefix === Number(prefix ?? whole))
}

/** How the set names a network: its first address, since the prefix is the set's. Canonical, so that it can be a key. */
export function addressIn(network: Network): string {
  const whole = width(network.family)
  return printNetwork(network.prefix === whole ? network : networkOf(network.family, network.bits, whole))
}

/** `tcp_80_443_drop_4`, `all_reject_6_64`: to be read in `nft list ruleset`. */
function nameOf({ protocol, ports, verdict }: Scope, family: 4 | 6, prefix: number): string {
  const whole = protocol === 'all' && ports === 'all'
  const what = whole ? ['all'] : [protocol, printPorts(ports).replaceAll(',', '_')]
  const name = [...what, verdict, family, ...(prefix === width(family) ? [] : [prefix])].join('_')
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 14)}.${digest(name)}`
}

/** The kernel takes 255; longer than this nobody reads. */
const MAX_NAME = 64

/** 13 hex digits (two FNV-1a sums of 32 bits): lists of ports come from the admin's files, so nobody aims for a clash. */
function digest(text: string): string {
  let [a, b] = [0x811c9dc5, 0x01000193]
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193)
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b)
  }
  return ((a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0')).slice(0, 13)
}
