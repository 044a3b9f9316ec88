/** Bans over time, jail by jail, in steps that a person can read; and by hour and weekday. */
import { Fault } from '../base/fault.ts'
import type { HistoryCounts } from '../store/statistics/counts.ts'
import type { EpochMs } from '../world/clock.ts'
import { selectionOf } from './count.ts'
import { type Question, refuseUnanswerable } from './question.ts'
import type { Series, Week } from './table.ts'
import { countsByTime, QUARTER_MS, type StepCount } from './times.ts'
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
    const of = { ...selectionOf(span, history), from }
    const steps = {
      stepMs: Math.min(bucketMs, QUARTER_MS),
      onceIn: (start: EpochMs, jail: string) => `${bucketAt(starts, start)} ${jail}`,
    }
    return {
      ...{ unit, period: { from, to }, zone: zone.name, bucketMs, starts },
      jails: jailsOf(starts, countsByTime(history, unit, of, steps)),
      gaps: gapsOf(history.runs(), { from, to }),
    }
  })
}

function jailsOf(starts: readonly EpochMs[], steps: Iterable<StepCount>): Series['jails'] {
  const jails = new Map<string, { sum: number; readonly counts: number[] }>()
  for (const { start, jail, count } of steps) {
    const of = jails.get(jail) ?? { sum: 0, counts: new Array<number>(starts.length).fill(0) }
    jails.set(jail, of)
    // Failures of the hour that the time begins in count whole.
    of.counts[Math.max(0, bucketAt(starts, start))]! += count
    of.sum += count
  }
  return [...jails]
    .sort(([a, { sum: sumA }], [b, { sum: sumB }]) => sumB - sumA || (a < b ? -1 : 1))
    .map(([jail, { counts }]) => ({ jail, counts }))
}

/** With unit `ips` an address counts once in each hour of each day. @throws Fault as `ask` */
export function hourByWeekday(span: Span, history: HistoryCounts): Week {
  return read(history, () => {
    const { from, to, unit } = bounds(span, history)
    const zone = zoneOf(span.zone)
    const of = { ...selectionOf(span, history), from }
    const counts = week()
    const onceIn = (start: EpochMs) => `${zone.at(start).day} ${zone.at(start).hour}`
    for (const { start, count } of countsByTime(history, unit, of, { stepMs: QUARTER_MS, onceIn })) {
      const { weekday, hour } = zone.at(start)
      counts[weekday - 1]![hour]! += count
    }
    const hours = week()
    for (let time = from - (from % HOUR_MS); time < to; time += HOUR_MS) {
      const { weekday, hour } = zone.at(time)
      hours[weekday - 1]![hour]!++
    }
    return { unit, period: { from, to }, zone: zone.name, total: history.total(unit, of).total, counts, hours }
  })
}

function week(): number[][] {
  return Array.from({ length: 7 }, () => new Array<number>(24).fill(0))
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
