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

/** What follows FROM. */
export interface From {
  /** `ban ... WHERE ...` */
  readonly sql: string
  readonly values: readonly Value[]
}

type Condition = readonly [sql: string, ...values: Value[]]

/** Columns that are asked for: they are read from the index that holds them, were there a million rows. */
export type Needs = 'address' | 'jail' | 'row'

/** @param isShort whether the time asked for is a small part of what the history holds */
export function fromBans(
  selection: Selection,
  needs: Needs,
  isShort: boolean,
): From & { /** Whether rows come in the order of addresses. */ readonly byAddress: boolean } {
  const { state, from, to, isNow } = selection
  const index = indexFor(selection, needs, isShort)
  const sql = where(`ban ${index}`, [
    ...(from === undefined ? [] : [['since >= ?', from] as const]),
    ...(isNow ? [] : [['since < ?', to] as const]),
    ...(state === 'active' ? inForce(to, isNow) : []),
    ...ofJail(selection),
  ])
  return { ...sql, byAddress: index === BY_ADDRESS }
}

/** The planner does not know how many rows a condition leaves. */
function indexFor({ state, isNow }: Selection, needs: Needs, isShort: boolean): string {
  if (state === 'active' && isNow) return 'INDEXED BY ban_open'
  if (state === 'active') return 'NOT INDEXED'
  if (needs === 'jail' || isShort) return 'INDEXED BY ban_since'
  return needs === 'address' ? BY_ADDRESS : 'NOT INDEXED'
}

const BY_ADDRESS = 'INDEXED BY ban_of_address'

/** The history counts failures by the hour: the hour that `from` lies in counts whole. */
export function fromFailures(selection: Selection): From {
  return where('failure', byHour(selection))
}

/** What failures asked for; as `fromFailures`. */
export function fromTraits(selection: Selection, trait: 'path' | 'agent'): From {
  return where('trait', [['trait = ?', trait], ...byHour(selection)])
}

function byHour({ jail, jails, from, to, isNow }: Selection): readonly Condition[] {
  return [
    ...(from === undefined ? [] : [['hour >= ?', from - (from % HOUR_MS)] as const]),
    ...(isNow ? [] : [['hour < ?', to] as const]),
    ...ofJail({ jail, jails }),
  ]
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

function where(table: string, conditions: readonly Condition[]): From {
  return {
    sql: conditions.length === 0 ? table : `${table} WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`,
    values: conditions.flatMap(([, ...values]) => values),
  }
}
