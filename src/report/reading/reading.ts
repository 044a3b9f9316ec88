/**
 * The reading: what the tables say, in sentences. Each is made by a rule from counted numbers alone, so that equal tables
 * give equal sentences; a rule whose threshold is not met is silent. It says where addresses are registered or located, never
 * who sits there or what they want.
 */
import { change } from './change.ts'
import { cities } from './cities.ts'
import { classes } from './classes.ts'
import { concentration } from './concentration.ts'
import { continents } from './continents.ts'
import { coverage } from './coverage.ts'
import { habits } from './habits.ts'
import { longTail } from './long-tail.ts'
import { sameOwner } from './same-owner.ts'
import { scanners } from './scanners.ts'
import type { Sentence } from './sentence.ts'
import { LEAST_ADDRESSES, type Subject } from './subject.ts'
import { sums } from './sums.ts'
import { numbered } from './words.ts'

export interface Reading {
  readonly sentences: readonly Sentence[]
  /** Why there are none. */
  readonly none?: string
}

export function read(subject: Subject): Reading {
  const { distinct } = subject.country
  if (distinct < LEAST_ADDRESSES) return { sentences: [], none: tooFew(distinct) }
  return { sentences: RULES.flatMap((rule) => rule(subject)) }
}

/** In the order in which they are read. */
const RULES: readonly ((subject: Subject) => readonly Sentence[])[] = [
  concentration,
  change,
  classes,
  scanners,
  sameOwner,
  sums,
  cities,
  continents,
  longTail,
  habits,
  coverage,
]

function tooFew(addresses: number): string {
  if (addresses === 0) return 'There is no address: there is nothing to read.'
  return `${numbered(addresses, 'address is', 'addresses are')} too few for a reading; ${LEAST_ADDRESSES} are needed.`
}
