/** Deeds that wait to be written. Bounded: a history that cannot be written for long costs statistics first, then deeds. */
import { type Deed, sizeOf, withoutStatistics } from './deed.ts'

/** kept: on disk, power loss included. lost: nothing more will be done to bring it there. */
export type Outcome = 'kept' | 'lost'

export interface Waiting {
  readonly deed: Deed
  readonly rows: number
  settle(outcome: Outcome): void
}

export class Backlog {
  readonly #maxRows: number
  #waiting: Waiting[] = []
  #rows = 0
  #lostRows = 0

  /** A single deed larger than `maxRows` is taken all the same when nothing else waits. */
  constructor(maxRows: number) {
    this.#maxRows = maxRows
  }

  get rows(): number {
    return this.#rows
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Rows given up since the start. */
  get lostRows(): number {
    return this.#lostRows
  }

  add(deed: Deed): Promise<Outcome> {
    return new Promise((settle) => {
      const rows = sizeOf(deed)
      this.#waiting.push({ deed, rows, settle })
      this.#rows += rows
      this.#shed()
    })
  }

  /** The oldest, whole deeds, at least one: about `maxRows` rows. */
  take(maxRows: number): readonly Waiting[] {
    let rows = 0
    let count = 0
    while (count < this.#waiting.length && rows < maxRows) rows += this.#waiting[count++]!.rows
    const taken = this.#waiting.splice(0, Math.max(1, count))
    for (const one of taken) this.#rows -= one.rows
    return taken
  }

  /** What was taken and could not be written, to its old place. */
  putBack(taken: readonly Waiting[]): void {
    this.#waiting = [...taken, ...this.#waiting]
    for (const one of taken) this.#rows += one.rows
    this.#shed()
  }

  /** Gives these up. */
  lose(given: readonly Waiting[]): void {
    for (const { rows, settle } of given) {
      this.#lostRows += rows
      settle('lost')
    }
  }

  loseAll(): void {
    const all = this.#waiting
    this.#waiting = []
    this.#rows = 0
    this.lose(all)
  }

  #shed(): void {
    if (this.#rows <= this.#maxRows) return
    this.#waiting = this.#waiting.map((one) => this.#thinned(one))
    let count = 0
    while (this.#rows > this.#maxRows && count < this.#waiting.length - 1) this.#rows -= this.#waiting[count++]!.rows
    this.lose(this.#waiting.splice(0, count))
  }

  #thinned(one: Waiting): Waiting {
    const deed = withoutStatistics(one.deed)
    const rows = sizeOf(deed)
    if (rows === one.rows) return one
    this.#lostRows += one.rows - rows
    this.#rows -= one.rows - rows
    return { deed, rows, settle: one.settle }
  }
}
