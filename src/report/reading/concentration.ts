/** Rule 1: how much of it the largest hold. */
import { percent } from '../../chart/amount.ts'
import { countryInSentence } from '../../place/country-names.ts'
import type { Row, Table } from '../../statistics/table.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { cityOf, half, known, organisation, type Subject, sum } from './subject.ts'
import { counted, listed, name, noun, say, type Words } from './words.ts'

/** Of fewer rows each reader sees it himself. */
const LEAST_ROWS = 5
/** What is called half ends here. */
const LARGE_HALF = 0.55
/** Of those that hold half, as many are named. */
const NAMED = 5

export function concentration({ country, org, city }: Subject): Sentence[] {
  return [...ofCountries(country), ...ofOrganisations(org), ...ofCities(city)]
}

function ofCountries(table: Table): Sentence[] {
  const rows = known(table)
  const [first] = rows
  if (!first) return []
  const all = sum(rows)
  if (rows.length === 1) {
    const text = say`All ${counted(all, table.unit)} with a known country are registered or located in ${country(first)}.`
    return all < 2 ? [] : [sentence('concentration', text, { of: all }, evidence('country', rows))]
  }
  const top = say`${first.count} of ${counted(all, table.unit)} (${percent(first.count / all)}) ${first.count === 1 ? 'is' : 'are'} registered or located in ${country(first)}`
  const held = half(rows)
  const equal = effective(rows).toFixed(1)
  const text = say`${top}${halfOfCountries(held.rows, rows.length, all)}${unevenness(rows.length, equal)}`
  const numbers = { top: first.count, of: all, countries: rows.length, half: held.rows.length, held: held.count }
  return [sentence('concentration', text, { ...numbers, effective: Number(equal) }, evidence('country', held.rows))]
}

function halfOfCountries(holders: readonly Row[], of: number, all: number): Words {
  const count = sum(holders)
  if (holders.length === 1) return say`: half or more, with ${of} countries in all.`
  const names = listed(holders.map(country), NAMED)
  return say`; ${holders.length} of ${of} countries, ${names}, hold ${halfOr(count, all)} of them (${count}).`
}

function unevenness(countries: number, equal: string): Words {
  return countries < LEAST_ROWS ? [] : say` The spread is that of ${equal} countries of equal size.`
}

function ofOrganisations(table: Table): Sentence[] {
  const rows = known(table)
  return holders(table, rows, ['organisation', 'organisations (AS numbers)'], (row) => {
    const title = organisation(row)
    return title === row.key ? say`${name(row.key)}` : say`${name(title)} (${name(row.key)})`
  })
}

function ofCities(table: Table): Sentence[] {
  return holders(table, known(table), ['city', 'cities'], ({ key }) => say`${name(cityOf(key).city)}`)
}

function holders(
  table: Table,
  rows: readonly Row[],
  [one, many]: readonly [string, string],
  title: (row: Row) => Words,
): Sentence[] {
  if (rows.length < LEAST_ROWS) return []
  const all = sum(rows)
  const held = half(rows)
  const names = listed(
    held.rows.map((row) => say`${title(row)} ${row.count}`),
    NAMED,
  )
  const verb = held.rows.length === 1 ? 'holds' : 'hold'
  const whole = `${noun(all, table.unit)} with a known ${one}`
  const text = say`${held.rows.length} of ${rows.length} ${many} ${verb} ${halfOr(held.count, all)} of the ${all} ${whole}: ${names} (together ${held.count}, ${percent(held.count / all)}).`
  const numbers = { half: held.rows.length, of: rows.length, held: held.count, all }
  return [sentence('concentration', text, numbers, evidence(table.by, held.rows))]
}

/** As few rows as hold half may hold far more. */
function halfOr(count: number, all: number): string {
  return count < LARGE_HALF * all ? 'half' : 'more than half'
}

/** By how many rows of equal size it would be as uneven: the inverse of the Herfindahl-Hirschman index. */
function effective(rows: readonly Row[]): number {
  const all = sum(rows)
  return 1 / rows.reduce((index, { count }) => index + (count / all) ** 2, 0)
}

function country({ key }: Row): Words {
  return say`${name(countryInSentence(key))}`
}
