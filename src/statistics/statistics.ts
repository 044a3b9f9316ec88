/**
 * Counts joined with places, in order: the one layer that every face asks, so that all of them say the same number. What is read
 * of the history is of one moment, for several tables too; places are looked for once for all of them.
 */
import { asClasses } from '../place/as-classes.ts'
import type { Place } from '../place/place.ts'
import type { DataSource, Places } from '../place/places.ts'
import type { HistoryCounts } from '../store/statistics/counts.ts'
import { type Counted, countHistory, countList, isAddress, isByAddress } from './count.ts'
import { inOrder } from './order.ts'
import { type ByPlace, type Group, groupByPlace, isOfPlaces } from './places.ts'
import { type Question, refuseUnanswerable } from './question.ts'
import { type By, isOfTime, type Row, type Table } from './table.ts'

/** What is asked. */
export type Asked = (
  | { readonly history: HistoryCounts; readonly addresses?: undefined }
  /** The entries of a list, as they stand there; what is no address counts as unknown. */
  | { readonly addresses: readonly string[]; readonly history?: undefined }
) & {
  readonly places: Places
  /** Called while places are looked for. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined
}

/** @throws Fault `statistics.not-held`, `statistics.no-such-jail`, and those of `Database` */
export async function ask(question: Question, asked: Asked): Promise<Table> {
  return (await askAll([question], asked))[0]!
}

/** Several at once: the answers are of one moment, and each address is looked for once. @throws as `ask` */
export async function askAll(questions: readonly Question[], asked: Asked): Promise<readonly Table[]> {
  for (const question of questions) refuseUnanswerable(question, asked.addresses ? 'list' : 'history')
  const counted = count(questions, asked)
  const places = await findPlaces(questions, counted, asked)
  return questions.map((question, i) => tableOf(question, counted[i]!, places(counted[i]!), asked))
}

/** Nothing is waited for in here: the history stands still. */
function count(questions: readonly Question[], { history, addresses }: Asked): readonly Counted[] {
  const known = new Map<string, Counted>()
  const once = (question: Question) => {
    const key = JSON.stringify(isByAddress(question.by) ? { ...question, by: 'ip', cities: '' } : question)
    const unit = question.unit
    const counted =
      known.get(key) ??
      (history && unit !== 'lines'
        ? countHistory(question, unit, history)
        : countList(addresses ?? [], unit === 'ips' ? 'ips' : 'lines'))
    known.set(key, counted)
    return counted
  }
  history?.begin()
  try {
    return questions.map(once)
  } finally {
    history?.end()
  }
}

type PlacesOf = (counted: Counted) => readonly Place[]

async function findPlaces(
  questions: readonly Question[],
  counted: readonly Counted[],
  { places, onProgress }: Asked,
): Promise<PlacesOf> {
  const found = new Map<Counted, readonly Place[]>()
  const city = questions.some(({ by }) => by === 'city')
  for (const [i, { by }] of questions.entries()) {
    const one = counted[i]!
    if (!isOfPlaces(by) || one.kind !== 'addresses' || found.has(one)) continue
    found.set(one, await places.find(one.of.addresses, { city }, onProgress))
  }
  return (one) => found.get(one) ?? []
}

function tableOf(question: Question, counted: Counted, places: readonly Place[], asked: Asked): Table {
  const { by, unit, period, zone, jail, state } = question
  const { groups, unknown } = groupsOf(question, counted, places)
  const { total, distinct } = counted
  const ordered = isOfTime(by) ? groups : inOrder(groups)
  const notKnown = Object.values(unknown).reduce((sum, count) => sum + count, 0)
  const all = notKnown === 0 ? ordered : [...ordered, { key: '', label: UNKNOWN, count: notKnown }]
  const rows = all.map(
    ({ key, label, count }, i): Row => ({ rank: i + 1, key, label, count, share: total === 0 ? 0 : count / total }),
  )
  const sources = isOfPlaces(by) ? sourcesOf(by, asked.places.sources) : []
  return {
    ...{ by, unit, origin: asked.addresses ? 'list' : 'history', period, zone, filter: { jail, state } },
    ...{ rows, total, distinct, overlaps: overlaps(by, unit), unknown, sources },
  }
}

const UNKNOWN = 'unknown'

/** Cities of one name are told apart by their country, which may be of another source. */
function sourcesOf(by: ByPlace, sources: readonly DataSource[]): readonly DataSource[] {
  const subject = { country: 'country', org: 'organisation', class: 'organisation', city: 'city' } as const
  const telling = sources.filter(({ covers }) => covers === subject[by] || covers === 'all')
  if (by !== 'city' || telling.length === 0) return telling
  return sources.filter(({ covers }) => covers !== 'organisation')
}

function groupsOf(
  { by, cities }: Question,
  counted: Counted,
  places: readonly Place[],
): { readonly groups: readonly Group[]; readonly unknown: Table['unknown'] } {
  if (counted.kind === 'groups') return { groups: counted.groups, unknown: reasonsOf(counted) }
  if (isOfPlaces(by))
    return groupByPlace(counted.of, places, { by, cities, classOf: by === 'class' ? classOf() : () => undefined })
  return byAddress(counted)
}

function reasonsOf({ unknown, rest = 0 }: Extract<Counted, { kind: 'groups' }>): Table['unknown'] {
  return { ...(rest === 0 ? {} : { 'too many': rest }), ...(unknown === 0 ? {} : { 'not told': unknown }) }
}

function classOf(): (asn: number) => string | undefined {
  const classes = asClasses()
  return (asn) => classes.find(asn)?.class
}

function byAddress({ of }: Extract<Counted, { kind: 'addresses' }>) {
  const groups: Group[] = []
  const unknown: Record<string, number> = {}
  for (const [i, address] of of.addresses.entries()) {
    const why = address === '' ? 'not kept apart' : isAddress(address) ? undefined : 'garbage'
    if (why === undefined) groups.push({ key: address, label: address, count: of.counts[i]! })
    else unknown[why] = (unknown[why] ?? 0) + of.counts[i]!
  }
  return { groups, unknown }
}

/** A ban lies in one jail and one hour, but may be of several ports and paths, a failure of one; an address may be in several of all. */
function overlaps(by: By, unit: Table['unit']): boolean {
  if (by === 'port') return true
  if (by === 'path' || by === 'agent') return unit !== 'failures'
  return unit === 'ips' && (by === 'jail' || isOfTime(by))
}
