/** A database of the admin's own, by its path: read as it is, so that whoever keeps it up to date (geoipupdate) need not tell us. */
import type { Network } from '../base/address.ts'
import type { Files } from '../world/files.ts'
import type { Fields } from './data/fields.ts'
import { originOfDatabase } from './data/known-databases.ts'
import { openMmdb } from './data/mmdb.ts'
import type { Origin } from './data/origin.ts'
import { fieldsOf } from './data/shape.ts'

export interface OwnDatabase {
  readonly origin: Origin
  readonly type: string
  readonly hasCities: boolean
  find(whom: Network): Fields
}

/** @throws Fault `place.mmdb`, `file.*` */
export function openOwn(files: Pick<Files, 'open'>, path: string): OwnDatabase {
  const database = openMmdb(files, path)
  return {
    origin: originOfDatabase(database, path),
    type: database.type,
    hasCities: /city|location|standard|plus/i.test(database.type),
    find: (whom) => fieldsOf(database.find(whom)),
  }
}
