/** What is wrong now, for `status`, and what a person has been told once. */
import type { Fault } from '../base/fault.ts'

/** Faults shown by `status`: the latest. */
const MAX_FAULTS = 20
/** Words remembered as told; then all may be told again. */
const MAX_TOLD = 10_000

export class Troubles {
  #faults: readonly Fault[]
  readonly #told = new Set<string>()

  constructor(faults: readonly Fault[]) {
    this.#faults = faults
  }

  get faults(): readonly Fault[] {
    return this.#faults
  }

  add(fault: Fault): void {
    const others = this.#faults.filter(({ message }) => message !== fault.message)
    this.#faults = [...others, fault].slice(-MAX_FAULTS)
  }

  isNews(key: string): boolean {
    if (this.#told.has(key)) return false
    if (this.#told.size >= MAX_TOLD) this.#told.clear()
    this.#told.add(key)
    return true
  }
}
