/** The one way to fail: what happened, with the value, and what to do about it. */

/** Where in a file a fault stands; `line` counts from 1. */
export interface Place {
  readonly file: string
  readonly line?: number
}

export interface FaultDetails {
  /** What to do about it, as a sentence or a command. */
  readonly hint?: string
  readonly at?: Place
  readonly cause?: unknown
}

/**
 * The only error class. `code` is stable and tested (`room.what-is-wrong`), `message` says what happened. A message may
 * hold text from outside as it came: who shows it to a person passes it through `printable` first.
 */
export class Fault extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly at: Place | undefined

  constructor(code: string, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Fault'
    this.code = code
    this.hint = details.hint
    this.at = details.at
  }
}

/** Anything thrown, as a Fault: its own if it is one, else wrapped under `code` with the original as cause. */
export function asFault(thrown: unknown, code: string): Fault {
  if (isFault(thrown)) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new Fault(code, message, { cause: thrown })
}

/** By its name as well: a program in several bundles has the class in each. */
function isFault(thrown: unknown): thrown is Fault {
  return thrown instanceof Fault || (thrown instanceof Error && thrown.name === 'Fault' && 'code' in thrown)
}
