/** Who was banned more than once. */
import { countryName } from '../../place/country-names.ts'
import { numbered } from '../reading/words.ts'
import type { Offender, Report } from '../report.ts'
import { whenOf } from '../wording.ts'
import { bdi, code, type Html, html, NOTHING } from './html.ts'

export function repeatSection({ repeats, offenders = [] }: Report): Html {
  if (!repeats) return NOTHING
  const again = repeats.rows.filter(({ key, count }) => key !== '' && count > 1).length
  const body = again === 0 ? html`<p class="empty">No address was banned twice.</p>` : list(offenders, again)
  return html`<section id="repeat" aria-labelledby="repeat-title"><h2 id="repeat-title">Repeat offenders</h2>
<p class="lead">Addresses that were banned more than once; bans, ${whenOf(repeats)}.</p>${body}</section>`
}

function list(offenders: readonly Offender[], all: number): Html {
  const rest = all - offenders.length
  const note =
    rest > 0
      ? html`<p class="more">${numbered(rest, 'more address', 'more addresses')} with more than one ban.</p>`
      : NOTHING
  return html`<div class="scroll"><table><thead><tr><th scope="col" class="rank">#</th><th scope="col">Address</th><th scope="col">Country</th><th scope="col">Organisation</th><th scope="col" class="n">Bans</th></tr></thead>
<tbody>${offenders.map(line)}</tbody></table></div>${note}`
}

function line({ address, bans, place }: Offender, i: number): Html {
  const { country, asn, organisation = '' } = place
  const org = asn === undefined ? html`unknown` : html`${bdi(organisation)} <span class="id">AS${String(asn)}</span>`
  return html`<tr><td class="rank">${i + 1}</td><th scope="row" class="ip">${code(address)}</th><td class="land">${country === undefined ? 'unknown' : countryName(country)}</td><td>${org}</td><td class="n">${bans}</td></tr>\n`
}
