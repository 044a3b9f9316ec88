/** What places are known from: opened as far as it is asked for. */
import type { World } from '../world/world.ts'
import { classify } from './classify.ts'
import type { IpinfoOptions } from './ipinfo/ipinfo.ts'
import { type Offline, openOffline } from './offline.ts'
import type { Place } from './place.ts'
import type { Places } from './places.ts'

export interface PlacesOptions {
  readonly world: Pick<World, 'files' | 'clock' | 'chance' | 'web'>
  /** Where compiled data may be: what came with the program, then what `rampart geo` installs. Of two the newer counts. */
  readonly folders: readonly string[]
  /** The admin's own databases (`.mmdb`), which go before all other; default: those that `rampart geo use` has set. */
  readonly databases?: readonly string[] | undefined
  /** ipinfo.io is asked; what it does not answer is told by the data here. */
  readonly ipinfo?: IpinfoOptions | undefined
}

/** What cannot be opened is told in `troubles`. @throws Fault those of `openIpinfo` alone */
export async function openPlaces({ world, folders, databases, ipinfo }: PlacesOptions): Promise<Places> {
  const troubles: string[] = []
  const online = ipinfo && (await import('./ipinfo/ipinfo.ts')).openIpinfo(world, ipinfo)
  const offline = await openOffline({ files: world.files, folders, databases }, troubles)
  if (!online) return offlinePlaces(offline, troubles)
  const { onlinePlaces } = await import('./online.ts')
  return onlinePlaces(online, offline, troubles, world.clock)
}

/** So many addresses between two tellings of progress. */
const TURN = 20_000

function offlinePlaces(offline: Offline, troubles: readonly string[]): Places {
  return {
    async find(addresses, { city }, onProgress) {
      if (city) offline.openCities()
      const places: Place[] = []
      for (const address of addresses) {
        const { kind, whom } = classify(address)
        places.push(whom ? offline.find(whom) : { kind })
        if (places.length % TURN === 0) onProgress?.(places.length, addresses.length)
      }
      onProgress?.(places.length, addresses.length)
      return places
    },
    get sources() {
      return offline.sources
    },
    troubles,
    close: () => offline.close(),
  }
}
