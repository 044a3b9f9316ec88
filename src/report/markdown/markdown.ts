/** The report as Markdown: what the page says, without its pictures. */
import { amount } from '../../chart/amount.ts'
import { countryName } from '../../place/country-names.ts'
import type { DataSource } from '../../place/places.ts'
import type { Table } from '../../statistics/table.ts'
import { BOUNDS } from '../bounds.ts'
import { method } from '../method.ts'
import { namesOf } from '../pictures.ts'
import { known } from '../reading/subject.ts'
import { capital, counted, noun, numbered } from '../reading/words.ts'
import type { JailList, Report } from '../report.ts'
import { RULE_TITLES } from '../rule-titles.ts'
import { ASKED, emptyOf, headline, moment, subjectOf, whenOf } from '../wording.ts'
import { coded, plain, sentenceText } from './escape.ts'
import { counts, grid } from './table.ts'

export function markdown(report: Report): string {
  const { country, org, city, jails } = report
  const parts = [
    `# ${plain(report.title)}`,
    `${plain(capital(subjectOf(country)))}; ${plain(whenOf(country))}.`,
    grid(
      ['>', ''],
      headline(report).map(([number, what]) => [number, what]),
    ),
    '## The reading',
    reading(report),
    ...ofTable('Countries', country),
    ...ofTable('Organisations', org),
    ...ofTable('Cities', city),
    ...overTime(report),
    ...(jails ? ofTable('Jails', jails) : []),
    ...asked(report),
    ...repeats(report),
    ...banned(report),
    '## Method',
    method(report)
      .map((sentence) => `- ${plain(sentence)}\n`)
      .join(''),
    ...(report.sources.length === 0 ? [] : ['### Data', report.sources.map(credit).join('')]),
    plain(`Made by Rampart ${report.version} on ${moment(report.generated, country.zone)} (${country.zone}).`),
  ]
  return `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`
}

function reading({ reading: { sentences, none } }: Report): string {
  if (none !== undefined) return plain(none)
  return sentences.map(({ rule, words }) => `- **${RULE_TITLES[rule]}.** ${sentenceText(words)}\n`).join('')
}

/** Unit and period in every heading. */
function ofTable(title: string, table: Table): string[] {
  const names = namesOf(table, known(table).length)
  const lead = `${capital(counted(table.total, table.unit))}, ${names}; ${plain(whenOf(table))}.`
  const body = table.rows.length === 0 ? emptyOf(table) : counts(table, BOUNDS.rows)
  return [`## ${title}`, lead, body]
}

/** The newest stretches of time: a picture shows more of them than one reads. */
function overTime({ series }: Report): string[] {
  if (!series) return []
  const { starts, jails, unit, zone } = series
  const sums = starts.map((start, i) => ({ start, count: jails.reduce((sum, { counts }) => sum + counts[i]!, 0) }))
  const shown = sums.slice(-BOUNDS.stretches)
  const before = sums.slice(0, -BOUNDS.stretches)
  const rest =
    before.length === 0
      ? ''
      : `\nBefore: ${counted(
          before.reduce((sum, { count }) => sum + count, 0),
          unit,
        )}.\n`
  const rows = shown.map(({ start, count }) => [moment(start, zone), amount(count)])
  return ['## Time', `${grid([`From (${plain(zone)})`, `>${capital(noun(2, unit))}`], rows)}${rest}`]
}

function asked({ ports, paths, agents }: Report): string[] {
  const tables = [ports, paths, agents].filter((table) => table !== undefined && known(table).length > 0) as Table[]
  return tables.flatMap((table) => [`## ${ASKED[table.by] ?? ''}`, counts(table, BOUNDS.short)])
}

function repeats({ repeats: table, offenders = [] }: Report): string[] {
  if (!table || offenders.length === 0) return []
  const all = table.rows.filter(({ key, count }) => key !== '' && count > 1).length
  const rows = offenders.map(({ address, bans, place: { country, asn, organisation = '' } }) => [
    coded(address),
    country === undefined ? 'unknown' : plain(countryName(country)),
    asn === undefined ? 'unknown' : plain(`${organisation} AS${asn}`),
    amount(bans),
  ])
  const rest =
    all > offenders.length
      ? `\n${numbered(all - offenders.length, 'more address', 'more addresses')} with more than one ban.\n`
      : ''
  return ['## Repeat offenders', `${grid(['Address', 'Country', 'Organisation', '>Bans'], rows)}${rest}`]
}

function banned({ banned: lists = [] }: Report): string[] {
  return lists.length === 0 ? [] : ['## Banned addresses, jail by jail', ...lists.map(list)]
}

function list({ jail, count, addresses }: JailList): string {
  const rest = count - addresses.length
  const note = rest > 0 ? `\n${numbered(rest, 'address is', 'addresses are')} left out here.\n` : ''
  return `### ${plain(jail)}: ${numbered(count, 'address', 'addresses')}\n\n\`\`\`text\n${addresses.join('\n')}\n\`\`\`\n${note}`
}

function credit({ name, credit, licence, url, date }: DataSource): string {
  const title = /^https?:\/\/[\w./-]+$/.test(url) ? `[${plain(credit)}](${url})` : plain(credit)
  return `- ${title}: ${plain(name)}, ${date === undefined ? 'of unknown date' : `data of ${plain(date)}`}, ${plain(licence)}; compiled and counted here.\n`
}
