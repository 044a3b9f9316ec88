import type { By, Row } from '../../statistics/table.ts'
import { textOf, type Words } from './words.ts'

export type Rule =
  | 'concentration'
  | 'classes'
  | 'scanners'
  | 'owners'
  | 'sums'
  | 'long-tail'
  | 'continents'
  | 'cities'
  | 'change'
  | 'repeat'
  | 'jails'
  | 'hours'
  | 'coverage'

/** One statement of the reading. Every number in its text was counted, and the rows are those that it was counted from. */
export interface Sentence {
  readonly rule: Rule
  readonly text: string
  /** The same, names from outside marked. */
  readonly words: Words
  readonly numbers: Readonly<Record<string, number>>
  readonly rows: readonly Evidence[]
}

export interface Evidence extends Pick<Row, 'key' | 'label' | 'count'> {
  readonly by: By
}

export function sentence(
  rule: Rule,
  words: Words,
  numbers: Readonly<Record<string, number>>,
  rows: readonly Evidence[],
): Sentence {
  return { rule, text: textOf(words), words, numbers, rows }
}

export function evidence(by: By, rows: readonly Row[]): Evidence[] {
  return rows.map(({ key, label, count }) => ({ by, key, label, count }))
}
