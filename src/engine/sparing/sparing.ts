/** Who is never banned, as it is now: by the host in all jails, and by each jail's own `ignoreip`. */
import { type Network, printNetwork } from '../../base/address.ts'
import { asFault, type Fault } from '../../base/fault.ts'
import { type IgnoreList, type IgnoreTable, ignoreTable, type Spared } from '../../jail/ignore.ts'
import type { Clock } from '../../world/clock.ts'
import type { HeldJail } from '../held-jail.ts'
import type { Jails } from '../jails.ts'
import { ownSpared } from './spared.ts'

export interface SparingParts {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly jails: Jails
  /** By the host, whatever a jail says. @param isThorough see `SshPeers` */
  readonly spared: (isThorough: boolean) => readonly Spared[]
  /** What a jail's own `ignoreip` adds; it follows what it names by itself. */
  readonly ignored: (jail: HeldJail) => IgnoreList
  /** From now on these are spared, who were not before. */
  readonly onGain: (networks: readonly Network[]) => void
  readonly onFault: (fault: Fault) => void
}

/** Before a ban the host is looked at again, unless that was so shortly before; where it takes long, it is done less often. */
const FRESH_MS = 100
const MOST_OF_THE_TIME = 1 / 20
/** Ticks from one look to the next, and to a thorough one. */
const LOOK_TICKS = 5
const THOROUGH_TICKS = 15

export class Sparing {
  readonly #parts: SparingParts
  #spared: readonly Spared[] = []
  #table: IgnoreTable = ignoreTable()
  #lookedMs = Number.NEGATIVE_INFINITY
  #tookMs = 0
  /** There may have been bans by what was known before. */
  #isDoubtful = false
  #ticks = 0

  constructor(parts: SparingParts) {
    this.#parts = parts
  }

  /** Looks at the host, thoroughly. @param onGain whom to tell of those who are spared from now on */
  refresh(onGain = this.#parts.onGain): void {
    this.#look(true, onGain)
  }

  /** Called before a ban: somebody may have logged in, or an address been given to this host, since the last look. */
  freshen(): void {
    const sinceMs = this.#parts.clock.monotonic() - this.#lookedMs
    if (sinceMs >= Math.max(FRESH_MS, this.#tookMs / MOST_OF_THE_TIME)) this.#look(false)
    else this.#isDoubtful = true
  }

  /** Once a second. */
  tick(): void {
    this.#ticks++
    if (this.#ticks % THOROUGH_TICKS === 0) this.#look(true)
    else if (this.#isDoubtful || this.#ticks % LOOK_TICKS === 0) this.#look(false)
  }

  /** The jails are others now. */
  exchange(): void {
    const { jails, ignored } = this.#parts
    for (const jail of jails.all) {
      const own = ignored(jail)
      jail.state.ignored = (network) => this.#table.why(network) ?? own(network)
    }
  }

  /** By the host, whatever a jail says. */
  whyEverywhere(network: Network): string | undefined {
    return this.#table.why(network)
  }

  why(network: Network): string | undefined {
    const everywhere = this.whyEverywhere(network)
    if (everywhere !== undefined) return everywhere
    return this.#parts.jails.all.map(({ state }) => state.ignored(network)).find((why) => why !== undefined)
  }

  /** Those particular to this host. */
  own(): string[] {
    return ownSpared(this.#spared)
  }

  #look(isThorough: boolean, onGain = this.#parts.onGain): void {
    const { clock, spared, onFault } = this.#parts
    const beganMs = clock.monotonic()
    this.#isDoubtful = false
    try {
      const now = spared(isThorough)
      if (isSame(now, this.#spared)) return
      const known = new Set(this.#spared.map(({ network }) => printNetwork(network)))
      const gained = now.flatMap(({ network }) => (known.has(printNetwork(network)) ? [] : [network]))
      this.#spared = now
      this.#table = ignoreTable()
      // Of one address the first reason is told.
      for (const { network, why } of [...now].reverse()) this.#table.add(network, why)
      if (gained.length > 0) onGain(gained)
    } catch (thrown) {
      // Those known stay spared: /proc may be short of descriptors for a moment.
      onFault(asFault(thrown, 'spared.failed'))
    } finally {
      this.#lookedMs = clock.monotonic()
      this.#tookMs = this.#lookedMs - beganMs
    }
  }
}

function isSame(some: readonly Spared[], others: readonly Spared[]): boolean {
  if (some.length !== others.length) return false
  return some.every(
    ({ network, why }, index) => network.text === others[index]!.network.text && why === others[index]!.why,
  )
}
