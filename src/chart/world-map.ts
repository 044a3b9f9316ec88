/** Where from: countries in six shades, small ones as dots. */
import type { Heading } from './heading.ts'

export interface World extends Heading {
  /** By ISO 3166-1 alpha-2; what is on no map is told below it. */
  readonly counts: ReadonlyMap<string, number>
  /** For who points at a country. */
  readonly names?: ReadonlyMap<string, string>
  /** What is counted, as a plural: `addresses`. */
  readonly unit: string
  /** Of no known country. */
  readonly unknown?: number
  readonly empty?: string
}
