/**
 * The hands: everything that reaches outside the program goes through a World, so that every other room is a function
 * of its arguments. `real.ts` is the machine; `fake.ts` is one in memory that prints its own state.
 */
import type { Clock } from './clock.ts'
import type { Digest } from './digest.ts'
import type { Files } from './files.ts'
import type { Run } from './run.ts'
import type { Web } from './web.ts'

export interface World {
  readonly clock: Clock
  readonly files: Files
  readonly run: Run
  readonly names: Names
  readonly chance: Chance
  readonly digest: Digest
  readonly web: Web
}

/** The name service, and what this host itself is called on the network. */
export interface Names {
  /** Addresses of a host name, as text; empty when it has none or does not answer within `timeoutMs`. Never throws. */
  addresses(name: string, timeoutMs: number): Promise<readonly string[]>
  /** The name that the owner of an address gives it: hostile text. undefined if it has none, or nobody answers in time. Never throws. */
  host(address: string, timeoutMs: number): Promise<string | undefined>
  /** The addresses of this host's interfaces, as text without zone. */
  own(): readonly string[]
}

export interface Chance {
  /** A number in [0, 1). */
  next(): number
}
