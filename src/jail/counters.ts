/**
 * A jail's counters. The first 20,000 are near: with their lines, and kept by the history. While there are more at the same
 * time, those are far: 16 bytes each, without lines, forgotten with the process.
 */
import { type Network, parseNetwork, printNetwork } from '../base/address.ts'
import type { Seconds } from '../base/duration.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Counter } from './counter.ts'
import type { FarCounters } from './far-counters.ts'

export interface Counters {
  readonly size: number
  get(network: Network): Counter | undefined
  /** @returns whether it is near */
  set(network: Network, counter: Counter): boolean
  delete(network: Network): void
  /** Forgets all. @returns those that were near */
  clear(): Network[]
  /** Forgets those without a failure in `findtime`. */
  forget(now: EpochMs, findtime: Seconds): void
}

/** About 200 bytes each, beside the lines. */
export const MAX_NEAR = 20_000
/** Characters of lines, which may have 1024 each. */
export const MAX_CHARS = 4 * 1024 * 1024

export function counters(far: FarCounters | undefined): Counters {
  /** In the order of their last failure. */
  const near = new Map<string, Counter>()
  let chars = 0
  const remove = (key: string) => {
    const before = near.get(key)
    if (!before) return false
    chars -= before.chars
    return near.delete(key)
  }
  return {
    get size() {
      return near.size + (far?.size ?? 0)
    },
    get(network) {
      const found = near.get(printNetwork(network))
      return found || !far || far.size === 0 ? found : far.get(network)
    },
    set(network, counter) {
      const key = printNetwork(network)
      const wasNear = remove(key)
      if (far && far.size > 0 && !wasNear) far.delete(network)
      if (near.size >= MAX_NEAR) {
        if (far) {
          far.set(network, counter)
          return false
        }
        remove(near.keys().next().value!)
      }
      const kept = chars + counter.chars <= MAX_CHARS ? counter : { ...counter, matches: [], chars: 0 }
      near.set(key, kept)
      chars += kept.chars
      return true
    },
    delete(network) {
      if (!remove(printNetwork(network)) && far && far.size > 0) far.delete(network)
    },
    clear() {
      const networks = [...near.keys()].map((key) => parseNetwork(key)!)
      near.clear()
      chars = 0
      far?.clear()
      return networks
    },
    forget(now, findtime) {
      const oldest = now - findtime * 1000
      for (const [key, { last }] of near) {
        if (last >= oldest) break
        remove(key)
      }
      far?.sweep(now)
    },
  }
}
