/** Time that may be spent on what is expensive: when it is gone, it comes back slowly. */

export interface Purse {
  isEmpty(now: number): boolean
  spend(ms: number): void
}

export interface PurseOptions {
  /** Milliseconds in it at first, and at most. */
  readonly fullMs: number
  /** The share of all time that comes back. */
  readonly refill: number
}

export function purseOf(now: number, { fullMs, refill }: PurseOptions): Purse {
  let left = fullMs
  let at = now
  return {
    isEmpty(now) {
      left = Math.min(fullMs, left + (now - at) * refill)
      at = now
      return left <= 0
    },
    spend(ms) {
      left -= ms
    },
  }
}
