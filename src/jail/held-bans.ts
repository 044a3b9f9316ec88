/** The bans that a jail holds: by address, by the network around one, and by their end. Changed in place. */
import { contains, isHost, type Network, parseNetwork, printNetwork } from '../base/address.ts'
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
  /** In the place of the one that there was of the same network. Its lines and fields are not held. */
  hold(ban: Ban): void
  release(ban: Ban): void
  /** Takes out those whose time is over, earliest first. */
  takeOver(now: EpochMs): Ban[]
  /** When the next one ends; undefined if none does. */
  nextEnd(): EpochMs | undefined
  /** Takes out the one that is missed least: that ends next, or the oldest without an end; none that was made by hand. */
  takeLeast(): Ban | undefined
}

/**
 * A ban as it is kept: of a million each field counts. The network is made of its text again when it is asked for (88
 * bytes); its lines are in the history, here those of 100,000 bans would take half a gigabyte.
 */
interface Held extends Omit<Ban, 'network' | 'matches' | 'fields'> {
  /** The network's canonical text. */
  readonly key: string
}

const NO_LINES: readonly string[] = []

export function heldBans(): HeldBans {
  const bans = new Map<string, Held>()
  const networks = networkMap<Held>()
  let ends = deadlines<Held>()

  /** The ban that ends first: one may have been lifted or prolonged since. */
  function first(): Held | undefined {
    for (let held = ends.first(); held; held = ends.first()) {
      if (bans.get(held.key) === held) return held
      ends.take()
    }
    return undefined
  }
  function release({ network }: Pick<Ban, 'network'>): void {
    bans.delete(printNetwork(network))
    if (!isHost(network)) networks.delete(network)
  }
  function addEnd(held: Held): void {
    if (held.until !== undefined) ends.add(held)
  }
  return {
    get size() {
      return bans.size
    },
    get: (key) => told(bans.get(key)),
    has: (key) => bans.has(key),
    keys: () => bans.keys(),
    *values() {
      for (const held of bans.values()) yield whole(held)
    },
    covering(network) {
      const own = bans.get(printNetwork(network))
      return own ? whole(own, network) : told(networks.around(network))
    },
    allCovering(network) {
      const own = isHost(network) ? bans.get(printNetwork(network)) : undefined
      return [...(own ? [own] : []), ...networks.allAround(network)].map((held) => whole(held))
    },
    inside(network) {
      const own = bans.get(printNetwork(network))
      if (isHost(network)) return own ? [whole(own, network)] : []
      return [...bans.values()].map((held) => whole(held)).filter((ban) => contains(network, ban.network))
    },
    hold({ jail, network, from, until, failures, count, origin }) {
      const held: Held = { jail, key: printNetwork(network), from, until, failures, count, origin }
      bans.set(held.key, held)
      if (!isHost(network)) networks.set(network, held)
      addEnd(held)
      if (ends.size <= 2 * bans.size + SPARE_ENDS) return
      ends = deadlines()
      for (const one of bans.values()) addEnd(one)
    },
    release,
    takeOver(now) {
      const over: Ban[] = []
      for (let held = first(); held && held.until! <= now; held = first()) {
        ends.take()
        const ban = whole(held)
        release(ban)
        over.push(ban)
      }
      return over
    },
    nextEnd: () => first()?.until,
    takeLeast() {
      const passed: Held[] = []
      let held = first()
      for (; held?.origin === 'manual'; held = first()) {
        passed.push(held)
        ends.take()
      }
      for (const one of passed) addEnd(one)
      const least = told(held ?? oldestForEver(bans.values()))
      if (least) release(least)
      return least
    },
  }
}

/** Bans that were lifted or prolonged: so many at most, and one for each ban. */
const SPARE_ENDS = 1000

function oldestForEver(bans: Iterable<Held>): Held | undefined {
  for (const held of bans) if (held.until === undefined && held.origin !== 'manual') return held
  return undefined
}

/** @param network its own, where the caller has it */
function whole({ jail, key, from, until, failures, count, origin }: Held, network = parseNetwork(key)!): Ban {
  return { jail, network, from, until, failures, count, matches: NO_LINES, fields: undefined, origin }
}

function told(held: Held | undefined): Ban | undefined {
  return held && whole(held)
}
