/** The extended form of a rule: keywords, each with its value, in any order. */
import type { Services } from '../../config/ufw/services.ts'
import { isListName } from '../../firewall/list/address-list.ts'
import { addressText, LIST } from '../../firewall/rules/rule.ts'
import { parseWritten } from '../../firewall/rules/written-address.ts'
import { asProtocol, type Draft, type DraftEnd } from './draft.ts'
import { checkInterface } from './interface-name.ts'
import { isList, isPort, sortedPorts } from './port-list.ts'
import { wrong } from './wrong.ts'

type Keyword = 'proto' | 'in' | 'out' | 'from' | 'to' | 'port' | 'app'

const KEYWORDS: ReadonlySet<string> = new Set<Keyword>(['proto', 'in', 'out', 'from', 'to', 'port', 'app'])

/** Stand once at most; of the others the last one counts. */
const SINGLE: ReadonlySet<string> = new Set<Keyword>(['proto', 'in', 'out', 'from', 'to'])

/** @throws Fault `ufw.words`, `ufw.clause`, `ufw.address`, `ufw.list`, `ufw.port`, `ufw.protocol`, `ufw.interface`: of the first word that is wrong */
export function readExtended(words: readonly string[], services: Services): Draft {
  if (words.length % 2 === 1) throw wrong('words', 'Wrong number of arguments')
  if (!words.some((word) => word === 'to' || word === 'from' || word === 'in' || word === 'out'))
    throw wrong('clause', "Need 'to' or 'from' clause")
  // A profile has protocols of its own.
  const isDouble = words.some((word, index) => SINGLE.has(word) && words.indexOf(word) !== index)
  if (isDouble || (words.includes('app') && words.includes('proto'))) throw wrong('words', 'Improper rule syntax')
  let draft: Draft = { from: {}, to: {} }
  let side: 'from' | 'to' | undefined
  for (const [index, word] of words.entries()) {
    // A value that is a keyword as well is read as both: `in on to`.
    if (!KEYWORDS.has(word)) {
      if (index % 2 === 0) throw wrong('clause', `Invalid token '${word}'`)
      continue
    }
    const value = words[index + 1]
    if (value === undefined) throw wrong('clause', `Invalid '${word === 'app' ? 'port' : word}' clause`)
    if (word === 'from' || word === 'to') side = word
    draft = withClause(draft, word as Keyword, value, { side, services })
  }
  return draft
}

function withClause(
  draft: Draft,
  keyword: Keyword,
  value: string,
  { side, services }: { readonly side: 'from' | 'to' | undefined; readonly services: Services },
): Draft {
  switch (keyword) {
    case 'proto':
      return { ...draft, protocol: readProtocol(value) }
    case 'in':
    case 'out':
      checkInterface(value)
      return { ...draft, [keyword === 'in' ? 'inInterface' : 'outInterface']: value }
    case 'from':
    case 'to':
      return withAddress(draft, keyword, value)
    case 'port':
    case 'app': {
      if (side === undefined) throw wrong('clause', `Need 'from' or 'to' with '${keyword}'`)
      const end = draft[side]
      return { ...draft, [side]: keyword === 'port' ? withPort(end, value, services) : withProfile(end, value) }
    }
    default:
      return keyword satisfies never
  }
}

function readProtocol(word: string): NonNullable<Draft['protocol']> {
  const protocol = asProtocol(word)
  if (protocol === undefined) throw wrong('protocol', `Unsupported protocol '${word}'`)
  return protocol
}

function withAddress(draft: Draft, side: 'from' | 'to', word: string): Draft {
  if (word.toLowerCase() === 'any') return { ...draft, [side]: { ...draft[side] } }
  if (word.startsWith(LIST)) return { ...draft, [side]: { ...draft[side], list: readListName(word) } }
  const address = parseWritten(word)
  if (!address) throw wrong('address', side === 'from' ? 'Bad source address' : 'Bad destination address')
  const [kept] = addressText({ ports: 'any', profile: undefined, ...address.end }, address.family).split('/')
  const changed = draft.changed || kept !== word.split('/')[0]!.toLowerCase()
  return { ...draft, [side]: { ...draft[side], address }, changed }
}

function readListName(word: string): string {
  const name = word.slice(LIST.length)
  if (!isListName(name)) throw wrong('list', `Bad name of a list '${name}'`)
  return name
}

function withPort(end: DraftEnd, word: string, services: Services): DraftEnd {
  // Behind a profile UFW asks only later whether it knows the name.
  if (isList(word)) return { ...end, port: sortedPorts(word, ` '${word}'`) }
  if (isPort(word) || word === 'any' || services(word) || end.profile !== undefined) return { ...end, port: word }
  throw wrong('port', `Bad port '${word}'`)
}

/** A profile takes the place of a port before it. */
function withProfile(end: DraftEnd, word: string): DraftEnd {
  if (word === '') throw wrong('port', "Bad port ''")
  return { ...(end.address && { address: end.address }), profile: word }
}
