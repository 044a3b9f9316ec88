/** Organisations and cities of the countries that have most, summed where the data says to which country they belong. */
import { percent } from '../../chart/amount.ts'
import { countryName } from '../../place/country-names.ts'
import type { Row } from '../../statistics/table.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { cityOf, known, organisation, type Subject, sum } from './subject.ts'
import { counted, listed, name, numbered, say, type Words } from './words.ts'

/** Countries that get a sentence, and what each must have. */
const COUNTRIES = 3
const LEAST = { count: 10, rows: 3 }
const NAMED = 4

export function sums(subject: Subject): Sentence[] {
  return known(subject.country)
    .slice(0, COUNTRIES)
    .flatMap((row) => ofCountry(row, subject))
}

function ofCountry({ key, count }: Row, { country: of, city, orgsByCountry = [] }: Subject): Sentence[] {
  const cities = known(city).filter((row) => cityOf(row.key).country === key)
  const orgs = orgsByCountry.find(({ country }) => country === key)?.rows ?? []
  const parts: Words[] = []
  if (told(orgs)) {
    const names = leading(orgs, (row) => name(organisation(row)))
    parts.push(say`${numbered(orgs.length, 'organisation', 'organisations')} with ${sum(orgs)}: ${names}`)
  }
  if (told(cities)) {
    const names = leading(cities, (row) => name(cityOf(row.key).city))
    parts.push(say`${numbered(cities.length, 'city', 'cities')} with ${sum(cities)}: ${names}`)
  }
  if (parts.length === 0) return []
  const all = sum(known(of))
  const joined = parts.flatMap((part, i) => (i === 0 ? part : ['; ', ...part]))
  const text = say`${name(countryName(key))}, with ${counted(count, of.unit)} (${percent(count / all)}): ${joined}.`
  const numbers = { count, organisations: sum(orgs), cities: sum(cities) }
  return [sentence('sums', text, numbers, [...evidence('org', orgs), ...evidence('city', cities)])]
}

function told(rows: readonly Row[]): boolean {
  return rows.length >= LEAST.rows && sum(rows) >= LEAST.count
}

function leading(rows: readonly Row[], title: (row: Row) => { readonly name: string }): Words {
  return listed(
    rows.map((row) => say`${title(row)} ${row.count}`),
    NAMED,
  )
}
