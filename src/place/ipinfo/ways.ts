/** The ways to ask ipinfo.io. Which of them a token may use is told by the answer alone. Source: ipinfo.io/developers. */
import type { Tier } from './answers.ts'

export interface Way {
  readonly path: (address: string) => string
  /** Addresses in one request. */
  readonly size: number
  readonly inFlight: number
  readonly timeoutMs: number
  /** The best that it answers. */
  readonly tier: Tier
  /** Under ipinfo.io itself it is at another host. */
  readonly host: 'ipinfo.io' | 'api.ipinfo.io'
}

const BATCH = { size: 1000, inFlight: 2, timeoutMs: 20_000 }
const SINGLE = { size: 1, inFlight: 8, timeoutMs: 10_000 }

const batch: Way = { ...BATCH, path: () => 'batch', tier: 'full', host: 'ipinfo.io' }
const batchLite: Way = { ...BATCH, path: () => 'batch/lite', tier: 'lite', host: 'api.ipinfo.io' }
const single: Way = { ...SINGLE, path: (address) => `${address}/json`, tier: 'full', host: 'ipinfo.io' }
const lookup: Way = { ...SINGLE, path: (address) => `lookup/${address}`, tier: 'full', host: 'api.ipinfo.io' }
const lite: Way = { ...SINGLE, path: (address) => `lite/${address}`, tier: 'lite', host: 'api.ipinfo.io' }

/** In the order in which they are tried: what says enough, by the fewest requests. */
export function ways(wantsCity: boolean): readonly Way[] {
  return wantsCity ? [batch, single, lookup, batchLite, lite] : [batch, batchLite, lite, single, lookup]
}

/** @param mirror in the place of ipinfo.io and of its other host */
export function urlOf(way: Way, address: string, mirror: string | undefined): string {
  return `${mirror ?? `https://${way.host}`}/${way.path(encodeURIComponent(address))}`
}
