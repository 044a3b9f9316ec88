/**
 * Addresses of the names that stand in logs. Whoever owns a name says what it means, and may never answer: answers are
 * remembered, questions are few at once, and what finds no place in the queue means nobody.
 */
import { type Network, parseAddress } from '../../base/address.ts'
import { Fault } from '../../base/fault.ts'
import type { Clock } from '../../world/clock.ts'
import type { Names } from '../../world/world.ts'
import { limiter } from './limiter.ts'
import { Remembered } from './remembered.ts'

export interface NameQuestionsParts {
  readonly names: Names
  readonly clock: Pick<Clock, 'monotonic' | 'after'>
  readonly onTrouble: (topic: string, fault: Fault | undefined) => void
}

const TIMEOUT_MS = 3000
const AT_ONCE = 16
const MAX_WAITING = 500
const MAX_KNOWN = 1000
const FOUND_MS = 300_000
const NOT_FOUND_MS = 60_000
/** Of one name: with more of them its owner would ban a crowd by one line. */
const MAX_ADDRESSES = 8

export class NameQuestions {
  readonly #parts: NameQuestionsParts
  readonly #known: Remembered<readonly Network[]>
  readonly #pending = new Map<string, Promise<readonly Network[]>>()
  readonly #limit = limiter(AT_ONCE, MAX_WAITING)

  constructor(parts: NameQuestionsParts) {
    this.#parts = parts
    this.#known = new Remembered(MAX_KNOWN, () => parts.clock.monotonic())
  }

  /** Never rejects. */
  async addresses(name: string): Promise<readonly Network[]> {
    const known = this.#known.get(name)
    if (known) return known
    const pending = this.#pending.get(name) ?? this.#ask(name)
    this.#pending.set(name, pending)
    return pending
  }

  /**
   * What the owner of an address calls it, if the owner of that name says the same: anybody may call his address
   * crawler.example. Never rejects.
   */
  async hostName(address: string): Promise<string | undefined> {
    const name = await this.#parts.names.host(address, TIMEOUT_MS)
    const wanted = parseAddress(address)?.text
    if (name === undefined || !/^[\w.-]{1,253}$/.test(name)) return undefined
    return (await this.addresses(name)).some(({ text }) => text === wanted) ? name : undefined
  }

  async #ask(name: string): Promise<readonly Network[]> {
    const { names, onTrouble } = this.#parts
    const texts = await this.#limit(() => names.addresses(name, TIMEOUT_MS))
    this.#pending.delete(name)
    if (!texts) {
      const hint = 'a log that says addresses needs no name server: usedns = no'
      onTrouble(
        'names',
        new Fault('names.behind', `${MAX_WAITING} names of logs wait to be looked up: more are left out`, { hint }),
      )
      return []
    }
    const found = texts.flatMap((text) => parseAddress(text) ?? []).slice(0, MAX_ADDRESSES)
    this.#known.set(name, found, found.length > 0 ? FOUND_MS : NOT_FOUND_MS)
    return found
  }
}
