/**
 * Crowds: who of one network fails. The holder of a network (any customer has a /64 of IPv6) sends from as many addresses as
 * he likes, so that none of them ever fails often enough; together they do.
 */
import { type Network, printNetwork, width } from '../base/address.ts'
import type { EpochMs } from '../world/clock.ts'
import { age } from './counter.ts'
import type { IgnoreList } from './ignore.ts'
import type { JailOptions } from './jail-options.ts'

/** Changed in place, as it is at each failure of an IPv6 address. */
export interface Crowd {
  /** Failures of all its addresses: a rate, as a counter's. */
  count: number
  first: EpochMs
  last: EpochMs
  /** The addresses that failed last, so many as make a ban, and when each of them did. */
  readonly members: Network[]
  readonly times: EpochMs[]
  /** The list that spares the network: it need not be asked again. */
  sparedBy?: IgnoreList
}

export interface Crowds {
  /** The prefix length of a crowd's network around this address; undefined: its crowd is not counted. */
  prefixOf(network: Network): number | undefined
  /** Counts a failure of an address that `prefixOf` has an answer for. @returns its crowd, if it is large enough now */
  count(host: Network, failure: { readonly time: EpochMs; readonly attempts: number }): Crowd | undefined
  /** The crowd of this network, or of the one around this address. */
  get(network: Network): Crowd | undefined
  delete(network: Network): void
  /** Forgets those without a failure in `findtime`. */
  forget(now: EpochMs): void
}

/** About 500 bytes each. */
export const MAX_CROWDS = 10_000
/** Of so many that were silent longest, the smallest goes when there are too many. */
const LAST_CHANCES = 16

export function crowds({ findtime, networks }: Pick<JailOptions, 'findtime' | 'networks'>): Crowds {
  const { ipv4, ipv6, addresses, maxretry } = networks
  const findMs = findtime * 1000
  const four = crowdsOf(4, ipv4)
  const six = crowdsOf(6, ipv6)
  const of = ({ family }: Network) => (family === 6 ? six : four)
  return {
    prefixOf(network) {
      const prefix = network.family === 6 ? ipv6 : ipv4
      return prefix === undefined || network.prefix <= prefix ? undefined : prefix
    },
    count(host, { time, attempts }) {
      const { all, rest } = of(host)
      const key = host.bits >> rest
      const crowd = all.get(key)
      if (!crowd || time - crowd.last > findMs) {
        all.delete(key)
        if (all.size >= MAX_CROWDS) dropOne(all)
        const begun = { count: attempts, first: time, last: time, members: [host], times: [time] }
        all.set(key, begun)
        return addresses === 1 && attempts >= maxretry ? begun : undefined
      }
      all.delete(key) // Set again: a Map keeps the order of insertion.
      all.set(key, crowd)
      const aged = age(crowd, time, findMs)
      crowd.count = aged.count + attempts
      crowd.first = aged.first
      crowd.last = Math.max(crowd.last, time)
      join(crowd, host, time, addresses)
      return crowd.count >= maxretry && isLarge(crowd, addresses, findMs) ? crowd : undefined
    },
    get(network) {
      const { all, rest } = of(network)
      return all.get(network.bits >> rest)
    },
    delete(network) {
      const { all, rest } = of(network)
      all.delete(network.bits >> rest)
    },
    forget(now) {
      for (const { all } of [four, six]) {
        for (const [key, { last }] of all) {
          if (last >= now - findMs) break
          all.delete(key)
        }
      }
    },
  }
}

interface Family {
  /** By the bits of the prefix, in the order of their last failure. */
  readonly all: Map<bigint, Crowd>
  /** Bits behind the prefix. */
  readonly rest: bigint
}

function crowdsOf(family: 4 | 6, prefix: number | undefined): Family {
  return { all: new Map(), rest: BigInt(width(family) - (prefix ?? 0)) }
}

/** In the place of the one that was silent longest, if there are enough. */
function join({ members, times }: Crowd, host: Network, time: EpochMs, most: number): void {
  let oldest = 0
  for (let i = 0; i < members.length; i++) {
    if (printNetwork(members[i]!) === printNetwork(host)) {
      times[i] = Math.max(times[i]!, time)
      return
    }
    if (times[i]! < times[oldest]!) oldest = i
  }
  const place = members.length < most ? members.length : oldest
  members[place] = host
  times[place] = time
}

function isLarge({ members, times, last }: Crowd, addresses: number, findMs: number): boolean {
  return members.length >= addresses && times.every((time) => last - time <= findMs)
}

function dropOne(all: Map<bigint, Crowd>): void {
  let least: bigint | undefined
  let fewest = Number.POSITIVE_INFINITY
  let chances = LAST_CHANCES
  for (const [key, { members }] of all) {
    if (members.length < fewest) {
      least = key
      fewest = members.length
    }
    if (--chances === 0) break
  }
  if (least !== undefined) all.delete(least)
}
