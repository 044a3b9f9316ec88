/** Rule 2: which kinds of networks it comes from, by the class list, and how much the list does not know. */
import { percent } from '../../chart/amount.ts'
import type { AsClass } from '../../place/as-classes.ts'
import { type ClassedRow, classed, ofClass, owners } from './classed.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { type Subject, sum } from './subject.ts'
import { counted, listed, name, noun, numbered, say, type Words } from './words.ts'

/** A class with less is not worth a sentence. */
const LEAST = { count: 5, share: 0.02 }
/** Owners that are named. */
const NAMED = 5

export function classes(subject: Subject): Sentence[] {
  const rows = classed(subject.org, subject.classes)
  const all = sum(rows)
  if (all === 0) return []
  const said = [...ofClouds(rows, all, subject), ...ofAccess(rows, all, subject)]
  return said.length === 0 ? [] : [...said, ...theRest(rows, all, subject)]
}

function ofClouds(rows: readonly ClassedRow[], all: number, { org }: Subject): Sentence[] {
  const [clouds, hosters] = [ofClass(rows, 'cloud'), ofClass(rows, 'hosting')]
  const [cloud, hosting] = [sum(clouds), sum(hosters)]
  if (!enough(cloud + hosting, all)) return []
  const { unit } = org
  const said: Sentence[] = []
  if (cloud > 0) {
    const firms = owners(clouds)
    const text = say`${cloud} of the ${all} ${noun(all, unit)} with a known organisation (${percent(cloud / all)}) belong to ${numbered(clouds.length, 'AS number', 'AS numbers')} of ${numbered(firms.length, 'cloud provider', 'cloud providers')}: ${named(clouds)}.`
    const numbers = { cloud, of: all, asns: clouds.length, owners: firms.length }
    said.push(sentence('classes', text, numbers, evidence('org', clouds)))
  }
  if (hosting > 0) {
    const both = cloud + hosting
    const beside = cloud === 0 ? [] : say`; with the clouds that makes ${both} (${percent(both / all)})`
    const text = say`Hosting companies of the class list hold ${counted(hosting, unit)} (${percent(hosting / all)}) in ${numbered(hosters.length, 'AS number', 'AS numbers')}${beside}. Machines there are rented: when a ban ends, its address may be another customer's.`
    said.push(sentence('classes', text, { hosting, both, asns: hosters.length }, evidence('org', hosters)))
  }
  return said
}

/** "May": nothing is known of whoever sits behind such an address. */
function ofAccess(rows: readonly ClassedRow[], all: number, { org }: Subject): Sentence[] {
  const access = ofClass(rows, 'isp', 'state-or-incumbent-isp')
  const count = sum(access)
  if (!enough(count, all)) return []
  const old = ofClass(rows, 'state-or-incumbent-isp')
  const text = say`Telecoms and other access providers hold ${counted(count, org.unit)} (${percent(count / all)}), ${sum(old)} of them with national or incumbent carriers: ${named(access)}. Behind one such address there may be many customers, or a device that somebody else took over.`
  return [sentence('classes', text, { count, incumbent: sum(old) }, evidence('org', access))]
}

function theRest(rows: readonly ClassedRow[], all: number, { org, classes }: Subject): Sentence[] {
  const unknown = rows.filter(({ entry }) => entry === undefined)
  const count = sum(unknown)
  const others = OTHERS.map(([kind, title]) => ({ title, count: sum(ofClass(rows, kind)) })).filter(
    (of) => of.count > 0,
  )
  const list = listed(others.map((of) => say`${of.title} ${of.count}`))
  const beside = others.length === 0 ? [] : say` Also on it: ${list}.`
  const text = say`The class list (of ${classes.version}, ${classes.size} AS numbers) does not know ${numbered(unknown.length, 'AS number', 'AS numbers')} with ${counted(count, org.unit)} (${percent(count / all)}): they are unclassified.${beside}`
  const numbers = { unclassified: count, asns: unknown.length }
  return [sentence('classes', text, numbers, evidence('org', unknown))]
}

const OTHERS: readonly (readonly [AsClass, string])[] = [
  ['transit', 'transit networks'],
  ['cdn', 'content delivery networks'],
  ['education', 'universities and research networks'],
]

function named(rows: readonly ClassedRow[]): Words {
  return listed(
    owners(rows).map(({ owner, count }) => say`${name(owner)} ${count}`),
    NAMED,
  )
}

function enough(count: number, all: number): boolean {
  return count >= LEAST.count && count / all >= LEAST.share
}
