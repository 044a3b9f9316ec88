/** What there was in the last minute: sums as they were each second, a minute of them. */

export interface Sums {
  readonly lines: number
  readonly failures: number
  readonly bans: number
}

const SECONDS = 60

export class LastMinute {
  readonly #sums: () => Sums
  /** Oldest first. */
  #before: readonly Sums[] = []

  /** @param sums of all that there was so far */
  constructor(sums: () => Sums) {
    this.#sums = sums
  }

  /** Once a second. */
  tick(): void {
    this.#before = [...this.#before, this.#sums()].slice(-SECONDS)
  }

  /** A jail that a reload took away took its sums with it: never below zero. */
  now(): Sums {
    const now = this.#sums()
    const before = this.#before[0] ?? now
    const since = (name: keyof Sums) => Math.max(0, now[name] - before[name])
    return { lines: since('lines'), failures: since('failures'), bans: since('bans') }
  }
}
