/** Who is never banned, as it is now: by the host in all jails, and by each jail's own `ignoreip`. */
import type { Network } from '../base/address.ts'
import { asFault, type Fault } from '../base/fault.ts'
import { ignoreList, type Spared } from '../jail/ignore.ts'
import type { HeldJail } from './held-jail.ts'
import type { Jails } from './jails.ts'
import { ownSpared } from './spared.ts'

export interface SparingParts {
  readonly jails: Jails
  /** By the host, whatever a jail says. */
  readonly spared: () => readonly Spared[]
  /** What a jail's own `ignoreip` adds. */
  readonly ignored: (jail: HeldJail) => readonly Spared[]
  readonly onFault: (fault: Fault) => void
}

export class Sparing {
  readonly #parts: SparingParts
  #spared: readonly Spared[] = []

  constructor(parts: SparingParts) {
    this.#parts = parts
  }

  /** Looks at the host again, and tells each jail. */
  refresh(): void {
    const { jails, spared, ignored, onFault } = this.#parts
    try {
      this.#spared = spared()
    } catch (thrown) {
      // Those known stay spared: /proc may be short of descriptors for a moment.
      onFault(asFault(thrown, 'spared.failed'))
    }
    for (const jail of jails.all) jail.state.ignored = ignoreList([...ignored(jail), ...this.#spared])
  }

  why(network: Network): string | undefined {
    const everywhere = ignoreList(this.#spared)(network)
    if (everywhere !== undefined) return everywhere
    return this.#parts.jails.all.map(({ state }) => state.ignored(network)).find((why) => why !== undefined)
  }

  /** Those particular to this host. */
  own(): string[] {
    return ownSpared(this.#spared)
  }
}
