/** Bans with the countries of their addresses, as far as there is data of countries. */
import { Fault } from '../../../base/fault.ts'
import { countryName } from '../../../place/country-names.ts'
import type { Setting } from '../../setting.ts'
import { openGeo } from '../geo/open-geo.ts'
import type { BanRow } from './gather.ts'

export interface WithCountries {
  readonly rows: BanRow[]
  /** The line that the licence of the data asks for; undefined: nothing is known of any. */
  readonly credit: string | undefined
}

/** In the place of a code: where nobody knows. */
const UNKNOWN = 'unknown'

/**
 * @param wanted a code, if only bans of that country are
 * @throws Fault `bans.no-country`, `bans.no-places`
 */
export async function withCountries(
  setting: Setting,
  rows: readonly BanRow[],
  { country: wanted, history }: { readonly country?: string; readonly history: string },
): Promise<WithCountries> {
  const code = wanted === undefined ? undefined : codeOf(wanted)
  const places = await openGeo(setting, { geo: 'offline', state: history })
  try {
    const addresses = rows.map(({ address }) => address)
    const found = await places.find(addresses, { city: false })
    const source = places.sources.find(({ covers }) => covers === 'country' || covers === 'all')
    if (code !== undefined && !source) throw noPlaces()
    const all = rows.map((row, index) => ({ ...row, country: found[index]?.country ?? null }))
    const isWanted = ({ country }: BanRow) => code === undefined || (country ?? UNKNOWN) === code
    return { rows: all.filter(isWanted), credit: source?.credit }
  } finally {
    places.close()
  }
}

function codeOf(word: string): string {
  if (word.toLowerCase() === UNKNOWN) return UNKNOWN
  const code = word.toUpperCase()
  if (/^[A-Z]{2}$/.test(code) && countryName(code) !== code) return code
  throw new Fault('bans.no-country', `"${word}" is no code of a country`, {
    hint: `two letters, as DE or US; ${UNKNOWN} for addresses of which it is not known`,
  })
}

function noPlaces(): Fault {
  return new Fault('bans.no-places', 'there is no data of countries here', { hint: 'npm run setup brings it' })
}
