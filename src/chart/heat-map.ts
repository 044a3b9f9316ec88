/** When in the week: a row for each weekday, a cell for each hour. */
import type { Heading } from './heading.ts'

export interface Heat extends Heading {
  /** Seven rows, Monday first, of 24 hours: the mean over all such hours in the time counted; undefined where there was none. */
  readonly means: readonly (readonly (number | undefined)[])[]
  readonly zone: string
  /** What is counted, as a plural: `bans`. */
  readonly unit: string
  readonly empty?: string
}
