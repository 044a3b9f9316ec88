/** What each jail did, and whom it has banned: the lists that people take into other tools. */

import { amount } from '../../chart/amount.ts'
import { BOUNDS } from '../bounds.ts'
import { sum } from '../reading/subject.ts'
import { numbered } from '../reading/words.ts'
import type { JailList, Report } from '../report.ts'
import { emptyOf } from '../wording.ts'
import { bdi, type Html, html, NOTHING } from './html.ts'
import { rows } from './rows.ts'

export function jailsSection({ jails }: Report, what: string): Html {
  if (!jails) return NOTHING
  const twice =
    sum(jails.rows) > jails.total ? html` An address that several jails banned counts in each of them.` : NOTHING
  const body = jails.rows.length === 0 ? html`<p class="empty">${emptyOf(jails)}</p>` : rows(jails, what, BOUNDS.jails)
  return html`<section id="jails" aria-labelledby="jails-title"><h2 id="jails-title">Jails</h2>
<p class="lead">Which jail banned how many.${twice}</p>${body}</section>`
}

export function bannedSection({ banned = [] }: Report): Html {
  if (banned.length === 0) return NOTHING
  return html`<section id="addresses" aria-labelledby="addresses-title"><h2 id="addresses-title">Banned addresses, jail by jail</h2>
<p class="lead">Each address once in each jail that banned it, one a line when copied.</p>${banned.map(list)}</section>`
}

function list({ jail, count, addresses }: JailList): Html {
  const [open, folded] = [addresses.slice(0, BOUNDS.open), addresses.slice(BOUNDS.open)]
  const rest = count - addresses.length
  const note =
    rest > 0
      ? html`<p class="more">${numbered(rest, 'address is', 'addresses are')} left out here: <code>rampart stats --by ip --jail ${bdi(jail)} -n all</code> lists them all.</p>`
      : NOTHING
  const more =
    folded.length === 0
      ? NOTHING
      : html`<details><summary>${amount(folded.length)} more</summary>${block(folded)}</details><p class="more paper">${amount(folded.length)} more are in the file that this was printed from.</p>`
  return html`<div class="jail"><h3>${bdi(jail)}<span>${numbered(count, 'address', 'addresses')}</span></h3>${block(open)}${more}${note}</div>\n`
}

/** IPv4 in narrow columns; IPv6 and networks in wide ones. */
function block(addresses: readonly string[]): Html {
  if (addresses.length === 0) return NOTHING
  const long = addresses.some((address) => address.length > 18) ? ' long' : ''
  return html`<pre class="ips${long}">${addresses.map((address) => html`${address}\n`)}</pre>`
}
