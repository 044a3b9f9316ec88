/** The tables of the article that the charts are held to: count, TAB, name. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bars } from '../../src/chart/bar-chart.ts'

export interface Row {
  readonly count: number
  readonly label: string
}

export function golden(name: string): readonly Row[] {
  const text = readFileSync(join(import.meta.dirname, 'golden', `${name}.tsv`), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [count, label] = line.split('\t')
      return { count: Number(count), label: label! }
    })
}

/** The first `most` rows of a table, the rest told as others. */
export function goldenBars(name: string, most: number): Bars {
  const all = golden(name)
  const total = sum(all)
  const rows = all.slice(0, most).map((row) => ({ ...row, share: row.count / total }))
  const rest = all.slice(most)
  const others = { label: `${rest.length} others`, count: sum(rest), share: sum(rest) / total }
  return {
    title: `Top ${most} of ${name}`,
    subtitle: `${total} addresses`,
    unit: 'addresses',
    rows,
    apart: rest.length > 0 ? [others] : [],
    notes: ['IP geolocation by DB-IP (db-ip.com), data of 2026-06-01'],
  }
}

function sum(rows: readonly Row[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0)
}
