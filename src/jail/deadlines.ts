/** What ends when: a heap of keys by time. A key may be added again; the reader checks whether its time still holds. */
import type { EpochMs } from '../world/clock.ts'

export interface Deadlines {
  add(key: string, at: EpochMs): void
  /** Takes out and returns every key whose time has come, earliest first. */
  due(now: EpochMs): string[]
}

export function deadlines(): Deadlines {
  const heap: { key: string; at: EpochMs }[] = []
  return {
    add(key, at) {
      heap.push({ key, at })
      rise(heap, heap.length - 1)
    },
    due(now) {
      const keys: string[] = []
      while (heap.length > 0 && heap[0]!.at <= now) {
        keys.push(heap[0]!.key)
        const last = heap.pop()!
        if (heap.length > 0) {
          heap[0] = last
          sink(heap)
        }
      }
      return keys
    },
  }
}

function rise(heap: { at: EpochMs }[], start: number): void {
  for (let child = start; child > 0; ) {
    const parent = (child - 1) >> 1
    if (heap[parent]!.at <= heap[child]!.at) return
    ;[heap[parent], heap[child]] = [heap[child]!, heap[parent]!]
    child = parent
  }
}

function sink(heap: { at: EpochMs }[]): void {
  for (let parent = 0; ; ) {
    let least = parent
    for (const child of [2 * parent + 1, 2 * parent + 2]) {
      if (child < heap.length && heap[child]!.at < heap[least]!.at) least = child
    }
    if (least === parent) return
    ;[heap[parent], heap[least]] = [heap[least]!, heap[parent]!]
    parent = least
  }
}
