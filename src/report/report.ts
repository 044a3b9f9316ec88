/** A report: everything that one page shows, asked for at one moment. What the data cannot say is not there. */
import type { Place } from '../place/place.ts'
import type { DataSource } from '../place/places.ts'
import type { Series, Table, Week } from '../statistics/table.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Reading } from './reading/reading.ts'

export interface Report {
  readonly title: string
  /** Of this program. */
  readonly version: string
  readonly generated: EpochMs
  readonly country: Table
  readonly org: Table
  readonly city: Table
  /** From here on: of a history alone, not of a list of addresses. */
  readonly jails?: Table
  readonly banned?: readonly JailList[]
  readonly series?: Series
  readonly week?: Week
  readonly ports?: Table
  readonly paths?: Table
  readonly agents?: Table
  /** Bans by address. */
  readonly repeats?: Table
  /** Those with most bans, if more than one. */
  readonly offenders?: readonly Offender[]
  readonly reading: Reading
  readonly sources: readonly DataSource[]
  /** Of the class list. */
  readonly classes: { readonly version: string; readonly size: number }
}

export interface Offender {
  readonly address: string
  readonly bans: number
  readonly place: Place
}

/** The addresses that a jail has banned. */
export interface JailList {
  readonly jail: string
  readonly count: number
  /** As many of them as are shown. */
  readonly addresses: readonly string[]
}
