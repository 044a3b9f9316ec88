/** A table as JSON: names and meanings stay. */
import type { EpochMs } from '../../world/clock.ts'
import type { Table } from '../table.ts'
import { cut } from './cut.ts'

/** For one table the table itself, for several a list of them. What makes it harmless for a terminal is the caller's JSON printer. */
export function asJson(tables: readonly Table[], limit: number | 'all', now: EpochMs): object {
  const all = tables.map((table) => tableAsJson(table, limit, now))
  return all.length === 1 ? all[0]! : { generated: isoTime(now), tables: all }
}

function tableAsJson(table: Table, limit: number | 'all', now: EpochMs): object {
  const { by, unit, origin, period, zone, filter, total, distinct, overlaps, sources } = table
  const { rows, unknown, ties, left } = cut(table, limit)
  return {
    generated: isoTime(now),
    tz: zone,
    by,
    unit,
    origin,
    filter: { jail: filter.jail ?? null, state: origin === 'list' ? null : filter.state },
    period: { from: period.from === undefined ? null : isoTime(period.from), to: isoTime(period.to) },
    source: sources[0] ? { name: sources[0].name, date: sources[0].date ?? null } : null,
    sources: sources.map(({ name, date, licence, credit, url, covers }) => ({
      ...{ name, date: date ?? null, licence, credit, url, covers },
    })),
    total,
    distinct,
    overlaps,
    unknown: { count: unknown?.count ?? 0, why: table.unknown },
    cut: { rows: left.rows, count: left.count, ties },
    rows: [...rows, ...(unknown ? [unknown] : [])].map(({ rank, key, label, count, share }) => ({
      ...{ rank, key, label, count, share },
    })),
  }
}

function isoTime(time: EpochMs): string {
  return new Date(time).toISOString()
}
