/**
 * What ends when: a heap of bans by their end, and nothing beside it, since a million objects of a key and a time take 64 MB
 * more. A ban may be here that is not in force any more; the reader checks that.
 */
import type { EpochMs } from '../world/clock.ts'

export interface Ending {
  readonly until: EpochMs | undefined
}

export interface Deadlines<T extends Ending> {
  readonly size: number
  /** @param one without an end it would never come out */
  add(one: T): void
  /** The earliest, which `take` takes out; undefined if there is none. */
  first(): T | undefined
  take(): void
}

export function deadlines<T extends Ending>(): Deadlines<T> {
  const heap: T[] = []
  return {
    get size() {
      return heap.length
    },
    add(one) {
      heap.push(one)
      rise(heap)
    },
    first: () => heap[0],
    take() {
      const last = heap.pop()!
      if (heap.length > 0) sink(heap, last)
    },
  }
}

/** The last goes up to its place. */
function rise<T extends Ending>(heap: T[]): void {
  let at = heap.length - 1
  const one = heap[at]!
  for (let parent = (at - 1) >> 1; at > 0 && heap[parent]!.until! > one.until!; parent = (at - 1) >> 1) {
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = one
}

/** In the place of the first, down to its own. */
function sink<T extends Ending>(heap: T[], one: T): void {
  let at = 0
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    const least = child + 1 < heap.length && heap[child + 1]!.until! < heap[child]!.until! ? child + 1 : child
    if (heap[least]!.until! >= one.until!) break
    heap[at] = heap[least]!
    at = least
  }
  heap[at] = one
}
