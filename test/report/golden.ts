/** The article's three tables as Tables. Each was counted on its own: a city's row does not say its country. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asClasses } from '../../src/place/as-classes.ts'
import type { DataSource } from '../../src/place/places.ts'
import type { Subject } from '../../src/report/reading/subject.ts'
import type { By, Row, Table } from '../../src/statistics/table.ts'

export const NOON = Date.UTC(2026, 10, 23, 12)
export const DAY = 86_400_000

export const DBIP: DataSource = {
  name: 'DB-IP Lite',
  licence: 'CC-BY-4.0',
  credit: 'IP Geolocation by DB-IP',
  url: 'https://db-ip.com',
  date: '2026-06-01',
  covers: 'all',
}

export function goldenSubject(more: Partial<Subject> = {}): Subject {
  return {
    now: NOON,
    classes: asClasses(),
    country: goldenTable('country'),
    org: goldenTable('org'),
    city: goldenTable('city'),
    ...more,
  }
}

export function goldenTable(by: 'country' | 'org' | 'city'): Table {
  const lines = readFileSync(join(import.meta.dirname, '../chart/golden', `${by}.tsv`), 'utf8')
    .trimEnd()
    .split('\n')
  return tableOf(
    by,
    lines.map((line) => {
      const [count, label] = line.split('\t') as [string, string]
      return [by === 'org' ? label.split(' ')[0]! : by === 'city' ? `${label}|` : label, label, Number(count)]
    }),
  )
}

/** Of rows of key, label and count, in order. */
export function tableOf(
  by: By,
  counts: readonly (readonly [string, string, number])[],
  more: Partial<Table> = {},
): Table {
  const total = counts.reduce((all, [, , count]) => all + count, 0)
  const rows = counts.map(([key, label, count], i): Row => ({ rank: i + 1, key, label, count, share: count / total }))
  return {
    by,
    unit: 'ips',
    origin: 'history',
    period: { from: NOON - 7 * DAY, to: NOON },
    zone: 'Europe/Paris',
    filter: { state: 'all' },
    rows,
    total,
    distinct: total,
    overlaps: false,
    unknown: {},
    sources: [DBIP],
    ...more,
  }
}
