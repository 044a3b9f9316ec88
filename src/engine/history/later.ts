/**
 * What the history need not have at once: counters, statistics and log positions of failures that led to no ban. They are
 * gathered and kept together, once a second or with the next ban: a transaction for each request that fails would cost
 * half a millisecond and a write to the disk. Positions wait with the counters, so that after a crash the lines whose
 * counts were lost are read again.
 */
import type { Deed, FailureCount, LiveCounter, LogPosition } from '../../store/deed.ts'
import { ByNetwork } from '../by-network.ts'

export interface Later {
  add(deed: Deed): void
  /** Rows that wait. */
  readonly rows: number
  /** All that waits, as one deed; undefined if nothing does. Nothing waits after it. */
  take(): Deed | undefined
}

export function later(): Later {
  let waiting = nothing()
  return {
    add(deed) {
      waiting.bans.push(...(deed.bans ?? []))
      waiting.ends.push(...(deed.ends ?? []))
      waiting.traits.push(...(deed.traits ?? []))
      waiting.events.push(...(deed.events ?? []))
      for (const failure of deed.failures ?? []) addFailure(waiting.failures, failure)
      for (const other of deed.others ?? []) addOther(waiting.others, other)
      // The history writes counters before it forgets any: what comes later here must win.
      for (const counter of deed.counters ?? []) {
        waiting.counters.set(counter, counter)
        waiting.forgotten.delete(counter)
      }
      for (const one of deed.forgotten ?? []) {
        waiting.counters.delete(one)
        waiting.forgotten.set(one, one)
      }
      for (const position of deed.positions ?? []) waiting.positions.set(position.log, position)
    },
    get rows() {
      const { failures, ...others } = waiting
      const counted = failures.reduce((sum, { rows }) => sum + rows.size, 0)
      return Object.values(others).reduce((sum, rows) => sum + (Array.isArray(rows) ? rows.length : rows.size), counted)
    },
    take() {
      if (this.rows === 0) return undefined
      const { failures, counters, forgotten, positions, ...lists } = waiting
      waiting = nothing()
      return {
        ...lists,
        failures: failures.flatMap(({ rows }) => rows.values()),
        counters: counters.values(),
        forgotten: forgotten.values(),
        positions: [...positions.values()],
      }
    },
  }
}

type List<K extends keyof Deed> = NonNullable<Deed[K]>[number]

function nothing() {
  return {
    bans: [] as List<'bans'>[],
    ends: [] as List<'ends'>[],
    others: [] as List<'others'>[],
    traits: [] as List<'traits'>[],
    events: [] as List<'events'>[],
    failures: [] as HourOfFailures[],
    counters: new ByNetwork<LiveCounter>(),
    forgotten: new ByNetwork<List<'forgotten'>>(),
    positions: new Map<string, LogPosition>(),
  }
}

const HOUR_MS = 3_600_000

/** The history counts by the hour: few wait at a time, and nearly always one. */
interface HourOfFailures {
  readonly hour: number
  readonly rows: ByNetwork<FailureCount>
}

function addFailure(hours: HourOfFailures[], failure: FailureCount): void {
  const hour = Math.floor(failure.time / HOUR_MS)
  let rows = hours.find((one) => one.hour === hour)?.rows
  if (!rows) {
    rows = new ByNetwork()
    hours.push({ hour, rows })
  }
  const before = rows.get(failure)
  rows.set(failure, before ? { ...failure, count: before.count + failure.count } : failure)
}

/** One row a jail and hour: they are few. */
function addOther(others: List<'others'>[], other: List<'others'>): void {
  const hour = Math.floor(other.time / HOUR_MS)
  const at = others.findIndex(({ jail, time }) => jail === other.jail && Math.floor(time / HOUR_MS) === hour)
  if (at < 0) others.push(other)
  else others[at] = { ...other, count: others[at]!.count + other.count }
}
