/** A row of Fail2ban's database made a value. Its text came from logs and from who bans by hand: it may be anything. */
import type { Seconds } from '../../base/duration.ts'
import type { EpochMs } from '../../world/clock.ts'

export interface ForeignBan {
  readonly jail: string
  /** As it stands there: an address, a network, or an id of any kind. */
  readonly address: string
  readonly from: EpochMs
  /** Negative: for ever; undefined: as long as its jail bans. */
  readonly lasts: Seconds | undefined
  readonly failures: number
  /** Bans of this address in this jail so far, this one included. */
  readonly count: number
  /** Newest last. */
  readonly matches: readonly string[]
  /** Whether it is the last of this address in its jail: only that can be in force. */
  readonly isLast: boolean
}

/** Numbers come as REAL: an integer beyond 2^53 would be an error of the driver. */
export interface ForeignColumns {
  readonly jail: unknown
  readonly ip: unknown
  readonly timeofban: number | null
  readonly bantime: number | null
  readonly bancount: number | null
  readonly data: unknown
}

/** undefined for what cannot be a ban: one without a jail, an address or a time. */
export function foreignBan(row: ForeignColumns, isLast: boolean): ForeignBan | undefined {
  const { jail, ip, timeofban, bantime, bancount } = row
  if (typeof jail !== 'string' || typeof ip !== 'string' || !isTime(timeofban)) return undefined
  const { matches, failures } = dataOf(row.data)
  return {
    jail,
    address: ip,
    from: timeofban * 1000,
    lasts: lastsOf(bantime),
    failures: countOf(failures, 0),
    count: countOf(bancount, 1),
    matches: linesOf(matches),
    isLast,
  }
}

/** Seconds that a Date can hold. */
function isTime(value: number | null): value is number {
  return value !== null && value > 0 && value < 8.64e12
}

/** -1 is for ever; -2 is what bans have that Fail2ban took over from before it kept their length (observed of 1.0.2). */
function lastsOf(bantime: number | null): Seconds | undefined {
  if (bantime === null || bantime < -1) return undefined
  return bantime < 0 || bantime > FOR_EVER ? -1 : bantime
}

/** Seconds; 3,000 years. */
const FOR_EVER = 1e11

function countOf(value: unknown, least: number): number {
  return typeof value === 'number' && value >= least ? Math.min(Math.floor(value), MAX_COUNT) : least
}

const MAX_COUNT = 1_000_000

function dataOf(data: unknown): { readonly matches?: unknown; readonly failures?: unknown } {
  const text = data instanceof Uint8Array ? new TextDecoder().decode(data) : data
  if (typeof text !== 'string') return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

/** A line is a text, or its three parts: what stands before its date, the date, the rest. */
function linesOf(matches: unknown): string[] {
  if (!Array.isArray(matches)) return []
  return matches.slice(-MAX_LINES).flatMap((line: unknown) => {
    const text = Array.isArray(line) ? line.filter((part) => typeof part === 'string').join('') : line
    return typeof text === 'string' && text !== '' ? [text.slice(0, MAX_LETTERS)] : []
  })
}

/** As the history keeps them. */
const MAX_LINES = 10
const MAX_LETTERS = 1024
