/** What all jails share, so that no flood can fill the memory: room for counters without lines, and for bans. */
import type { Seconds } from '../base/duration.ts'
import type { Ban } from './ban.ts'
import { type FarCounters, farCounters } from './far-counters.ts'
import type { HeldBans } from './held-bans.ts'

export interface Bounds {
  readonly far: (jail: string, findtime: Seconds) => FarCounters | undefined
  readonly room: BanRoom
}

export interface BanRoom {
  /** So many bans at once, of all jails together. */
  readonly most: number
  /** What the jails hold, as they are now. */
  readonly jails: () => Iterable<HeldBans>
}

/** A kernel's set holds 1,048,576 (`MAX_ELEMENTS` of firewall/), and lets go of what has ended a little later. */
export const MAX_BANS = 1_000_000

/** @param chance a number in [0, 1) */
export function bounds(chance: () => number, room: BanRoom): Bounds {
  return { far: farCounters(chance), room }
}

/** Takes out the bans that are missed least, of whichever jails, so that there is room for one more. */
export function makeRoom({ most, jails }: BanRoom): Ban[] {
  const all = [...jails()]
  let held = 0
  for (const { size } of all) held += size
  const gone: Ban[] = []
  for (; held >= most && gone.length < AT_ONCE; held--) {
    const least = takeLeast(all)
    if (!least) break
    gone.push(least)
  }
  return gone
}

/** More than one only where the admin has lowered the number. */
const AT_ONCE = 100

function takeLeast(all: readonly HeldBans[]): Ban | undefined {
  const ends = new Map(all.map((bans) => [bans, bans.nextEnd() ?? Number.POSITIVE_INFINITY]))
  for (const bans of [...all].sort((a, b) => ends.get(a)! - ends.get(b)!)) {
    const least = bans.takeLeast()
    if (least) return least
  }
  return undefined
}
