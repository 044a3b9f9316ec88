/** The reading: each rule's sentences beside its title, each with the rows that it was counted from. */

import { countryName } from '../../place/country-names.ts'
import { BOUNDS } from '../bounds.ts'
import { cityTitle, orgTitle } from '../pictures.ts'
import type { Reading } from '../reading/reading.ts'
import type { Evidence, Rule, Sentence } from '../reading/sentence.ts'
import { sum } from '../reading/subject.ts'
import { numbered } from '../reading/words.ts'
import { RULE_TITLES } from '../rule-titles.ts'
import { left } from '../wording.ts'
import { bdi, type Html, html, NOTHING, sentenceHtml } from './html.ts'

export function readingSection({ sentences, none }: Reading, what: string): Html {
  const rules = [...new Set(sentences.map(({ rule }) => rule))]
  const body =
    none === undefined
      ? html`<dl>${rules.map((rule) => part(rule, sentences))}</dl>`
      : html`<p class="empty">${none}</p>`
  return html`<section id="reading" class="reading" aria-labelledby="reading-title"><h2 id="reading-title">The reading</h2>
<p class="lead">Sentences computed from the tables below (${what}); each can be opened to the rows it counts.</p>
${body}</section>`
}

function part(rule: Rule, sentences: readonly Sentence[]): Html {
  const own = sentences.filter((one) => one.rule === rule)
  return html`<div><dt>${RULE_TITLES[rule]}</dt><dd>${own.map(said)}</dd></div>\n`
}

function said({ words, rows }: Sentence): Html {
  return html`<p>${sentenceHtml(words)}</p>${rows.length === 0 ? NOTHING : behind(rows)}`
}

function behind(rows: readonly Evidence[]): Html {
  const shown = rows.slice(0, BOUNDS.evidence)
  const rest = rows.slice(BOUNDS.evidence)
  const note = rest.length === 0 ? NOTHING : html`<p class="more">${left(rest.length, sum(rest))}.</p>`
  const lines = shown.map(
    (row) => html`<tr><th scope="row">${bdi(title(row))}</th><td class="n">${row.count}</td></tr>`,
  )
  return html`<details><summary>${numbered(rows.length, 'row', 'rows')}</summary><table><tbody>${lines}</tbody></table>${note}</details>`
}

function title(row: Evidence): string {
  if (row.by === 'country') return `${countryName(row.key)} (${row.key})`
  if (row.by === 'org') return orgTitle(row)
  if (row.by === 'city') return cityTitle(row)
  return row.by === 'hour' ? `${row.key}:00` : row.label
}
