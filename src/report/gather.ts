/** Asks everything that a report shows. What a list of addresses cannot tell is left out. */
import { parseNetwork } from '../base/address.ts'
import { asClasses } from '../place/as-classes.ts'
import type { DataSource, Places } from '../place/places.ts'
import type { Question } from '../statistics/question.ts'
import type { By, Row, Series, Table, Week } from '../statistics/table.ts'
import type { EpochMs } from '../world/clock.ts'
import { BOUNDS } from './bounds.ts'
import { orgsByCountry } from './orgs-by-country.ts'
import { read } from './reading/reading.ts'
import { known, type Subject } from './reading/subject.ts'
import type { JailList, Offender, Report } from './report.ts'

/** A history or a list, opened, with the question that was asked of it. */
export interface Asking {
  readonly now: EpochMs
  /** undefined: a list of addresses is asked. */
  readonly history: Past | undefined
  readonly places: Places
  question(by: By, change?: Partial<Question>): Question
  /** Tables of one moment, in the order asked for. */
  tables(questions: readonly Question[]): Promise<readonly Table[]>
  overTime(change?: Partial<Question>): Series
  hourByWeekday(change?: Partial<Question>): Week
}

/** What of the history is known beforehand. */
export interface Past {
  jails(): readonly string[]
  /** When the first of its bans began; undefined: there is none. */
  extent(): { readonly first: EpochMs } | undefined
  runs(): readonly { readonly time: EpochMs }[]
}

/** What only who calls can say: the title, and the version of this program. */
export type Cover = Pick<Report, 'title' | 'version'>

/** @throws Fault as `tables` */
export async function gather(asking: Asking, cover: Cover): Promise<Report> {
  const { now, places } = asking
  const base = asking.question('country')
  const asked = questions(base, asking)
  const answers = (await asking.tables(Object.values(asked).flat())).map(ofAddresses)
  const answer = answersOf(asked, answers)
  const [country, org, city, addresses] = answer('places') as [Table, Table, Table, Table]
  const classes = asClasses()
  const subject: Subject = { ...{ now, classes, country, org, city }, ...(await withOrgs(addresses, places)) }
  const common = {
    ...{ ...cover, generated: now, country, org, city },
    classes: { version: classes.version, size: classes.size },
    sources: sourcesOf(answers),
  }
  if (!asking.history) return { ...common, reading: read(subject) }
  const [jails] = answer('jails') as [Table]
  const [hours, ports, repeats] = answer('bans') as [Table, Table, Table]
  const [paths, agents] = requests(answer('requests'))
  const [before, orgBefore] = answer('before')
  const series = asking.overTime(BANS)
  const { from } = series.period
  return {
    ...common,
    ...{ jails, ports, paths, agents, repeats },
    banned: jailLists(answer('lists')),
    offenders: await offenders(repeats, places),
    series,
    week: asking.hourByWeekday(BANS),
    reading: read({
      ...subject,
      jails,
      hours: { ...hours, period: { ...hours.period, from } },
      repeats,
      ...(before ? { before: { country: before, org: orgBefore! } } : {}),
    }),
  }
}

/** A list in which no address stands twice is one of addresses. */
function ofAddresses(table: Table): Table {
  return table.unit === 'lines' && table.total === table.distinct ? { ...table, unit: 'ips' } : table
}

/** Bans in force and those that are over: what happened, not what is left of it. */
const BANS = { unit: 'bans', state: 'all' } as const

/** All that was seen, banned for or not. */
const FAILURES = { unit: 'failures', state: 'all' } as const

type Asked = Readonly<Record<'places' | 'jails' | 'bans' | 'requests' | 'lists' | 'before', readonly Question[]>>

