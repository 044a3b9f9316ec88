/** Bans and failures by the hour, the weekday or the day of a zone. Every hour and day of the span has its row, empty ones too. */
import type { CountedUnit, HistoryCounts } from '../store/statistics/counts.ts'
import type { Selection } from '../store/statistics/selection.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Group } from './places.ts'
import { type Local, zoneOf } from './zone.ts'

export type ByTime = 'hour' | 'weekday' | 'day'

/** More days than these are not shown one by one where nothing was. */
const MAX_DAYS = 3660
/** The history counts failures by the hour, bans to the millisecond; zones differ by quarters of an hour. */
export const QUARTER_MS = 900_000

/** In the order of time. Days without any are in it, between the first and the last that have some. */
export function timeGroups(
  by: ByTime,
  unit: CountedUnit,
  history: HistoryCounts,
  of: Selection,
  zoneName: string,
): readonly Group[] {
  const zone = zoneOf(zoneName)
  const counts = new Map<string, number>()
  const keyAt = (start: EpochMs) => keyOf(by, zone.at(start))
  for (const { start, count } of countsByTime(history, unit, of, { stepMs: QUARTER_MS, onceIn: keyAt })) {
    const key = keyAt(start)
    counts.set(key, (counts.get(key) ?? 0) + count)
  }
  return keysOf(by, counts).map((key) => ({ key, label: labelOf(by, key), count: counts.get(key) ?? 0 }))
}

/** How finely, and in what an address counts once, however often it was banned there. */
export interface Steps {
  readonly stepMs: number
  readonly onceIn: (start: EpochMs, jail: string) => string
}

export interface StepCount {
  readonly start: EpochMs
  readonly jail: string
  readonly count: number
}

export function* countsByTime(
  history: HistoryCounts,
  unit: CountedUnit,
  of: Selection,
  { stepMs, onceIn }: Steps,
): Iterable<StepCount> {
  const steps = unit === 'ips' ? history.addressesByTime(of, stepMs, onceIn) : history.byTime(unit, of, stepMs)
  for (const [start, jail, count] of steps) yield { start, jail, count }
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
