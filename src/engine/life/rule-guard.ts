/**
 * The table of the rules, which ufw owns, is made whole again when somebody else has changed it. Whether it is whole, and what
 * belongs into it, a program of its own finds out (`ufw-heal`): the guard itself would need all of ufw for it and its memory,
 * and would ban nobody meanwhile.
 */
import { Fault } from '../../base/fault.ts'
import { isLoaded } from '../../config/ufw/loaded-frame.ts'
import { ufwPaths } from '../../config/ufw/paths.ts'
import type { RuleWatch } from '../../firewall/watcher.ts'
import type { MonotonicMs } from '../../world/clock.ts'
import type { World } from '../../world/world.ts'

export interface RuleGuardOptions {
  readonly world: Pick<World, 'run' | 'clock' | 'files'>
  /** Starts this program; the name that it is called by follows. */
  readonly command: readonly string[]
  /** So many rules are in force again. */
  readonly onHealed: (rules: number) => void
  /** They could not be put back; it is tried again and again. Undefined: all is well again. */
  readonly onFault: (fault: Fault | undefined) => void
}

/** What `ufw-heal` answers. */
export interface Healed {
  readonly healed: boolean
  readonly rules: number
  /** What was asked for and what the kernel has of it: the next one is told, and sees every difference then. */
  readonly asked: string
  readonly found: string
}

/** A change is many messages. */
const GATHER_MS = 50
/** Between two looks, each of which costs 0.1 s. */
const PAUSE_MS = 800
const MAX_PAUSE_MS = 30_000
/** It waits a minute for UFW's lock. */
const TIMEOUT_MS = 90_000
/** `ufw reload` takes its record away for a moment. */
const LINGER_MS = 3000

export class RuleGuard implements RuleWatch {
  readonly #options: RuleGuardOptions
  #state: 'rests' | 'waits' | 'looks' | 'looks, and again' = 'rests'
  #last: Pick<Healed, 'asked' | 'found'> = { asked: '', found: '' }
  #onSince: MonotonicMs = Number.NEGATIVE_INFINITY
  #earliest: MonotonicMs = Number.NEGATIVE_INFINITY
  #failures = 0

  constructor(options: RuleGuardOptions) {
    this.#options = options
  }

  isOn(): boolean {
    const { files, clock } = this.#options.world
    const now = clock.monotonic()
    if (isLoaded(files, ufwPaths())) this.#onSince = now
    return now - this.#onSince < LINGER_MS
  }

  changed(): void {
    if (this.#state === 'looks') this.#state = 'looks, and again'
    if (this.#state !== 'rests' || !this.isOn()) return
    this.#state = 'waits'
    const { clock } = this.#options.world
    clock.after(Math.max(GATHER_MS, this.#earliest - clock.monotonic()), () => void this.#look())
  }

  async #look(): Promise<void> {
    const { world, onHealed, onFault } = this.#options
    this.#state = 'looks'
    const answer = await this.#ask()
    let isAgain = (this.#state as string) === 'looks, and again'
    this.#state = 'rests'
    if (answer instanceof Fault) {
      this.#failures++
      isAgain = true
      onFault(answer)
    } else {
      this.#failures = 0
      this.#last = answer
      onFault(undefined)
      if (answer.healed) onHealed(answer.rules)
    }
    this.#earliest = world.clock.monotonic() + Math.min(PAUSE_MS * 2 ** this.#failures, MAX_PAUSE_MS)
    if (isAgain) this.changed()
  }

  async #ask(): Promise<Healed | Fault> {
    const { world, command } = this.#options
    const { asked, found } = this.#last
    const exit = await world.run.once([...command, 'ufw-heal', asked, found], { timeoutMs: TIMEOUT_MS, leashed: true })
    if (exit.code === 0) {
      try {
        return JSON.parse(exit.out) as Healed
      } catch {
        // As one that failed.
      }
    }
    const why = exit.err.trim().split('\n')[0] || `ufw-heal ended with ${exit.code}`
    return new Fault(
      'rules.not-healed',
      `whether the firewall's rules are in force is not known: ${why.slice(0, 300)}`,
      {
        hint: 'look at it yourself: ufw status; ufw reload loads them again',
      },
    )
  }
}
