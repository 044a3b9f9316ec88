/** `rampart geo find ADDRESS...`: what is known of where addresses are. */

import { printable } from '../../../base/printable.ts'
import { countryName } from '../../../place/country-names.ts'
import type { Place } from '../../../place/place.ts'
import { printJson, table } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { type GeoOptions, openGeo } from './open-geo.ts'

export interface FindOptions extends Omit<GeoOptions, 'databases'> {
  readonly database?: readonly string[]
  readonly json?: boolean
}

/** @returns the exit code: 1 where something could not be asked, 2 where one is no address @throws as `openGeo` */
export async function geoFind(setting: Setting, addresses: readonly string[], options: FindOptions): Promise<number> {
  const { terminal } = setting
  const places = await openGeo(setting, { ...options, databases: options.database })
  try {
    const found = await places.find(addresses, { city: true })
    const rows = addresses.map((address, i) => [address, found[i]!] as const)
    if (options.json) {
      const list = rows.map(([address, place]) => ({ address, ...place }))
      terminal.out(printJson({ addresses: list, sources: places.sources, troubles: places.troubles }))
    } else {
      terminal.out(table(terminal, rows.map(cells)))
      for (const { credit, url, date } of places.sources)
        terminal.out(
          `${printable(`${credit}${url === '' ? '' : ` (${url})`}${date === undefined ? '' : `, data of ${date}`}`)}\n`,
        )
      for (const trouble of places.troubles) terminal.err(`rampart: ${trouble}\n`)
    }
    if (found.some(({ kind }) => kind === 'garbage')) return 2
    return options.geo === 'ipinfo' && places.troubles.length > 0 ? 1 : 0
  } finally {
    places.close()
  }
}

function cells([address, place]: readonly [string, Place]): readonly string[] {
  if (place.kind !== 'public') return [address, place.kind === 'garbage' ? 'no address' : place.kind]
  const { country, asn, organisation, city, cityAsGiven, cityCountry, region } = place
  const town = [cityAsGiven ?? city, region, cityCountry].filter((part) => part !== undefined).join(', ')
  return [
    address,
    country === undefined ? 'unknown' : `${country} ${countryName(country)}`,
    [asn === undefined ? undefined : `AS${asn}`, organisation].filter((part) => part !== undefined).join(' ') ||
      'unknown',
    town || 'unknown',
  ]
}
