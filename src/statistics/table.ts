/** A Table: who or what was counted, in order. Every sum in it is what its unit says. */
import type { DataSource } from '../place/places.ts'
import type { EpochMs } from '../world/clock.ts'

export const BYS = [
  'country',
  'org',
  'city',
  'jail',
  'ip',
  'port',
  'path',
  'agent',
  'hour',
  'weekday',
  'day',
  'class',
] as const
export type By = (typeof BYS)[number]

/** Whose rows stand in the order of time, all of them. */
export function isOfTime(by: By): by is 'hour' | 'weekday' | 'day' {
  return by === 'hour' || by === 'weekday' || by === 'day'
}

/** `ips`: different addresses. `lines`: those of a list, each as often as it stands there. */
export type Unit = 'ips' | 'bans' | 'failures' | 'lines'

/** `active`: bans that are in force at the period's end. `all`: also those that are over. */
export type State = 'active' | 'all'

/** `from` is in it, `to` is not. Without `from`: as far back as the history goes. */
export interface Period {
  readonly from?: EpochMs | undefined
  readonly to: EpochMs
}

export interface Table {
  readonly by: By
  readonly unit: Unit
  /** Where the addresses come from. */
  readonly origin: 'history' | 'list'
  readonly period: Period
  /** Of hours and days: an IANA name. */
  readonly zone: string
  readonly filter: { readonly jail?: string | undefined; readonly state: State }
  /** All of them, in order: count descending (hours and days as they follow each other), what is not known last. */
  readonly rows: readonly Row[]
  /** In the unit, each once, whatever number of rows it is in. */
  readonly total: number
  /** Different addresses. */
  readonly distinct: number
  /** Whether one may be in several rows, so that their sum is more than `total`: an address in two jails, a ban of two ports. */
  readonly overlaps: boolean
  /** Why places are not known, of those in the row for unknown: `private`, `garbage` ... and how many. */
  readonly unknown: Readonly<Record<string, number>>
  /** Of the places in it; none where there are none. */
  readonly sources: readonly DataSource[]
}

export interface Row {
  /** From 1. */
  readonly rank: number
  /** Stable: ISO code, `AS64500`, `city|ISO`, name of a jail, address, hour `00`-`23`, weekday `1`-`7` (Monday first), `2026-11-23`. '' for what is not known. */
  readonly key: string
  /** Text from outside, unescaped. */
  readonly label: string
  readonly count: number
  /** Of the total: 0..1. */
  readonly share: number
}

/** Bans over time, jail by jail. */
export interface Series {
  readonly unit: Exclude<Unit, 'lines'>
  readonly period: { readonly from: EpochMs; readonly to: EpochMs }
  readonly zone: string
  /** Of a full bucket; those of days may have an hour more or less. */
  readonly bucketMs: number
  /** When each bucket begins. */
  readonly starts: readonly EpochMs[]
  /** Most first; as many counts as there are starts. */
  readonly jails: readonly { readonly jail: string; readonly counts: readonly number[] }[]
  /** When no guard ran, as far as the history knows. */
  readonly gaps: readonly { readonly from: EpochMs; readonly to: EpochMs }[]
}

/** Bans by hour and weekday of a zone. */
export interface Week {
  readonly unit: Exclude<Unit, 'lines'>
  readonly period: { readonly from: EpochMs; readonly to: EpochMs }
  readonly zone: string
  readonly total: number
  /** 7 days, Monday first, of 24 hours each. */
  readonly counts: readonly (readonly number[])[]
  /** How many such hours the period holds, so that parts of weeks do not mislead: the mean is count / hours. */
  readonly hours: readonly (readonly number[])[]
}
