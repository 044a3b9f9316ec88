/** The report as one HTML file that needs nothing else: no script, no font, no picture from anywhere. */
import type { Picture } from '../../chart/picture.ts'
import { chartStyle } from '../../chart/style.ts'
import { svg } from '../../chart/svg.ts'
import type { Table } from '../../statistics/table.ts'
import { BOUNDS } from '../bounds.ts'
import { bars, map, times, WIDTHS, week } from '../pictures.ts'
import { known } from '../reading/subject.ts'
import { capital, counted, noun } from '../reading/words.ts'
import type { Report } from '../report.ts'
import { ASKED, emptyOf, requestsAre, subjectOf, whenOf } from '../wording.ts'
import { type Html, html, made, NOTHING } from './html.ts'
import { bannedSection, jailsSection } from './jails-section.ts'
import { methodSection } from './method-section.ts'
import { policy } from './policy.ts'
import { readingSection } from './reading-section.ts'
import { repeatSection } from './repeat-section.ts'
import { rows, wholeTable } from './rows.ts'
import { pageStyle } from './style.ts'
import { cards, foot, topSection } from './top-section.ts'

export async function page(report: Report): Promise<string> {
  const style = chartStyle() + pageStyle()
  const sections = sectionsOf(report).filter(({ body }) => body.html !== '')
  const links = sections.map(({ id, name }) => [id, name] as const)
  const head = html`<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${await policy([style])}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="generator" content="Rampart ${report.version}">
<title>${report.title}</title>`
  const body = html`${topSection(report, links)}
<main class="wide">
${cards(report)}
${sections.map((section) => section.body)}
</main>
<footer class="wide">${foot(report)}</footer>`
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n${head.html}\n<style>${style}</style>\n</head>\n<body>\n${body.html}\n</body>\n</html>\n`
}

interface Section {
  readonly id: string
  readonly name: string
  readonly body: Html
}

/** In the order in which they stand; one without a body has no data to show. */
function sectionsOf(report: Report): readonly Section[] {
  const what = questionOf(report.country)
  return [
    { id: 'reading', name: 'Reading', body: readingSection(report.reading, what) },
    { id: 'map', name: 'Map', body: mapSection(report.country, what) },
    { id: 'time', name: 'Time', body: timeSection(report) },
    ...placesSections(report, what),
    { id: 'jails', name: 'Jails', body: jailsSection(report, captionOf(report.jails)) },
    { id: 'asked', name: 'Requests', body: askedSection(report) },
    { id: 'repeat', name: 'Repeat offenders', body: repeatSection(report) },
    { id: 'addresses', name: 'Addresses', body: bannedSection(report) },
    { id: 'method', name: 'Method', body: methodSection(report) },
  ]
}

/** Three of them; one where nothing is known for any. */
function placesSections({ country, org, city }: Report, what: string): readonly Section[] {
  if ([country, org, city].every((table) => known(table).length === 0)) {
    const why =
      country.total === 0
        ? html`${emptyOf(country)}`
        : html`For none of these addresses is a place known: addresses of private and reserved networks have none; <code>rampart geo status</code> tells what data there is.`
    const body = html`<section id="places" aria-labelledby="places-title"><h2 id="places-title">Places</h2>
<p class="lead">${capital(what)}.</p><p class="empty">${why}</p></section>`
    return [{ id: 'places', name: 'Places', body }]
  }
  return [
    { id: 'country', name: 'Countries', body: tableSection(country, 'Countries', what) },
    { id: 'org', name: 'Organisations', body: tableSection(org, 'Organisations', what) },
    { id: 'city', name: 'Cities', body: tableSection(city, 'Cities', what) },
  ]
}

/** Where data is missing, how it is had. */
function noneKnown({ by }: Table): string {
  if (by !== 'city')
    return `The ${by === 'org' ? 'organisation' : 'country'} is known for none of these addresses: rampart geo status tells what data there is.`
  return 'The city is known for none of these addresses. Where the data of cities is missing, rampart geo install city brings it.'
}

/** Unit and period, for every heading. */
function questionOf(table: Table): string {
  return `${subjectOf(table)}; ${whenOf(table)}`
}

function captionOf(table: Table | undefined): string {
  return table === undefined ? '' : `${capital(counted(table.total, table.unit))}, ${whenOf(table)}`
}

function mapSection(table: Table, what: string): Html {
  if (known(table).length === 0) return NOTHING
  return html`<section id="map" aria-labelledby="map-title"><h2 id="map-title">Where they are registered or located</h2>
<p class="lead">${capital(what)}.</p>${figure(map(table, WIDTHS.broad), map(table, WIDTHS.narrow))}</section>`
}

function tableSection(table: Table, name: string, what: string): Html {
  const count = known(table).length
  const lead = html`<p class="lead">${capital(what)}.</p>`
  const head = html`<h2 id="${table.by}-title">${name}</h2>${lead}`
  const all = count === 0 ? NOTHING : wholeTable(table, captionOf(table))
  const charts =
    count === 0
      ? html`<p class="empty">${noneKnown(table)}</p>`
      : html`${figure(bars(table, WIDTHS.broad), bars(table, WIDTHS.narrow))}`
  return html`<section id="${table.by}" aria-labelledby="${table.by}-title">${head}${charts}${all}</section>`
}

function timeSection({ series, week: hours }: Report): Html {
  if (!series) return NOTHING
  const what = `${capital(noun(2, series.unit))} from ${whenOf(series)}`
  const heat = hours ? figure(week(hours, WIDTHS.broad), week(hours, WIDTHS.narrow)) : NOTHING
  return html`<section id="time" aria-labelledby="time-title"><h2 id="time-title">When</h2>
<p class="lead">${what}.</p>${figure(times(series, WIDTHS.broad), times(series, WIDTHS.narrow))}${heat}</section>`
}

function askedSection({ ports, paths, agents }: Report): Html {
  const asked = [ports, paths, agents].filter((table) => table !== undefined && known(table).length > 0) as Table[]
  if (asked.length === 0) return NOTHING
  const parts = asked.map(
    (table) => html`<div><h3>${ASKED[table.by] ?? ''}</h3>${rows(table, captionOf(table), BOUNDS.short)}</div>`,
  )
  return html`<section id="asked" aria-labelledby="asked-title"><h2 id="asked-title">What they asked for</h2>
<p class="lead">${requestsAre(paths)}</p>${parts}</section>`
}

/** The second is for narrow screens: the same data, drawn so that its letters stay readable. */
function figure(broad: Picture, narrow: Picture): Html {
  const draw = (picture: Picture, className: string) =>
    html`<figure class="${className}">${made(svg(picture, { inline: 'without-style' }))}</figure>`
  return html`${draw(broad, 'broad')}${draw(narrow, 'narrow')}`
}
