/** The shapes that records of databases have, and what each says: one adapter for each shape. */
import { asnOf, countryOf, degreesOf, type Fields, known, nameOf } from './fields.ts'

type Record = { readonly [name: string]: unknown }

/** What a record says of a place, whoever made it; nothing where it is no record. */
export function fieldsOf(record: unknown): Fields {
  if (!isRecord(record)) return {}
  if (['country', 'registered_country', 'city', 'location'].some((name) => isRecord(record[name])))
    return nested(record)
  if ('as_name' in record || 'country_name' in record || typeof record['asn'] === 'string') return ipinfo(record)
  return flat(record)
}

/** MaxMind's, and DB-IP's own files: names by language, in records of their own. */
function nested(record: Record): Fields {
  const { country, registered_country: registered, city, subdivisions, location } = record
  return known({
    country: countryOf(part(country, 'iso_code') ?? part(registered, 'iso_code')),
    asn: asnOf(record['autonomous_system_number']),
    organisation: nameOf(record['autonomous_system_organization']),
    city: nameOf(part(part(city, 'names'), 'en')),
    region: nameOf(part(part(Array.isArray(subdivisions) ? subdivisions[0] : undefined, 'names'), 'en')),
    latitude: degreesOf(part(location, 'latitude'), 90),
    longitude: degreesOf(part(location, 'longitude'), 180),
  })
}

/** IPinfo's: `country` is a name where there is a `country_code`, and a code where there is none. */
function ipinfo(record: Record): Fields {
  return known({
    country: countryOf(record['country_code'] ?? record['country']),
    asn: asnOf(record['asn']),
    organisation: nameOf(record['as_name']),
    city: nameOf(record['city']),
    region: nameOf(record['region']),
    latitude: degreesOf(record['lat'] ?? record['latitude'], 90),
    longitude: degreesOf(record['lng'] ?? record['longitude'], 180),
  })
}

/** ip-location-db's, and MaxMind's of AS numbers. */
function flat(record: Record): Fields {
  return known({
    country: countryOf(record['country_code'] ?? record['country']),
    asn: asnOf(record['autonomous_system_number']),
    organisation: nameOf(record['autonomous_system_organization']),
    city: nameOf(record['city']),
    region: nameOf(record['state1']),
    latitude: degreesOf(record['latitude'] ?? record['lat'], 90),
    longitude: degreesOf(record['longitude'] ?? record['lng'], 180),
  })
}

function part(record: unknown, name: string): unknown {
  return isRecord(record) ? record[name] : undefined
}

function isRecord(value: unknown): value is Record {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
