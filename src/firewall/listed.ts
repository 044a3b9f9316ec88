/** The elements of a set as `nft list set` prints them, with the time that is left to each. */
import { type Network, parseNetwork, widen } from '../base/address.ts'
import type { EpochMs } from '../world/clock.ts'
import type { BanSet } from './ban-set.ts'

export interface Listed {
  readonly set: BanSet
  readonly network: Network
  /** When it came into the kernel; `now` where that is not told. */
  readonly from: EpochMs
  /** undefined: for ever. */
  readonly until: EpochMs | undefined
}

/** `elements = { 192.0.2.1 timeout 1d expires 23h59m49s568ms, ... }`; what is no address is left out. */
export function parseListed(text: string, set: BanSet, now: EpochMs): Listed[] {
  const begin = text.indexOf(ELEMENTS)
  const end = text.indexOf('}', begin)
  const list = begin < 0 || end < 0 ? '' : text.slice(begin + ELEMENTS.length, end)
  return list
    .split(',')
    .map((element) => parseElement(element.trim().split(/\s+/), set, now))
    .filter((listed) => listed !== undefined)
}

const ELEMENTS = 'elements = {'

function parseElement(words: readonly string[], set: BanSet, now: EpochMs): Listed | undefined {
  const host = parseNetwork(words[0]!)
  if (!host || host.family !== set.family) return undefined
  const network = widen(host, set.prefix)
  const [lasts, left] = [after(words, 'timeout'), after(words, 'expires')]
  if (left === undefined) return { set, network, from: now, until: undefined }
  return { set, network, from: now - Math.max(0, (lasts ?? left) - left), until: now + left }
}

function after(words: readonly string[], name: string): number | undefined {
  const at = words.indexOf(name)
  return at < 0 ? undefined : milliseconds(words[at + 1] ?? '')
}

function milliseconds(text: string): number {
  let sum = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[dhms])/g)) sum += Number(count) * UNITS[unit!]!
  return sum
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
