/** What several sources say of one address, as one place. */
import type { Fields } from './data/fields.ts'
import type { Place } from './place.ts'

/**
 * Each of country, organisation and city is of the first source that knows it; a city's region and coordinates come with it.
 * @param sources those that go before come first
 */
export function joined(sources: readonly Fields[], wantsCity: boolean): Place {
  const { country } = sources.find((fields) => fields.country !== undefined) ?? {}
  const { asn, organisation } =
    sources.find((fields) => fields.asn !== undefined || fields.organisation !== undefined) ?? {}
  return {
    kind: 'public',
    ...(country === undefined ? {} : { country }),
    ...(asn === undefined ? {} : { asn }),
    ...(organisation === undefined ? {} : { organisation }),
    ...(wantsCity ? cityOf(sources, country) : {}),
  }
}

function cityOf(sources: readonly Fields[], country: string | undefined): Partial<Place> {
  const source = sources.find(({ city, latitude }) => city !== undefined || latitude !== undefined)
  if (!source) return {}
  const { city, region, latitude, longitude } = source
  return {
    ...(city === undefined ? {} : named(city)),
    ...(region === undefined ? {} : { region }),
    ...(latitude === undefined || longitude === undefined ? {} : { latitude, longitude }),
    ...(source.country === undefined || source.country === country ? {} : { cityCountry: source.country }),
  }
}

function named(city: string): Pick<Place, 'city' | 'cityAsGiven'> {
  const withDistrict = WITH_DISTRICT.exec(city)
  return withDistrict ? { city: withDistrict[1]!, cityAsGiven: city } : { city }
}

/** `Ann Arbor (Old West Side)`. */
const WITH_DISTRICT = /^(.*?\S) \(.+\)$/
