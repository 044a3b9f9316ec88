/**
 * One jail whose failures ask the world first. The questions come in Fail2ban's order: what the cache says, this host's own
 * addresses, `ignoreip`, and last the command. Nothing of the world answers in time, and the failure counts.
 */
import type { Network } from '../../base/address.ts'
import { asFault, Fault } from '../../base/fault.ts'
import type { JailSettings } from '../../config/settings.ts'
import type { JailState } from '../../jail/jail-state.ts'
import type { World } from '../../world/world.ts'
import { bannable } from '../enquire.ts'
import type { Found } from '../reader/report.ts'
import type { Answer } from './failure-answer.ts'
import { IgnoreCommand } from './ignore-command.ts'
import type { NameQuestions } from './name-questions.ts'
import { Remembered } from './remembered.ts'

export interface AskedJailParts {
  readonly world: Pick<World, 'clock' | 'run' | 'files'>
  readonly settings: JailSettings
  readonly state: JailState
  readonly names: NameQuestions
  readonly onTrouble: (topic: string, fault: Fault | undefined) => void
}

/** A failure waits no longer for its answers. */
const MAX_WAIT_MS = 10_000
/** Failures that wait at once: further ones count. */
const MAX_WAITING = 1000

export class AskedJail {
  readonly settings: JailSettings
  readonly #parts: AskedJailParts
  readonly #command: IgnoreCommand
  readonly #cache: Remembered<boolean>
  /** By what stood in the log: of one address one after the other. */
  readonly #last = new Map<string, Promise<void>>()
  readonly #late = new Set<() => void>()

  constructor(parts: AskedJailParts) {
    const { settings, world } = parts
    this.settings = settings
    this.#parts = parts
    this.#command = new IgnoreCommand(parts)
    const { maxCount = 0 } = settings.options.ignorecache ?? {}
    this.#cache = new Remembered(maxCount, () => world.clock.monotonic())
  }

  /** `done` is called once, in the order of the failures of the same address. */
  take(found: Found, done: (found: Found, answers: readonly Answer[]) => void): void {
    const { id } = found.failure
    if (this.#late.size >= MAX_WAITING) {
      this.#tellFull()
      done(found, without(found))
      return
    }
    const { clock } = this.#parts.world
    const late = new AbortController()
    const beLate = () => late.abort()
    this.#late.add(beLate)
    const cancel = clock.after(MAX_WAIT_MS, beLate)
    const answered = (this.#last.get(id) ?? Promise.resolve()).then(async () => {
      const answers = await this.#answers(found, late.signal).catch((thrown) => this.#failed(found, thrown))
      cancel()
      this.#late.delete(beLate)
      if (this.#last.get(id) === answered) this.#last.delete(id)
      done(found, answers)
    })
    this.#last.set(id, answered)
  }

  /** All that wait count now. Resolves when they have come back. */
  async hurry(): Promise<void> {
    for (const beLate of [...this.#late]) beLate()
    await Promise.all(this.#last.values())
  }

  async #answers(found: Found, late: AbortSignal): Promise<readonly Answer[]> {
    const networks = await inTime(late, this.#networks(found), [])
    const answers: Answer[] = []
    for (const network of networks) {
      // Who is banned already, and who is never: the jail itself says so, and needs no answer.
      const why = this.#parts.state.bans.covering(network) ? undefined : await this.#why(network, found, late)
      answers.push({ network, ignored: why })
    }
    return answers
  }

  async #networks({ failure: { id, kind } }: Found): Promise<readonly Network[]> {
    const network = bannable(id)
    if (network) return [network]
    return kind === 'dns' && this.settings.resolvesNames ? this.#parts.names.addresses(id) : []
  }

  /** Only what the command said is remembered; that nobody is to be banned who stands in `ignoreip` goes before it. */
  async #why(network: Network, found: Found, late: AbortSignal): Promise<string | undefined> {
    const { ignorecache, ignorecommand } = this.settings.options
    if (ignorecommand === undefined) return undefined
    const key = ignorecache && (await inTime(late, this.#command.say(ignorecache.key, network, found), undefined))
    const known = key === undefined ? undefined : this.#cache.get(key)
    if (known === true) return 'its ignorecache remembers that it is ignored'
    const listed = this.#parts.state.ignored(network)
    if (listed !== undefined || known === false) return listed
    const spares = await inTime(late, this.#command.spares(network, found, late), undefined)
    // That nobody answered is no answer.
    if (key !== undefined && spares !== undefined) this.#cache.set(key, spares, ignorecache!.maxTime * 1000)
    return spares ? 'its ignorecommand says so' : undefined
  }

  #failed(found: Found, thrown: unknown): Answer[] {
    this.#parts.onTrouble(`asking ${this.settings.name}`, asFault(thrown, 'asking.failed'))
    return without(found)
  }

  #tellFull(): void {
    const { name } = this.settings
    const what = `jail ${name}: ${MAX_WAITING} failures wait for an answer, so further ones count without one`
    this.#parts.onTrouble(`asking ${name}`, new Fault('asking.behind', what, { at: this.settings.at }))
  }
}

function without({ failure }: Found): Answer[] {
  const network = bannable(failure.id)
  return network ? [{ network }] : []
}

/** What is promised, or `otherwise` if it is late. Never rejects where the promise does not. */
function inTime<T>(late: AbortSignal, promised: Promise<T>, otherwise: T): Promise<T> {
  if (late.aborted) return Promise.resolve(otherwise)
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const beLate = () => resolve(otherwise)
  late.addEventListener('abort', beLate, { once: true })
  promised.then(resolve, reject).finally(() => late.removeEventListener('abort', beLate))
  return promise
}
