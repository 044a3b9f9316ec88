/** The names in folders, listed again only when a folder's time stamp says that they may have changed. */
import type { EpochMs } from '../world/clock.ts'
import type { Hands } from './input.ts'

/** A folder's time stamp does not tell two changes within this apart: kernels keep it by the tick, some disks by the second. */
const STAMP_MS = 2000
const MAX_LISTINGS = 2000

interface Listing {
  readonly inode: number
  readonly modifiedMs: EpochMs
  readonly listedAt: EpochMs
  readonly names: readonly string[]
}

export class Listings {
  readonly #hands: Hands
  readonly #listings = new Map<string, Listing>()

  constructor(hands: Hands) {
    this.#hands = hands
  }

  /** A folder's names; none if it is not there or may not be read, as if nothing was in it. */
  names(folder: string): readonly string[] {
    const known = this.#known(folder)
    if (known) return known
    try {
      const stat = this.#hands.files.stat(folder)
      if (stat?.kind !== 'folder') return []
      const listedAt = this.#hands.clock.now()
      const names = this.#hands.files.list(folder)
      if (this.#listings.size > MAX_LISTINGS) this.#listings.clear()
      this.#listings.set(folder, { inode: stat.inode, modifiedMs: stat.modifiedMs, listedAt, names })
      return names
    } catch {
      return []
    }
  }

  /** Whether the names are surely the same as when they were asked for last. */
  isSame(folder: string): boolean {
    return this.#known(folder) !== undefined
  }

  #known(folder: string): readonly string[] | undefined {
    const listing = this.#listings.get(folder)
    if (!listing || listing.modifiedMs >= listing.listedAt - STAMP_MS) return undefined
    try {
      const stat = this.#hands.files.stat(folder)
      return stat?.inode === listing.inode && stat.modifiedMs === listing.modifiedMs ? listing.names : undefined
    } catch {
      return undefined
    }
  }
}
