/** Addresses grouped by what is known of their place. What is not known is a group too. */
import type { Place } from '../place/place.ts'
import type { AddressCounts } from '../store/statistics/address-counts.ts'
import type { By } from './table.ts'

export type ByPlace = Extract<By, 'country' | 'org' | 'city' | 'class'>

export function isOfPlaces(by: By): by is ByPlace {
  return by === 'country' || by === 'org' || by === 'city' || by === 'class'
}

export interface Group {
  readonly key: string
  readonly label: string
  readonly count: number
}

export interface Grouped {
  /** Without what is not known. */
  readonly groups: readonly Group[]
  /** How many are not known, by why: `private`, `garbage` ...; `no record` where the data has none. */
  readonly unknown: Readonly<Record<string, number>>
}

/** How places are told apart. */
export interface PlaceKey {
  readonly by: ByPlace
  readonly cities?: 'apart' | 'name' | undefined
  /** What class of network an AS number is: cloud, isp ...; undefined where nobody knows. */
  readonly classOf: (asn: number) => string | undefined
}

/** @param places in the order of the addresses */
export function groupByPlace(of: AddressCounts, places: readonly Place[], how: PlaceKey): Grouped {
  const groups = new Map<string, { key: string; label: string; count: number }>()
  const unknown: Record<string, number> = {}
  for (const [i, count] of of.counts.entries()) {
    const place = places[i]!
    const key = keyOf(place, how)
    if (key === undefined) {
      const why = of.addresses[i] === '' ? 'not kept apart' : place.kind === 'public' ? 'no record' : place.kind
      unknown[why] = (unknown[why] ?? 0) + count
      continue
    }
    const group = groups.get(key)
    if (group) group.count += count
    else groups.set(key, { key, label: labelOf(place, how.by, key), count })
  }
  const list = [...groups.values()]
  return { groups: how.by === 'city' ? toldApart(list) : list, unknown }
}

function keyOf(place: Place, { by, cities, classOf }: PlaceKey): string | undefined {
  switch (by) {
    case 'country':
      return place.country
    case 'org':
      return place.asn === undefined ? undefined : `AS${place.asn}`
    case 'city':
      if (place.city === undefined) return undefined
      return cities === 'name' ? place.city : `${place.city}|${place.cityCountry ?? place.country ?? ''}`
    case 'class':
      return place.asn === undefined ? undefined : (classOf(place.asn) ?? UNCLASSIFIED)
    default:
      return by satisfies never
  }
}

/** Of an AS number that is in no list. */
const UNCLASSIFIED = 'unclassified'

function labelOf(place: Place, by: ByPlace, key: string): string {
  if (by === 'city') return place.city!
  return by === 'org' && place.organisation !== undefined ? `${key} ${place.organisation}` : key
}

/** Cities of one name with their country; all others by their name alone. */
function toldApart(groups: readonly Group[]): readonly Group[] {
  const names = new Map<string, number>()
  for (const { label } of groups) names.set(label, (names.get(label) ?? 0) + 1)
  return groups.map((group) => {
    const country = group.key.slice(group.label.length + 1)
    return names.get(group.label)! > 1 && country !== '' ? { ...group, label: `${group.label}, ${country}` } : group
  })
}
