/** Whose a file of data is, told by what it calls itself, or by its name. */

import { SUBJECTS } from './fields.ts'
import type { Mmdb } from './mmdb.ts'
import { type Origin, PUBLISHED } from './origin.ts'

/** @param path stands for the publisher of one that nobody knows */
export function originOfDatabase({ type, date }: Pick<Mmdb, 'type' | 'date'>, path: string): Origin {
  const known = DATABASES.find(([pattern]) => pattern.test(type))?.[1] ?? originOfFile(path)
  return { ...known, ...(date === undefined ? {} : { date }), name: known.name === path ? type || path : known.name }
}

/** Of a file of ours by its name; else the file stands for itself. */
export function originOfFile(path: string): Origin {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const subject = SUBJECTS.find((subject) => PUBLISHED[subject].files.some((file) => baseOf(file) === baseOf(name)))
  if (subject) return PUBLISHED[subject].origin
  // `dbip-asn-lite-2026-11.csv.gz`, of the month's beginning.
  const ofDbIp = /^dbip-[a-z-]+-(20\d\d-(?:0[1-9]|1[0-2]))\./.exec(name)
  if (ofDbIp) return { ...DB_IP, date: `${ofDbIp[1]}-01` }
  return { name: path, licence: 'as its publisher says', credit: `Places by ${name}`, url: '' }
}

/** `asn-ipv4.csv`, `asn-ipv4-num.csv` and `asn-ipv6.csv` are of one kind, and so are `dbip-country.mmdb` and its halves. */
function baseOf(file: string): string {
  return file.replace(/(-ipv[46])?(-num)?\.(csv|mmdb)(\.gz)?$/, '')
}

const DB_IP: Origin = {
  name: 'DB-IP',
  licence: 'CC-BY-4.0',
  credit: 'IP Geolocation by DB-IP',
  url: 'https://db-ip.com',
}

const DATABASES: readonly (readonly [RegExp, Origin])[] = [
  [
    /^(GeoLite2|GeoIP2)/,
    {
      name: 'MaxMind GeoLite2',
      licence: 'GeoLite2 End User License Agreement',
      credit: 'This product includes GeoLite2 data created by MaxMind',
      url: 'https://www.maxmind.com',
    },
  ],
  [
    /ipinfo/i,
    {
      name: 'IPinfo',
      licence: 'CC-BY-SA-4.0',
      credit: 'IP address data powered by IPinfo',
      url: 'https://ipinfo.io',
    },
  ],
  [/^DBIP/, DB_IP],
]
