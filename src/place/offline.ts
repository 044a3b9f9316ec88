/** Places from data on this host: the admin's own databases first, then the layers that came with the program or were installed. */
import type { Network } from '../base/address.ts'
import { asFault } from '../base/fault.ts'
import { printable } from '../base/printable.ts'
import type { Fields, Subject } from './data/fields.ts'
import type { Layer } from './data/layer.ts'
import type { Origin } from './data/origin.ts'
import { type DataFiles, newestLayer, openFolders, ownDatabases } from './installed.ts'
import { joined } from './joined.ts'
import type { Place } from './place.ts'
import type { DataSource } from './places.ts'

export interface OfflineOptions {
  readonly files: DataFiles
  readonly folders: readonly string[]
  /** The admin's own; undefined: those that `rampart geo use` has set. */
  readonly databases?: readonly string[] | undefined
}

interface Own {
  readonly origin: Origin
  readonly hasCities: boolean
  find(whom: Network): Fields
}

/** What could not be opened is told in `troubles`: all else is of use without it. */
export async function openOffline(options: OfflineOptions, troubles: string[]): Promise<Offline> {
  const { files } = options
  const folders = openFolders(files, options.folders, troubles)
  const own: Own[] = []
  for (const path of options.databases ?? ownDatabases(files, folders)) {
    try {
      // Loaded where it is used: the layers need no reader of others' formats.
      own.push((await import('./own-database.ts')).openOwn(files, path))
    } catch (thrown) {
      troubles.push(printable(asFault(thrown, 'place.failed').message))
    }
  }
  return new Offline({ ...options, folders }, own, troubles)
}

export class Offline {
  readonly #options: OfflineOptions
  readonly #own: readonly Own[]
  readonly #troubles: string[]
  readonly #layers = new Map<Subject, Layer>()
  /** A million addresses have some thousands of places: each is one object. */
  readonly #places = new Map<string, Place>()
  #wantsCity = false

  constructor(options: OfflineOptions, own: readonly Own[], troubles: string[]) {
    this.#options = options
    this.#own = own
    this.#troubles = troubles
    this.#openLayer('country')
    this.#openLayer('organisation')
  }

  /** Before the first city is asked for: their data is five times as large as all other. */
  openCities(): void {
    if (this.#wantsCity) return
    this.#wantsCity = true
    this.#places.clear()
    this.#openLayer('city')
    if (!this.#layers.has('city') && !this.#own.some(({ hasCities }) => hasCities))
      this.#troubles.push('there is no data of cities on this host: rampart geo install city')
  }

  get sources(): readonly DataSource[] {
    const layers = [...this.#layers].map(([subject, layer]) => sourceOf(layer.file.head.origin, subject))
    return [...this.#own.map(({ origin }) => sourceOf(origin, 'all')), ...layers]
  }

  /** @param whom a public address */
  find(whom: Network): Place {
    const layers = [...this.#layers.values()]
    const records = layers.map((layer) => layer.find(whom))
    const fields = () => layers.map((layer, i) => layer.fields(records[i]!))
    if (this.#own.length > 0) return joined([...this.#own.map((own) => own.find(whom)), ...fields()], this.#wantsCity)
    const key = records.join(' ')
    let place = this.#places.get(key)
    if (!place) {
      place = joined(fields(), this.#wantsCity)
      this.#places.set(key, place)
    }
    return place
  }

  close(): void {
    for (const layer of this.#layers.values()) layer.close()
    this.#layers.clear()
    this.#places.clear()
  }

  #openLayer(subject: Subject): void {
    const layer = newestLayer(this.#options.files, this.#options.folders, subject, this.#troubles)
    if (layer) this.#layers.set(subject, layer)
  }
}

function sourceOf({ name, licence, credit, url, date }: Origin, covers: DataSource['covers']): DataSource {
  return { name, licence, credit, url, ...(date === undefined ? {} : { date }), covers }
}
