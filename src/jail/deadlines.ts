/**
 * What ends when: a heap of keys by time, in two arrays, since a million objects of a key and a time take 64 MB more. A
 * key may be added again; the reader checks whether its time still holds.
 */
import type { EpochMs } from '../world/clock.ts'

export interface Deadlines {
  readonly size: number
  add(key: string, at: EpochMs): void
  /** The earliest, which `take` takes out; undefined if there is none. */
  first(): { readonly key: string; readonly at: EpochMs } | undefined
  take(): void
}

export function deadlines(): Deadlines {
  const keys: string[] = []
  const times: EpochMs[] = []
  return {
    get size() {
      return keys.length
    },
    add(key, at) {
      keys.push(key)
      times.push(at)
      rise(keys, times)
    },
    first: () => (keys.length > 0 ? { key: keys[0]!, at: times[0]! } : undefined),
    take() {
      const [key, at] = [keys.pop()!, times.pop()!]
      if (keys.length > 0) sink(keys, times, key, at)
    },
  }
}

/** The last goes up to its place. */
function rise(keys: string[], times: EpochMs[]): void {
  let at = keys.length - 1
  const [key, time] = [keys[at]!, times[at]!]
  for (let parent = (at - 1) >> 1; at > 0 && times[parent]! > time; parent = (at - 1) >> 1) {
    keys[at] = keys[parent]!
    times[at] = times[parent]!
    at = parent
  }
  keys[at] = key
  times[at] = time
}

/** In the place of the first, down to its own. */
function sink(keys: string[], times: EpochMs[], key: string, time: EpochMs): void {
  let at = 0
  for (let child = 1; child < keys.length; child = 2 * at + 1) {
    const least = child + 1 < keys.length && times[child + 1]! < times[child]! ? child + 1 : child
    if (times[least]! >= time) break
    keys[at] = keys[least]!
    times[at] = times[least]!
    at = least
  }
  keys[at] = key
  times[at] = time
}
