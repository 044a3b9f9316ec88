/** Places as ipinfo.io tells them; where it does not, as the data here does. */
import type { Network } from '../base/address.ts'
import type { Clock } from '../world/clock.ts'
import { classify } from './classify.ts'
import type { Answer } from './ipinfo/answers.ts'
import type { Ipinfo } from './ipinfo/ipinfo.ts'
import type { Offline } from './offline.ts'
import type { Place } from './place.ts'
import type { DataSource, Places } from './places.ts'

export function onlinePlaces(online: Ipinfo, offline: Offline, troubles: string[], clock: Clock): Places {
  const used = { online: true, offline: false }
  return {
    async find(addresses, { city }, onProgress) {
      const classified = addresses.map(classify)
      const hosts = new Set(classified.flatMap(({ whom }) => (whom ? [hostOf(whom)] : [])))
      const answers = await online.find([...hosts], city, troubles, (done) => onProgress?.(done, hosts.size))
      const here = (whom: Network) => {
        if (city) offline.openCities()
        used.offline = true
        return offline.find(whom)
      }
      used.online = answers.size > 0 || hosts.size === 0
      return classified.map(({ kind, whom }) => {
        if (!whom) return { kind }
        const answer = answers.get(hostOf(whom))
        return answer ? placeOf(answer, city, () => here(whom)) : here(whom)
      })
    },
    get sources() {
      return [...(used.online ? [sourceOf(online, clock)] : []), ...(used.offline ? offline.sources : [])]
    },
    troubles,
    close() {
      online.close()
      offline.close()
    },
  }
}

/** The names as they came: a city's in brackets too. */
function placeOf({ tier, fields }: Answer, wantsCity: boolean, here: () => Place): Place {
  const { city, region, latitude, longitude, ...rest } = fields
  if (!wantsCity) return { kind: 'public', ...rest }
  if (tier === 'full') return { kind: 'public', ...fields }
  // Lite answers have no city: that is what the data here says.
  const { city: town, cityAsGiven, cityCountry, country, ...around } = here()
  if (town === undefined) return { kind: 'public', ...rest }
  const lies = cityCountry ?? country
  return {
    kind: 'public',
    ...rest,
    city: town,
    ...(cityAsGiven === undefined ? {} : { cityAsGiven }),
    ...(lies === undefined || lies === fields.country ? {} : { cityCountry: lies }),
    ...(around.region === undefined ? {} : { region: around.region }),
    ...(around.latitude === undefined || around.longitude === undefined
      ? {}
      : { latitude: around.latitude, longitude: around.longitude }),
  }
}

/** Of a network its first address. */
function hostOf({ text }: Network): string {
  return text.split('/')[0]!
}

function sourceOf({ service }: Ipinfo, clock: Clock): DataSource {
  return {
    name: service === 'ipinfo.io' ? service : `ipinfo.io by ${service}`,
    licence: "IPinfo's terms of service",
    credit: 'IP address data powered by IPinfo',
    url: 'https://ipinfo.io',
    date: new Date(clock.now()).toISOString().slice(0, 10),
    covers: 'all',
  }
}
