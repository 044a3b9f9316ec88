/** Addresses → places, from whatever data there is. Without any, every place is unknown, which is no fault. */
import type { World } from '../world/world.ts'
import { classify } from './classify.ts'
import type { Origin } from './data/origin.ts'
import { openOffline } from './offline.ts'
import type { Place } from './place.ts'

export interface Places {
  /**
   * A place for each address, in their order. `wants.city`: the data of cities is opened too.
   * @param addresses canonical or not, networks too; what is no address has kind `garbage`
   */
  find(
    addresses: readonly string[],
    wants: { readonly city: boolean },
    onProgress?: (done: number, of: number) => void,
  ): Promise<readonly Place[]>
  /** Where the answers so far came from; before the first `find`, where they would. */
  readonly sources: readonly DataSource[]
  /** What went wrong while asking, a sentence each, escaped: what was answered counts all the same. */
  readonly troubles: readonly string[]
  close(): void
}

export interface DataSource {
  readonly name: string
  readonly licence: string
  /** The line that the licence asks for. */
  readonly credit: string
  /** Where the credit leads. */
  readonly url: string
  /** Of the data: YYYY-MM-DD. */
  readonly date?: string
  readonly covers: 'country' | 'organisation' | 'city' | 'all'
}

export interface PlacesOptions {
  readonly world: Pick<World, 'files' | 'clock' | 'chance'>
  /** Where compiled data may be: what came with the program, then what `rampart geo` installs. Of two the newer counts. */
  readonly folders: readonly string[]
  /** The admin's own databases (`.mmdb`), which go before all other; default: those that `rampart geo use` has set. */
  readonly databases?: readonly string[]
}

/** So many addresses between two tellings of progress. */
const TURN = 20_000

/** What cannot be opened is told in `troubles`: it throws nothing. */
export async function openPlaces({ world, folders, databases }: PlacesOptions): Promise<Places> {
  const troubles: string[] = []
  const offline = await openOffline({ files: world.files, folders, databases }, troubles)
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
      return offline.origins.map(([origin, covers]) => sourceOf(origin, covers))
    },
    troubles,
    close: () => offline.close(),
  }
}

function sourceOf({ name, licence, credit, url, date }: Origin, covers: DataSource['covers']): DataSource {
  return { name, licence, credit, url, ...(date === undefined ? {} : { date }), covers }
}
