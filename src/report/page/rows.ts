/** Tables of a page: the first rows open, all of them behind a click, and what is left out told. */
import { amount, percent } from '../../chart/amount.ts'
import { countryName } from '../../place/country-names.ts'
import type { Row, Table } from '../../statistics/table.ts'
import { BOUNDS } from '../bounds.ts'
import { namesOf } from '../pictures.ts'
import { cityOf, known, organisation } from '../reading/subject.ts'
import { capital, noun } from '../reading/words.ts'
import { first } from '../wording.ts'
import { bdi, code, type Html, html, NOTHING } from './html.ts'

/** As many rows of the table as `most`, each with its share as a bar. */
export function rows(table: Table, caption: string, most: number): Html {
  const { shown, rest } = first(table, most)
  const largest = shown.reduce((so, { count }) => Math.max(so, count), 1)
  const body = shown.map((row) => line(table, row, largest))
  const note = rest === '' ? NOTHING : html`<p class="more">${rest}</p>`
  return html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr><th scope="col" class="rank">#</th>${heads(table)}<th scope="col" class="n">${capital(noun(2, table.unit))}</th><th scope="col" class="n">Share</th><td class="of"></td></tr></thead>
<tbody>${body}</tbody></table></div>${note}`
}

function heads({ by }: Table): Html {
  const [first, second] = HEADS[by] ?? ['', undefined]
  return html`<th scope="col">${first}</th>${second === undefined ? NOTHING : html`<th scope="col">${second}</th>`}`
}

const HEADS: { readonly [by in Table['by']]?: readonly [string, string?] } = {
  country: ['Country', 'Code'],
  org: ['Organisation', 'AS number'],
  city: ['City', 'Country'],
  jail: ['Jail'],
  ip: ['Address'],
  port: ['Port'],
  path: ['Path'],
  agent: ['User agent'],
}

function line(table: Table, row: Row, largest: number): Html {
  const bar = html`<td class="of"><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="${((row.count * 100) / largest).toFixed(1)}" height="6" rx=".6"/></svg></td>`
  const rank = row.key === '' ? '' : String(row.rank)
  return html`<tr><td class="rank">${rank}</td>${cells(table, row)}<td class="n">${row.count}</td><td class="n">${percent(row.share)}</td>${bar}</tr>\n`
}

function cells({ by }: Table, row: Row): Html {
  if (row.key === '')
    return html`<th scope="row">unknown</th>${HEADS[by]?.[1] === undefined ? NOTHING : html`<td></td>`}`
  switch (by) {
    case 'country':
      return two(countryName(row.key), row.key)
    case 'org':
      return two(organisation(row), row.key)
    case 'city': {
      const { city, country } = cityOf(row.key)
      return two(city, country === '' ? '' : countryName(country))
    }
    case 'jail':
      return html`<th scope="row">${bdi(row.label)}</th>`
    default:
      return html`<th scope="row">${code(row.label)}</th>`
  }
}

function two(title: string, id: string): Html {
  return html`<th scope="row">${bdi(title)}</th><td class="id">${bdi(id)}</td>`
}

/** The whole table behind a click, as far as a page can hold it. */
export function wholeTable(table: Table, caption: string): Html {
  const names = namesOf(table, known(table).length)
  const cut = table.rows.length > BOUNDS.rows
  const title = cut
    ? `The first ${amount(BOUNDS.rows)} of ${names} as a table`
    : `${table.rows.length === 1 ? '' : 'All '}${names} as a table`
  return html`<details><summary>${title}</summary>${rows(table, caption, BOUNDS.rows)}</details><p class="more paper">${title}: in the file that this was printed from.</p>`
}
