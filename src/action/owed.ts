/** What a jail's actions failed to do or had no room for: tried again, twice as much later each time. By address. */
import type { Clock, MonotonicMs } from '../world/clock.ts'
import type { Task } from './waiting.ts'

const RETRY_MS = 10_000
const MAX_RETRY_MS = 600_000

export class Owed {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #owed = new Map<string, { readonly task: Task; readonly dueMs: MonotonicMs }>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  get size(): number {
    return this.#owed.size
  }

  has(address: string): boolean {
    return this.#owed.has(address)
  }

  /** What was never tried is due at once. */
  add(task: Task): void {
    const pause = task.tries === 0 ? 0 : Math.min(RETRY_MS * 2 ** (task.tries - 1), MAX_RETRY_MS)
    this.#owed.set(task.address, { task, dueMs: this.#clock.monotonic() + pause })
  }

  delete(address: string): void {
    this.#owed.delete(address)
  }

  clear(): void {
    this.#owed.clear()
  }

  /** What is due by now, one after the other: what was given out is owed no more. */
  *due(): Generator<Task> {
    const now = this.#clock.monotonic()
    for (const [address, { task, dueMs }] of this.#owed) {
      if (dueMs > now) continue
      this.#owed.delete(address)
      yield task
    }
  }
}
