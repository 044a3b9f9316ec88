/** Which rows of the history are counted, as SQL. Values are bound, never text of a statement. */
import type { EpochMs } from '../../world/clock.ts'
import type { Value } from '../database.ts'
import { HOUR_MS } from '../record.ts'

export interface Selection {
  readonly jail?: string | undefined
  /** Only these of them. */
  readonly jails?: readonly string[] | undefined
  /** `active`: bans in force at `to`, that began since `from`. `all`: all that began from `from` on, before `to`. */
  readonly state: 'active' | 'all'
  readonly from?: EpochMs | undefined
  readonly to: EpochMs
  /** Whether `to` is the present: then a ban that has ended is not in force, whenever it did. */
  readonly isNow: boolean
}

export interface Where {
  /** `WHERE ...` */
  readonly sql: string
  readonly values: readonly Value[]
}

type Condition = readonly [sql: string, ...values: Value[]]

export function whereOfBans(selection: Selection): Where {
  const { state, from, to, isNow } = selection
  return where([
    ...(from === undefined ? [] : [['since >= ?', from] as const]),
    ...(isNow ? [] : [['since < ?', to] as const]),
    ...(state === 'active' ? inForce(to, isNow) : []),
    ...ofJail(selection),
  ])
}

/** The history counts failures by the hour: the hour that `from` lies in counts whole. */
export function whereOfFailures({ jail, jails, from, to, isNow }: Selection): Where {
  return where([
    ...(from === undefined ? [] : [['hour >= ?', from - (from % HOUR_MS)] as const]),
    ...(isNow ? [] : [['hour < ?', to] as const]),
    ...ofJail({ jail, jails }),
  ])
}

function inForce(to: EpochMs, isNow: boolean): readonly Condition[] {
  const lasts = ['(until IS NULL OR until > ?)', to] as const
  // Written so, the index of open bans serves.
  return isNow ? [['ended IS NULL'], lasts] : [lasts, ['(ended IS NULL OR ended > ?)', to]]
}

function ofJail({ jail, jails }: Pick<Selection, 'jail' | 'jails'>): readonly Condition[] {
  return [
    ...(jail === undefined ? [] : [['jail = (SELECT id FROM jail WHERE name = ?)', jail] as const]),
    ...(jails === undefined ? [] : [[AMONG, JSON.stringify(jails)] as const]),
  ]
}

const AMONG = 'jail IN (SELECT id FROM jail WHERE name IN (SELECT value FROM json_each(?)))'

function where(conditions: readonly Condition[]): Where {
  return {
    sql: conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`,
    values: conditions.flatMap(([, ...values]) => values),
  }
}
