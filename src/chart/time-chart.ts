/** How many in each stretch of time: columns, stacked by jail. */
import type { Heading } from './heading.ts'

export interface Times extends Heading {
  /** Length of a stretch. */
  readonly bucketMs: number
  /** When each stretch begins, ascending. */
  readonly starts: readonly number[]
  /** For each stretch a number; all but the six largest are drawn as one. */
  readonly jails: readonly { readonly jail: string; readonly counts: readonly number[] }[]
  /** When nobody counted: hatched. */
  readonly gaps?: readonly { readonly from: number; readonly to: number }[]
  /** The zone in which times are told: `Europe/Paris`. */
  readonly zone: string
  /** What is counted, as a plural: `bans`. */
  readonly unit: string
  readonly empty?: string
}
