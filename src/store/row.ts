/** Rows as SQLite gives them, made the values that they stand for. What does not fit was not written by us. */
import { type Network, parseNetwork } from '../base/address.ts'
import { Fault } from '../base/fault.ts'
import type { Fields } from '../filter/groups.ts'
import type { Ban } from '../jail/ban.ts'
import type { EpochMs } from '../world/clock.ts'
import type { JailBlock, LiveCounter, LogPosition } from './deed.ts'

export interface BanRow extends Ban {
  readonly id: number
  /** undefined: it is active, or ran out lately. */
  readonly ended: EpochMs | undefined
  readonly endedBy: string | undefined
}

export interface PastBans {
  readonly jail: string
  /** The count of its last ban: purged ones are in it. 0 if that was lifted by hand. */
  readonly times: number
  readonly lastFrom: EpochMs
  readonly lastUntil: EpochMs | undefined
}

export interface BanColumns {
  readonly id: number
  readonly jail: string
  readonly address: string
  readonly since: number
  readonly until: number | null
  readonly failures: number
  readonly count: number
  readonly origin: string
  readonly ended: number | null
  readonly endedBy: string | null
  readonly matches: string
  readonly fields: string | null
}

export function banOf(row: BanColumns): Ban {
  return {
    jail: row.jail,
    network: networkOf(row.address),
    from: row.since,
    until: row.until ?? undefined,
    failures: row.failures,
    count: row.count,
    matches: parsed<string[]>(row.matches),
    origin: originOf(row.origin),
    ...(row.fields === null ? {} : { fields: parsed<Fields>(row.fields) }),
  }
}

/** A ban without its lines, its jail as a number. */
export interface BareColumns
  extends Pick<BanColumns, 'id' | 'address' | 'since' | 'until' | 'failures' | 'count' | 'origin'> {
  readonly jail: number
}

/** For a million of them: nothing is parsed or looked for that is the same in all. */
export function bareBanOf(row: BareColumns, jails: ReadonlyMap<number, string>): Ban {
  const { address, since, until, failures, count, origin } = row
  return {
    jail: jails.get(row.jail)!,
    network: networkOf(address),
    from: since,
    until: until ?? undefined,
    failures,
    count,
    matches: NO_LINES,
    origin: origin === 'filter' ? 'filter' : originOf(origin),
  }
}

const NO_LINES: readonly string[] = []

function originOf(text: string): Ban['origin'] {
  return ORIGINS.find((origin) => origin === text) ?? (text as Ban['origin'])
}

/** One text for all rows: SQLite gives each its own. */
const ORIGINS: readonly Ban['origin'][] = ['filter', 'manual', 'peer', 'import']

export function rowOf(row: BanColumns): BanRow {
  return { id: row.id, ...banOf(row), ended: row.ended ?? undefined, endedBy: row.endedBy ?? undefined }
}

/** A ban, as far as who counts bans must know it. */
export interface Banned {
  readonly jail: string
  readonly network: Network
  readonly from: EpochMs
}

export interface BannedColumns {
  readonly id: number
  readonly jail: string
  /** Of the jail. */
  readonly number: number
  readonly address: string
  readonly from: number
}

export function bannedOf({ jail, address, from }: BannedColumns): Banned {
  return { jail, network: networkOf(address), from }
}

export interface CounterColumns extends Omit<LiveCounter, 'network' | 'matches'> {
  readonly id: number
  readonly address: string
  readonly matches: string
}

export function counterOf({ jail, address, count, first, last, matches }: CounterColumns): LiveCounter {
  return { jail, network: networkOf(address), count, first, last, matches: parsed<string[]>(matches) }
}

export interface PositionColumns {
  readonly log: string
  readonly place: string
}

export function positionOf({ log, place }: PositionColumns): LogPosition {
  return { log, position: parsed<LogPosition['position']>(place) }
}

export interface PastColumns extends Omit<PastBans, 'lastUntil'> {
  readonly lastUntil: number | null
}

export function pastOf(row: PastColumns): PastBans {
  return { ...row, lastUntil: row.lastUntil ?? undefined }
}

export function blockOf({ jail, block }: { readonly jail: string; readonly block: string }): JailBlock {
  const { scope, sentence, actions = [] } = parsed<Omit<JailBlock, 'jail'>>(block)
  return { jail, scope, sentence, actions }
}

/** The driver's rows have no prototype, which makes them unequal to any other object. */
export function plain<Row extends object>(row: Row): Row {
  return { ...row }
}

/** What is no canonical address was not written by us. */
function networkOf(address: string): Network {
  const network = parseNetwork(address)
  if (!network) throw new Fault('store.corrupt', `the history holds "${address}" for an address`)
  return network
}

function parsed<T>(json: string): T {
  try {
    return JSON.parse(json) as T
  } catch (cause) {
    throw new Fault('store.corrupt', 'the history holds text that is no JSON', { cause })
  }
}
