/** What ipinfo.io has answered, kept: each request counts against a quota. Filled by whoever has a place to keep it. */
import type { EpochMs } from '../../world/clock.ts'
import type { Fields } from '../data/fields.ts'

/** What an answer may hold at all: `lite` ones have no city. */
export type Tier = 'full' | 'lite'

export interface Answer {
  readonly tier: Tier
  readonly fields: Fields
}

export interface Answers {
  /** Those that are kept of a service, no older than a moment. */
  get(service: string, addresses: readonly string[], since: EpochMs): ReadonlyMap<string, Answer>
  put(service: string, answers: ReadonlyMap<string, Answer>, at: EpochMs): void
  close(): void
}
