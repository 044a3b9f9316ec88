/** Bans over time, jail by jail, in steps that a person can read; and by hour and weekday. */
import { Fault } from '../base/fault.ts'
import type { HistoryCounts } from '../store/statistics/counts.ts'
import type { EpochMs } from '../world/clock.ts'
import { selectionOf } from './count.ts'
import { type Question, refuseUnanswerable } from './question.ts'
import type { Series, Week } from './table.ts'
import { QUARTER_MS } from './times.ts'
import { type Zone, zoneOf } from './zone.ts'

/** A Question without what it is counted by. */
export type Span = Omit<Question, 'by' | 'cities'>

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** More points than these no picture shows. */
const MAX_BUCKETS = 720

/** @throws Fault as `ask` */
export function overTime(span: Span, history: HistoryCounts): Series {
  return read(history, () => {
    const { from, to, unit } = bounds(span, history)
    const zone = zoneOf(span.zone)
    const bucketMs = bucketOf(to - from, unit)
    const starts = startsOf(from, to, bucketMs, zone)
    const step = Math.min(bucketMs, QUARTER_MS)
    const jails = new Map<string, number[]>()
    const countsOf = (jail: string) => {
      const known = jails.get(jail) ?? new Array<number>(starts.length).fill(0)
      jails.set(jail, known)
      return known
    }
    const of = { ...selectionOf(span, history), from }
    if (unit === 'ips') {
      const seen = new Set<string>()
      for (const [start, jail, address] of history.addressesByTime(of, step)) {
        const at = bucketAt(starts, start)
        const key = `${at} ${jail} ${address}`
        if (at < 0 || seen.has(key)) continue
        seen.add(key)
        countsOf(jail)[at]!++
      }
    } else {
      for (const [start, jail, count] of history.byTime(unit, of, step)) {
        const at = bucketAt(starts, start)
        if (at >= 0) countsOf(jail)[at]! += count
      }
    }
    const sums = [...jails].map(([jail, counts]) => ({ jail, counts, sum: counts.reduce((a, b) => a + b, 0) }))
    sums.sort((a, b) => b.sum - a.sum || (a.jail < b.jail ? -1 : 1))
    return {
      ...{ unit, period: { from, to }, zone: zone.name, bucketMs, starts },
      jails: sums.map(({ jail, counts }) => ({ jail, counts })),
      gaps: gapsOf(history.runs(), { from, to }),
    }
  })
}

/** @throws Fault as `ask` */
export function hourByWeekday(span: Span, history: HistoryCounts): Week {
  return read(history, () => {
    const { from, to, unit } = bounds(span, history)
    const zone = zoneOf(span.zone)
    const of = { ...selectionOf(span, history), from }
    const counts = week()
    const add = (start: EpochMs, count: number) => {
      const { weekday, hour } = zone.at(start)
      counts[weekday - 1]![hour]! += count
    }
    if (unit === 'ips') for (const start of addressHours(history, of, zone)) add(start, 1)
    else for (const [start, , count] of history.byTime(unit, of, QUARTER_MS)) add(start, count)
    const hours = week()
    for (let hour = from - (from % HOUR_MS); hour < to; hour += HOUR_MS) {
      const { weekday, hour: of } = zone.at(hour)
      hours[weekday - 1]![of]!++
    }
    return { unit, period: { from, to }, zone: zone.name, total: history.total(unit, of).total, counts, hours }
  })
}

function week(): number[][] {
  return Array.from({ length: 7 }, () => new Array<number>(24).fill(0))
}

/** Once for each address and hour of a day. */
function* addressHours(
  history: HistoryCounts,
  of: Parameters<HistoryCounts['addressesByTime']>[0],
  zone: Zone,
): Iterable<EpochMs> {
  const seen = new Set<string>()
  for (const [start, , address] of history.addressesByTime(of, QUARTER_MS)) {
    const { day, hour } = zone.at(start)
    const key = `${day} ${hour} ${address}`
    if (!seen.has(key)) yield start
    seen.add(key)
  }
}

function read<T>(history: HistoryCounts, act: () => T): T {
  history.begin()
  try {
    return act()
  } finally {
    history.end()
  }
}

/** From the first of the history where the question names no beginning. */
function bounds(span: Span, history: HistoryCounts) {
  refuseUnanswerable({ ...span, by: 'day' }, 'history')
  const { unit, period } = span
  if (unit === 'lines') throw new Fault('statistics.not-held', 'a list of addresses has no times')
  const first = history.extent()?.first ?? period.to - DAY_MS
  return { unit, from: Math.min(period.from ?? first, period.to), to: period.to }
}

function bucketOf(span: number, unit: 'ips' | 'bans' | 'failures'): number {
  if (span <= 2 * HOUR_MS && unit !== 'failures') return MINUTE_MS
  if (span <= 48 * HOUR_MS) return HOUR_MS
  const days = Math.ceil(span / DAY_MS)
  return days < MAX_BUCKETS ? DAY_MS : 7 * DAY_MS * Math.ceil(days / (7 * MAX_BUCKETS))
}

/** Minutes and hours of the clock there, days from midnight on, weeks from Monday on. */
function startsOf(from: EpochMs, to: EpochMs, bucketMs: number, zone: Zone): readonly EpochMs[] {
  const starts: EpochMs[] = []
  if (bucketMs < DAY_MS) {
    for (let start = from - (from % bucketMs); start < to || starts.length === 0; start += bucketMs) starts.push(start)
    return starts
  }
  const days = bucketMs / DAY_MS
  let start = zone.dayStart(from)
  if (days > 1) start = zone.dayStart(start - (zone.at(start).weekday - 1) * DAY_MS + DAY_MS / 2)
  while (start < to || starts.length === 0) {
    starts.push(start)
    // The middle of the day that follows: its midnight is 23 to 25 hours away.
    start = zone.dayStart(start + days * DAY_MS + DAY_MS / 2)
  }
  return starts
}

/** Which of them it lies in; -1 before the first. */
function bucketAt(starts: readonly EpochMs[], time: EpochMs): number {
  let [low, high] = [0, starts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** A guard that was killed told nothing of its end: only of those that stopped is it known when nobody guarded. */
function gapsOf(
  runs: ReturnType<HistoryCounts['runs']>,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
): Series['gaps'] {
  const gaps: { from: EpochMs; to: EpochMs }[] = []
  for (const [i, { time, kind }] of runs.entries()) {
    if (kind !== 'stop') continue
    const gap = { from: Math.max(from, time), to: Math.min(to, runs[i + 1]?.time ?? to) }
    if (gap.from < gap.to) gaps.push(gap)
  }
  return gaps
}
