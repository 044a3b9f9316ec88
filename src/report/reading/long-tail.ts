/** Rule 5: those that were seen once. */
import { percent } from '../../chart/amount.ts'
import type { Table } from '../../statistics/table.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { known, type Subject, sum } from './subject.ts'
import { listed, noun, say, type Words } from './words.ts'

/** In a short table a single address is nothing special. */
const LEAST = { rows: 10, ones: 3 }

export function longTail({ country, org, city }: Subject): Sentence[] {
  const tails = [tail(country, 'countries'), tail(org, 'organisations'), tail(city, 'cities')].filter(
    (one) => one !== undefined,
  )
  if (tails.length === 0) return []
  const text = say`The long tail: ${listed(tails.map(({ words }) => words))} appear with a single ${noun(1, country.unit)} each.`
  const numbers = Object.fromEntries(tails.map(({ table, ones }) => [table.by, ones.length]))
  return [
    sentence(
      'long-tail',
      text,
      numbers,
      tails.flatMap(({ table, ones }) => evidence(table.by, ones)),
    ),
  ]
}

function tail(table: Table, many: string): { table: Table; ones: Table['rows']; words: Words } | undefined {
  const rows = known(table)
  const ones = rows.filter(({ count }) => count === 1)
  if (rows.length < LEAST.rows || ones.length < LEAST.ones) return undefined
  const words = say`${ones.length} of ${rows.length} ${many} (${percent(ones.length / sum(rows))} of the ${noun(2, table.unit)})`
  return { table, ones, words }
}
