/** Rule 6: countries by continent. */
import { percent } from '../../chart/amount.ts'
import { continentOf, countryName } from '../../place/country-names.ts'
import type { Row } from '../../statistics/table.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { known, type Subject, sum } from './subject.ts'
import { listed, name, say, type Words } from './words.ts'

/** In fewer countries continents say nothing more. */
const LEAST_COUNTRIES = 8
/** A continent with less is told country by country, if it has no more than these. */
const SMALL = { share: 0.01, countries: 8 }

interface Continent {
  readonly title: string
  readonly rows: readonly Row[]
  readonly count: number
}

export function continents({ country }: Subject): Sentence[] {
  const rows = known(country)
  const all = sum(rows)
  const found = gathered(rows)
  if (rows.length < LEAST_COUNTRIES || found.length < 2) return []
  const text = say`By continent: ${listed(found.map((one) => spelled(one, all)))}.`
  const numbers = Object.fromEntries(found.map(({ title, count }) => [title, count]))
  return [sentence('continents', text, numbers, evidence('country', rows))]
}

function gathered(rows: readonly Row[]): readonly Continent[] {
  const of = new Map<string, Row[]>()
  for (const row of rows) {
    const continent = continentOf(row.key) ?? 'elsewhere'
    of.set(continent, [...(of.get(continent) ?? []), row])
  }
  return [...of]
    .map(([title, list]) => ({ title, rows: list, count: sum(list) }))
    .sort((a, b) => b.count - a.count || (a.title < b.title ? -1 : 1))
}

function spelled({ title, rows, count }: Continent, all: number): Words {
  const whole = say`${title} ${count} (${percent(count / all)})`
  if (count / all >= SMALL.share || rows.length > SMALL.countries) return whole
  const each = rows.map((row) => say`${name(countryName(row.key))} ${row.count}`)
  return say`${title} ${count} (${percent(count / all)}: ${listed(each)})`
}
