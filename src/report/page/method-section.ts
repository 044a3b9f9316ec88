/** How it was counted, what the data is and of when, and what its licences ask to be said. */
import type { DataSource } from '../../place/places.ts'
import { method } from '../method.ts'
import type { Report } from '../report.ts'
import { type Html, html, NOTHING } from './html.ts'

export function methodSection(report: Report): Html {
  const { sources } = report
  const credits = sources.length === 0 ? NOTHING : html`<h3>Data</h3><ul>${sources.map(credit)}</ul>`
  return html`<section id="method" class="method" aria-labelledby="method-title"><h2 id="method-title">Method</h2>
<ul>${method(report).map((sentence) => html`<li>${sentence}</li>`)}</ul>${credits}</section>`
}

function credit({ name, credit, licence, url, date, covers }: DataSource): Html {
  const title = /^https?:\/\//.test(url)
    ? html`<a href="${url}" rel="noopener noreferrer">${credit}</a>`
    : html`${credit}`
  const what = covers === 'all' ? 'countries, organisations and cities' : covers
  return html`<li>${title}: ${name}, ${what}${date === undefined ? ', of unknown date' : `, data of ${date}`}, ${licence}; compiled and counted here.</li>`
}
