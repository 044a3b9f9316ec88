/** Counts over time made ready to be drawn: the largest jails first, the rest as one, no more columns than can be seen. */
import { printDuration } from '../base/duration.ts'

/** What was counted in stretches of time. */
export interface Counts {
  /** Length of a stretch. */
  readonly bucketMs: number
  /** When each stretch begins, ascending. */
  readonly starts: readonly number[]
  /** For each stretch a number; all but the six largest are drawn as one. */
  readonly jails: readonly { readonly jail: string; readonly counts: readonly number[] }[]
}

export interface Stack {
  readonly starts: readonly number[]
  /** Length of a column. */
  readonly bucketMs: number
  /** When the last column ends. */
  readonly end: number
  /** The largest first, `N others` last. */
  readonly layers: readonly Layer[]
  /** Of each column. */
  readonly sums: readonly number[]
}

export interface Layer {
  readonly name: string
  readonly counts: readonly number[]
  readonly total: number
}

const COLOURS = 6

export function stack({ starts, jails, bucketMs }: Counts, maxColumns: number): Stack {
  const together = Math.max(1, Math.ceil(starts.length / maxColumns))
  const layers = jails
    .map(({ jail, counts }) => ({
      name: jail,
      counts: merge(
        starts.map((_, i) => counts[i] ?? 0),
        together,
      ),
    }))
    .map((layer) => ({ ...layer, total: sum(layer.counts) }))
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1))
  const kept = layers.slice(0, COLOURS)
  const rest = layers.slice(COLOURS)
  const shown = rest.length === 0 ? kept : [...kept, others(rest)]
  const columns = starts.filter((_, i) => i % together === 0)
  return {
    starts: columns,
    bucketMs: bucketMs * together,
    end: (starts.at(-1) ?? 0) + bucketMs,
    layers: shown,
    sums: columns.map((_, i) => sum(shown.map(({ counts }) => counts[i]!))),
  }
}

function merge(counts: readonly number[], together: number): readonly number[] {
  if (together === 1) return counts
  const merged: number[] = []
  for (let i = 0; i < counts.length; i += together) merged.push(sum(counts.slice(i, i + together)))
  return merged
}

function others(rest: readonly Layer[]): Layer {
  const counts = rest[0]!.counts.map((_, i) => sum(rest.map((layer) => layer.counts[i]!)))
  return { name: rest.length === 1 ? '1 other' : `${rest.length} others`, counts, total: sum(counts) }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** `each column 1h`, which stands behind a subtitle: columns may be several stretches together. */
export function columnLength({ bucketMs }: Stack): string {
  return `each column ${printDuration(bucketMs / 1000)}`
}
