/** Organisations' rows with what the class list says of their AS numbers. */
import type { AsClass, AsClasses, AsEntry } from '../../place/as-classes.ts'
import type { Row, Table } from '../../statistics/table.ts'
import { asnOf, known, sum } from './subject.ts'

export interface ClassedRow extends Row {
  readonly entry: AsEntry | undefined
}

export function classed(table: Table, classes: AsClasses): readonly ClassedRow[] {
  return known(table).map((row) => {
    const asn = asnOf(row.key)
    return { ...row, entry: asn === undefined ? undefined : classes.find(asn) }
  })
}

export function ofClass(rows: readonly ClassedRow[], ...kinds: readonly AsClass[]): readonly ClassedRow[] {
  return rows.filter(({ entry }) => entry !== undefined && kinds.includes(entry.class))
}

export interface Owner {
  readonly owner: string
  readonly rows: readonly ClassedRow[]
  readonly count: number
}

/** By the list's owners alone, never by names that look alike; those with most first. */
export function owners(rows: readonly ClassedRow[]): readonly Owner[] {
  const found = new Map<string, ClassedRow[]>()
  for (const row of rows) {
    if (row.entry === undefined) continue
    const { owner } = row.entry
    found.set(owner, [...(found.get(owner) ?? []), row])
  }
  return [...found]
    .map(([owner, of]) => ({ owner, rows: of, count: sum(of) }))
    .sort((a, b) => b.count - a.count || (a.owner < b.owner ? -1 : 1))
}
