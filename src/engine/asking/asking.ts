/**
 * Failures that ask the world before they count: whose addresses a name means (`usedns`), whether the jail's `ignorecommand`
 * spares them. They wait apart, in their order for each address, and none waits longer than it may: then it counts. What asks
 * is loaded when a jail needs it.
 */
import type { Fault } from '../../base/fault.ts'
import type { JailSettings } from '../../config/settings.ts'
import type { World } from '../../world/world.ts'
import type { HeldJail } from '../held-jail.ts'
import type { Found } from '../reader/report.ts'
import type { Answer } from './failure-answer.ts'

export interface AskingParts {
  readonly world: Pick<World, 'clock' | 'run' | 'names' | 'files'>
  /** @param fault undefined: of this topic nothing is wrong any more */
  readonly onTrouble: (topic: string, fault: Fault | undefined) => void
}

const code = async () => ({
  ...(await import('./asked-jail.ts')),
  ...(await import('./name-questions.ts')),
})

export class Asking {
  readonly #parts: AskingParts
  #code: Awaited<ReturnType<typeof code>> | undefined
  #jails = new Map<string, InstanceType<Awaited<ReturnType<typeof code>>['AskedJail']>>()
  #names: InstanceType<Awaited<ReturnType<typeof code>>['NameQuestions']> | undefined

  constructor(parts: AskingParts) {
    this.#parts = parts
  }

  /** What these jails ask with is there then. */
  async load(jails: readonly JailSettings[]): Promise<void> {
    if (jails.some(asksAnything)) this.#code ??= await code()
  }

  /** Whether this failure asks first: it comes back by `done` then, later. */
  takes(found: Found, jail: HeldJail, done: (found: Found, answers: readonly Answer[]) => void): boolean {
    const { settings } = jail
    if (!settings || !this.#code || !asks(settings, found)) return false
    this.#jailOf(jail, settings).take(found, done)
    return true
  }

  /** All that wait count now. Resolves when they have come back. */
  async hurry(): Promise<void> {
    await Promise.all([...this.#jails.values()].map((jail) => jail.hurry()))
  }

  #jailOf(jail: HeldJail, settings: JailSettings) {
    const known = this.#jails.get(jail.name)
    // A reload makes other settings, or the same anew.
    if (known?.settings === settings) return known
    const { AskedJail, NameQuestions } = this.#code!
    const { world, onTrouble } = this.#parts
    this.#names ??= new NameQuestions({ names: world.names, clock: world.clock, onTrouble })
    const fresh = new AskedJail({ world, settings, state: jail.state, names: this.#names, onTrouble })
    this.#jails.set(jail.name, fresh)
    return fresh
  }
}

function asksAnything({ resolvesNames, options }: JailSettings): boolean {
  return resolvesNames || options.ignorecommand !== undefined
}

function asks({ resolvesNames, options }: JailSettings, { failure }: Found): boolean {
  return options.ignorecommand !== undefined || (resolvesNames && failure.kind === 'dns')
}
