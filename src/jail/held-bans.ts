/** The bans that a jail holds: by address, by the network around one, and by their end. Changed in place. */
import { contains, isHost, type Network, printNetwork } from '../base/address.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Ban } from './ban.ts'
import { deadlines } from './deadlines.ts'
import { networkMap } from './network-map.ts'

export interface HeldBans {
  readonly size: number
  /** @param key the network's canonical text */
  get(key: string): Ban | undefined
  has(key: string): boolean
  keys(): Iterable<string>
  values(): Iterable<Ban>
  /** The ban of this address or network, or the narrowest of those around it. */
  covering(network: Network): Ban | undefined
  /** All of these. */
  allCovering(network: Network): Ban[]
  /** Those of this network and of all that lies in it. Looks at every ban unless it is one address. */
  inside(network: Network): Ban[]
  /** In the place of the one that there was of the same network. Its lines are not held. */
  hold(ban: Ban): void
  release(ban: Ban): void
  /** Takes out those whose time is over, earliest first. */
  takeOver(now: EpochMs): Ban[]
  /** When the next one ends; undefined if none does. */
  nextEnd(): EpochMs | undefined
  /** Takes out the one that is missed least: that ends next, or the oldest without an end; none that was made by hand. */
  takeLeast(): Ban | undefined
}

/** They are in the history; of 100,000 bans they would take half a gigabyte here. */
const NO_LINES: readonly string[] = []

export function heldBans(): HeldBans {
  const bans = new Map<string, Ban>()
  const networks = networkMap<Ban>()
  let ends = deadlines<Ban>()

  /** The ban that ends first: one may have been lifted or prolonged since. */
  function first(): Ban | undefined {
    for (let ban = ends.first(); ban; ban = ends.first()) {
      if (bans.get(printNetwork(ban.network)) === ban) return ban
      ends.take()
    }
    return undefined
  }
  function release({ network }: Ban): void {
    bans.delete(printNetwork(network))
    if (!isHost(network)) networks.delete(network)
  }
  function addEnd(ban: Ban): void {
    if (ban.until !== undefined) ends.add(ban)
  }
  return {
    get size() {
      return bans.size
    },
    get: (key) => bans.get(key),
    has: (key) => bans.has(key),
    keys: () => bans.keys(),
    values: () => bans.values(),
    covering: (network) => bans.get(printNetwork(network)) ?? networks.around(network),
    allCovering(network) {
      const own = isHost(network) ? bans.get(printNetwork(network)) : undefined
      return [...(own ? [own] : []), ...networks.allAround(network)]
    },
    inside(network) {
      const own = bans.get(printNetwork(network))
      if (isHost(network)) return own ? [own] : []
      return [...bans.values()].filter((ban) => contains(network, ban.network))
    },
    hold(ban) {
      const { jail, network, from, until, failures, count, origin } = ban
      // Spread, what has no `fields` would be given them in a place apart: 32 bytes more.
      const held: Ban = { jail, network, from, until, failures, count, matches: NO_LINES, fields: undefined, origin }
      bans.set(printNetwork(network), held)
      if (!isHost(network)) networks.set(network, held)
      addEnd(held)
      if (ends.size <= 2 * bans.size + SPARE_ENDS) return
      ends = deadlines()
      for (const one of bans.values()) addEnd(one)
    },
    release,
    takeOver(now) {
      const over: Ban[] = []
      for (let ban = first(); ban && ban.until! <= now; ban = first()) {
        ends.take()
        release(ban)
        over.push(ban)
      }
      return over
    },
    nextEnd: () => first()?.until,
    takeLeast() {
      const passed: Ban[] = []
      let least = first()
      for (; least?.origin === 'manual'; least = first()) {
        passed.push(least)
        ends.take()
      }
      for (const ban of passed) addEnd(ban)
      least ??= oldestForEver(bans.values())
      if (least) release(least)
      return least
    },
  }
}

/** Bans that were lifted or prolonged: so many at most, and one for each ban. */
const SPARE_ENDS = 1000

function oldestForEver(bans: Iterable<Ban>): Ban | undefined {
  for (const ban of bans) if (ban.until === undefined && ban.origin !== 'manual') return ban
  return undefined
}
