/** Rule 7: towns that stand in tables because a cloud has its machines there. */
import { percent } from '../../chart/amount.ts'
import type { Row } from '../../statistics/table.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { cityOf, known, type Subject, sum } from './subject.ts'
import { listed, name, noun, numbered, say } from './words.ts'

const LEAST = { count: 5, share: 0.02 }
const NAMED = 6

export function cities({ city }: Subject): Sentence[] {
  const rows = known(city)
  const all = sum(rows)
  const found = rows.flatMap((row) => {
    const region = regionAt(row)
    return region === undefined ? [] : [{ row, region }]
  })
  const count = sum(found.map(({ row }) => row))
  if (count < LEAST.count || count / all < LEAST.share) return []
  const list = listed(
    found.map(({ row, region }) => say`${name(cityOf(row.key).city)} ${row.count} (${region})`),
    NAMED,
  )
  const text = say`${count} of the ${all} ${noun(all, city.unit)} with a known city (${percent(count / all)}) are placed in ${numbered(found.length, 'town that has', 'towns that have')} a cloud region: ${list}. Such a place is that of a network's machines, not of a person.`
  const numbers = { count, of: all, cities: found.length }
  return [
    sentence(
      'cities',
      text,
      numbers,
      evidence(
        'city',
        found.map(({ row }) => row),
      ),
    ),
  ]
}

/** Where the source names no country, the name has to do. */
function regionAt({ key }: Row): string | undefined {
  const { city, country } = cityOf(key)
  return REGIONS.find(([town, of]) => town === city && (country === '' || of === country))?.[2]
}

/** Sources: the operators' public lists of regions and data centres; only towns that few would be in otherwise, and Brussels, where data of places put europe-west1. */
const REGIONS: readonly (readonly [string, string, string])[] = [
  ['North Charleston', 'US', 'Google us-east1'],
  ['Moncks Corner', 'US', 'Google us-east1'],
  ['Council Bluffs', 'US', 'Google us-central1'],
  ['The Dalles', 'US', 'Google us-west1'],
  ['Brussels', 'BE', 'Google europe-west1'],
  ['Saint-Ghislain', 'BE', 'Google europe-west1'],
  ['Eemshaven', 'NL', 'Google europe-west4'],
  ['Hamina', 'FI', 'Google europe-north1'],
  ['Ashburn', 'US', 'Amazon us-east-1 and others'],
  ['Boardman', 'US', 'Amazon us-west-2'],
  ['Boydton', 'US', 'Azure eastus2'],
  ['Quincy', 'US', 'Azure westus2'],
  ['Roubaix', 'FR', 'OVHcloud'],
  ['Gravelines', 'FR', 'OVHcloud'],
  ['Beauharnois', 'CA', 'OVHcloud'],
  ['Falkenstein', 'DE', 'Hetzner'],
]
