/** Rule 9: what is not known, and how old the data of places is. */
import { percent } from '../../chart/amount.ts'
import type { DataSource } from '../../place/places.ts'
import { reasonOf } from '../../statistics/print/notes.ts'
import type { Table } from '../../statistics/table.ts'
import type { EpochMs } from '../../world/clock.ts'
import { type Sentence, sentence } from './sentence.ts'
import { known, type Subject, sum } from './subject.ts'
import { counted, listed, name, numbered, say, type Words } from './words.ts'

const DAY_MS = 86_400_000
/** Networks change hands: what is older than this should be renewed. */
const OLD_DAYS = 60

export function coverage({ country, org, city, now }: Subject): Sentence[] {
  const tables = [country, org, city]
  const age = ages(tables, now)
  if (country.total > 0 && tables.every((table) => known(table).length === 0)) return [...nowhere(country), ...age]
  return [...unknown(country, 'country'), ...unknown(org, 'organisation'), ...unknown(city, 'city'), ...age]
}

function nowhere(table: Table): Sentence[] {
  const text = say`No place is known for any of the ${counted(table.total, table.unit)}${reasons(table)}.`
  return [sentence('coverage', text, { of: table.total }, [])]
}

function unknown(table: Table, what: string): Sentence[] {
  const count = table.total - sum(known(table))
  if (count <= 0) return []
  if (count === table.total) {
    const text = say`No ${what} is known for any of the ${counted(count, table.unit)}${reasons(table)}.`
    return [sentence('coverage', text, { count }, [])]
  }
  const text = say`No ${what} is known for ${count} of ${counted(table.total, table.unit)}, ${percent(count / table.total)}${reasons(table)}.`
  return [sentence('coverage', text, { count, of: table.total }, [])]
}

/** ` (4 private)`. */
function reasons({ unknown }: Table): Words {
  const why = Object.entries(unknown).filter(([, count]) => count > 0)
  return why.length === 0 ? [] : say` (${listed(why.map(([reason, count]) => say`${count} ${reasonOf(reason)}`))})`
}

function ages(tables: readonly Table[], now: EpochMs): Sentence[] {
  const sources = new Map(tables.flatMap(({ sources }) => sources.map((source) => [source.name, source])))
  const dated = [...sources.values()].flatMap((source) => dateOf(source, now))
  if (dated.length === 0) return []
  const list = listed(
    dated.map(
      ({ source, days }) => say`${name(source.name)} of ${source.date!} (${numbered(days, 'day', 'days')} old)`,
    ),
  )
  const oldest = Math.max(...dated.map(({ days }) => days))
  const advice =
    oldest <= OLD_DAYS
      ? []
      : say` What is older than ${OLD_DAYS} days may be wrong for networks that changed hands since: rampart geo update.`
  return [sentence('coverage', say`Places are from ${list}.${advice}`, { oldest }, [])]
}

function dateOf(source: DataSource, now: EpochMs): { readonly source: DataSource; readonly days: number }[] {
  const time = source.date === undefined ? Number.NaN : Date.parse(`${source.date}T00:00:00Z`)
  return Number.isNaN(time) ? [] : [{ source, days: Math.max(0, Math.floor((now - time) / DAY_MS)) }]
}
