/** Bans and failures by the hour, the weekday or the day of a zone. Every hour and day of the span has its row, empty ones too. */
import type { HistoryCounts } from '../store/statistics/counts.ts'
import type { Selection } from '../store/statistics/selection.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Group } from './places.ts'
import { type Local, type Zone, zoneOf } from './zone.ts'

export type ByTime = 'hour' | 'weekday' | 'day'

/** More days than these are not shown one by one where nothing was. */
const MAX_DAYS = 3660
/** The history counts failures by the hour, bans to the millisecond; zones differ by quarters of an hour. */
export const QUARTER_MS = 900_000

/** In the order of time. Days without any are in it, between the first and the last that have some. */
export function timeGroups(
  by: ByTime,
  unit: 'ips' | 'bans' | 'failures',
  history: HistoryCounts,
  of: Selection,
  zoneName: string,
): readonly Group[] {
  const zone = zoneOf(zoneName)
  const counts = unit === 'ips' ? addressesBy(by, history, of, zone) : countsBy(by, unit, history, of, zone)
  return keysOf(by, counts).map((key) => ({ key, label: labelOf(by, key), count: counts.get(key) ?? 0 }))
}

function countsBy(
  by: ByTime,
  unit: 'bans' | 'failures',
  history: HistoryCounts,
  of: Selection,
  zone: Zone,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const [start, , count] of history.byTime(unit, of, QUARTER_MS)) {
    const key = keyOf(by, zone.at(start))
    counts.set(key, (counts.get(key) ?? 0) + count)
  }
  return counts
}

/** An address counts once in each of them, however often it was banned in it. */
function addressesBy(by: ByTime, history: HistoryCounts, of: Selection, zone: Zone): ReadonlyMap<string, number> {
  const seen = new Map<string, Set<string>>()
  const keys = new Map<EpochMs, string>()
  for (const [start, , address] of history.addressesByTime(of, QUARTER_MS)) {
    const key = keys.get(start) ?? keyOf(by, zone.at(start))
    keys.set(start, key)
    const addresses = seen.get(key) ?? new Set()
    addresses.add(address)
    seen.set(key, addresses)
  }
  return new Map([...seen].map(([key, addresses]) => [key, addresses.size]))
}

function keyOf(by: ByTime, local: Local): string {
  if (by === 'day') return local.day
  return by === 'hour' ? String(local.hour).padStart(2, '0') : String(local.weekday)
}

function keysOf(by: ByTime, counts: ReadonlyMap<string, number>): readonly string[] {
  if (by === 'hour') return Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))
  if (by === 'weekday') return WEEKDAYS.map((_, i) => String(i + 1))
  return daysBetween([...counts.keys()].sort())
}

function daysBetween(days: readonly string[]): readonly string[] {
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return []
  const between: string[] = []
  for (let time = Date.parse(first); between.at(-1) !== last; time += 86_400_000) {
    if (between.length > MAX_DAYS) return days
    between.push(new Date(time).toISOString().slice(0, 10))
  }
  return between
}

function labelOf(by: ByTime, key: string): string {
  if (by === 'hour') return `${key}:00`
  return by === 'weekday' ? WEEKDAYS[Number(key) - 1]! : key
}

export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
