/** What the three kinds of ipinfo.io's answers say. All of it is from outside: what has another type than it should have is not there. */
import { asnOf, countryOf, degreesOf, type Fields, known, nameOf } from '../data/fields.ts'
import type { Answer } from './answers.ts'

type Answered = { readonly [name: string]: unknown }

/** undefined: no answer, or that something was wrong with the question. */
export function readAnswer(value: unknown): Answer | undefined {
  if (!isRecord(value) || 'error' in value) return undefined
  if (isRecord(value['geo']) || isRecord(value['as'])) return { tier: 'full', fields: core(value) }
  if (['country_code', 'as_name', 'continent_code'].some((name) => name in value))
    return { tier: 'lite', fields: lite(value) }
  // Of an address that nobody knows it repeats the address.
  if (['ip', 'country', 'city', 'org', 'loc', 'bogon'].some((name) => name in value))
    return { tier: 'full', fields: legacy(value) }
  return undefined
}

/** `GET /IP/json`: `country` is a code, and `org` is `AS15169 Google LLC`. */
function legacy(value: Answered): Fields {
  const org = typeof value['org'] === 'string' ? /^(?:(AS\d+)(?: |$))?(.*)$/s.exec(value['org']) : undefined
  const as = isRecord(value['asn']) ? value['asn'] : {}
  const [latitude, longitude] = typeof value['loc'] === 'string' ? value['loc'].split(',') : []
  return known({
    country: countryOf(value['country']),
    asn: asnOf(org?.[1] ?? as['asn']),
    organisation: nameOf(org?.[2] || as['name']),
    city: nameOf(value['city']),
    region: nameOf(value['region']),
    latitude: degreesOf(latitude, 90),
    longitude: degreesOf(longitude, 180),
  })
}

/** `GET /lite/IP`: `country` is a name, and there is no city. */
function lite(value: Answered): Fields {
  return known({
    country: countryOf(value['country_code']),
    asn: asnOf(value['asn']),
    organisation: nameOf(value['as_name']),
  })
}

/** `GET /lookup/IP`. */
function core(value: Answered): Fields {
  const geo = isRecord(value['geo']) ? value['geo'] : {}
  const as = isRecord(value['as']) ? value['as'] : {}
  return known({
    country: countryOf(geo['country_code']),
    asn: asnOf(as['asn']),
    organisation: nameOf(as['name']),
    city: nameOf(geo['city']),
    region: nameOf(geo['region']),
    latitude: degreesOf(geo['latitude'], 90),
    longitude: degreesOf(geo['longitude'], 180),
  })
}

export function isRecord(value: unknown): value is Answered {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
