/** A table by country as a map. */
import { type World, worldMap } from '../../../chart/world-map.ts'
import { worldText } from '../../../chart/world-text.ts'
import { countryName } from '../../../place/country-names.ts'
import { known } from '../../../report/reading/subject.ts'
import { capital, noun } from '../../../report/reading/words.ts'
import type { Table } from '../../../statistics/table.ts'
import type { Drawn, Wanted } from './drawn.ts'
import { notesOf, subtitleOf } from './told.ts'

export function worldOf(table: Table, { title }: Wanted): Drawn {
  const rows = known(table)
  const unknown = table.rows.find(({ key }) => key === '')?.count ?? 0
  const unit = noun(2, table.unit)
  const world: World = {
    title: title ?? `${capital(unit)} by country`,
    subtitle: subtitleOf(table),
    unit,
    counts: new Map(rows.map(({ key, count }) => [key, count])),
    names: new Map(rows.map(({ key }) => [key, countryName(key)])),
    unknown,
    notes: notesOf(table),
  }
  return { picture: (width) => worldMap(world, width), text: (page) => worldText(world, page) }
}
