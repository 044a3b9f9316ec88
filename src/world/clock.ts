/** Time. Spans are measured on the monotonic clock; the wall clock is for stamps that people read and files keep. */

/** Milliseconds since 1970-01-01 UTC. */
export type EpochMs = number
/** Milliseconds of a clock that never jumps; its zero means nothing. */
export type MonotonicMs = number

/** Ends what it was given for: a timer, a watch, a subscription. Calling it twice does nothing more. */
export type Cancel = () => void

export interface Clock {
  now(): EpochMs
  monotonic(): MonotonicMs
  /** Calls `act` once after `ms`; the timer alone keeps no process alive. */
  after(ms: number, act: () => void): Cancel
  every(ms: number, act: () => void): Cancel
}
