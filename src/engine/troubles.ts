/** What is wrong now, for `status`, and what a person has been told once. */
import type { Fault } from '../base/fault.ts'
import type { MonotonicMs } from '../world/clock.ts'

/** Before what is wrong with the configuration: until another holds. */
export const CONFIGURATION = 'configuration: '

/** Faults shown by `status`: the latest. */
const MAX_FAULTS = 20
/** Words remembered as told; then all may be told again. */
const MAX_TOLD = 10_000
/** The same trouble is told again only after so long. */
const AGAIN_MS = 60_000

interface Trouble {
  readonly topic: string
  readonly fault: Fault
  readonly told: MonotonicMs
}

export class Troubles {
  #troubles: readonly Trouble[] = []
  readonly #told = new Set<string>()

  get faults(): readonly Fault[] {
    return this.#troubles.map(({ fault }) => fault)
  }

  /** @returns whether it is worth telling. @param topic what it is about: of one topic only the latest is shown */
  add(fault: Fault, topic: string, now: MonotonicMs): boolean {
    const before = this.#troubles.find((other) => other.topic === topic)
    const isWorthTelling = before === undefined || now - before.told >= AGAIN_MS
    const told = isWorthTelling ? now : before.told
    this.end(topic)
    this.#troubles = [...this.#troubles, { topic, fault, told }].slice(-MAX_FAULTS)
    return isWorthTelling
  }

  /** It is over. */
  end(topic: string): void {
    if (this.#troubles.some((other) => other.topic === topic))
      this.#troubles = this.#troubles.filter((other) => other.topic !== topic)
  }

  /** What is wrong with the configuration that holds from now on, in the place of what was wrong with the one before. */
  configured(faults: readonly Fault[]): void {
    const others = this.#troubles.filter(({ topic }) => !topic.startsWith(CONFIGURATION))
    const told = Number.NEGATIVE_INFINITY
    const own = faults.map((fault) => ({ topic: CONFIGURATION + fault.message, fault, told }))
    this.#troubles = [...others, ...own].slice(-MAX_FAULTS)
  }

  isNews(key: string): boolean {
    if (this.#told.has(key)) return false
    if (this.#told.size >= MAX_TOLD) this.#told.clear()
    this.#told.add(key)
    return true
  }
}