function questions(base: Question, { history }: Asking): Asked {
  const places = (['country', 'org', 'city', 'ip'] as const).map((by) => ({ ...base, by }))
  if (!history) return { places, jails: [], bans: [], requests: [], lists: [], before: [] }
  const names = base.jail === undefined ? history.jails().slice(0, BOUNDS.askedJails) : [base.jail]
  return {
    places,
    jails: [{ ...base, unit: 'ips', by: 'jail' }],
    bans: (['hour', 'port', 'ip'] as const).map((by) => ({ ...base, ...BANS, by })),
    requests: [FAILURES, BANS].flatMap((what) => (['path', 'agent'] as const).map((by) => ({ ...base, ...what, by }))),
    lists: names.map((jail) => ({ ...base, unit: 'ips', jail, by: 'ip' })),
    before: before(base, history),
  }
}

/**
 * What was in force at another moment the history cannot tell; and a period that began before the history did would look
 * emptier than it was.
 */
function before(base: Question, history: Past): readonly Question[] {
  const { from, to } = base.period
  if (from === undefined || base.state === 'active') return []
  const period = { from: from - (to - from), to: from }
  const first = Math.min(history.extent()?.first ?? to, history.runs()[0]?.time ?? to)
  if (first > period.from) return []
  return (['country', 'org'] as const).map((by) => ({ ...base, by, period, isNow: false }))
}

/** Gives the answers to some of the questions, which were asked one behind the other. */
function answersOf(asked: Asked, answers: readonly Table[]): (which: keyof Asked) => readonly Table[] {
  return (which) => {
    const groups = Object.keys(asked) as (keyof Asked)[]
    const start = groups.slice(0, groups.indexOf(which)).reduce((sum, group) => sum + asked[group].length, 0)
    return answers.slice(start, start + asked[which].length)
  }
}

/** Of all failures where the history tells of most; a history that has just begun to count them has more to say of its bans. */
function requests(tables: readonly Table[]): readonly [paths: Table, agents: Table] {
  const [paths, agents, ofBans, agentsOfBans] = tables as [Table, Table, Table, Table]
  const told = known(paths).reduce((sum, { count }) => sum + count, 0)
  const bans = known(ofBans).reduce((sum, { count }) => sum + count, 0)
  return told > bans ? [paths, agents] : [ofBans, agentsOfBans]
}

/** Jails with most first; of addresses the lowest. */
function jailLists(tables: readonly Table[]): readonly JailList[] {
  const filled = tables.filter(({ rows }) => rows.length > 0).sort((a, b) => b.distinct - a.distinct)
  let room: number = BOUNDS.allAddresses
  return filled.slice(0, BOUNDS.jails).map(({ filter, rows, distinct }) => {
    const addresses = inOrder(rows).slice(0, Math.min(room, BOUNDS.addresses))
    room -= addresses.length
    return { jail: filter.jail!, count: distinct, addresses }
  })
}

/** As people look for them: IPv4 first, by number. */
function inOrder(rows: readonly Row[]): readonly string[] {
  return rows
    .flatMap(({ key }) => parseNetwork(key) ?? [])
    .sort((a, b) => a.family - b.family || (a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : a.prefix - b.prefix))
    .map(({ text }) => text)
}

async function offenders({ rows }: Table, places: Places): Promise<readonly Offender[]> {
  const again = rows.filter(({ key, count }) => key !== '' && count > 1).slice(0, BOUNDS.top)
  const found = await places.find(
    again.map(({ key }) => key),
    { city: false },
  )
  return again.map(({ key, count }, i) => ({ address: key, bans: count, place: found[i]! }))
}

/** Organisations by country are worth a second look at the places, but not at those of millions. */
async function withOrgs({ rows }: Table, places: Places): Promise<Pick<Subject, 'orgsByCountry'>> {
  const known = rows.filter(({ key }) => key !== '')
  if (known.length === 0 || known.length > BOUNDS.places) return {}
  const found = await places.find(
    known.map(({ key }) => key),
    { city: false },
  )
  return { orgsByCountry: orgsByCountry(known, found) }
}

function sourcesOf(tables: readonly Table[]): readonly DataSource[] {
  const all = tables.flatMap(({ sources }) => sources)
  return [...new Map(all.map((source) => [`${source.name} ${source.covers}`, source])).values()]
}
