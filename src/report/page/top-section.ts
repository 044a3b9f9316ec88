/** The head of the page: what was counted, over which time, and the numbers that people ask for first. */
import { capital } from '../reading/words.ts'
import type { Report } from '../report.ts'
import { headline, moment, subjectOf, whenOf } from '../wording.ts'
import { type Html, html, made } from './html.ts'

export function topSection(report: Report, links: readonly (readonly [string, string])[]): Html {
  const { title, country } = report
  return html`<header class="band"><div class="wide"><div class="brand">${made(MARK)}<span>Rampart</span></div>
<h1>${title}</h1>
<p>${capital(subjectOf(country))}</p>
<p>${capital(whenOf(country))}</p>
<nav aria-label="Sections"><ul>${links.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</div></header>`
}

// Battlements, seen from the front.
const MARK =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 3h4v3h3V3h6v3h3V3h4v7l-2 2v9h-5v-5a3 3 0 0 0-6 0v5H4v-9l-2-2z"/></svg>'

/** Each a number and what it counts. */
export function cards(report: Report): Html {
  return html`<dl class="cards">${headline(report).map(([number, what]) => html`<div><dt>${what}</dt><dd>${number}</dd></div>`)}</dl>`
}

export function foot({ version, generated, country }: Report): string {
  return `Made by Rampart ${version} on ${moment(generated, country.zone)} (${country.zone}).`
}
