/** Sentences about rules: `allow 22/tcp`, `insert 1 deny from 192.0.2.1`, `route delete allow in on eth0 out on eth1`. */
import { parseRate, type Rule } from '../../firewall/rules/rule.ts'
import type { Command, Place } from './command.ts'
import type { Draft } from './draft.ts'
import { readExtended } from './extended.ts'
import { pythonInt } from './python-int.ts'
import { checkRoute, takeQualifiers } from './qualifiers.ts'
import { type Common, deletedRules, rulesOf } from './rules-of.ts'
import { readSimple } from './simple.ts'
import type { Vocabulary } from './vocabulary.ts'
import { badSyntax, wrong } from './wrong.ts'

/** `proto`, `from`, `to`, twice `port` and an interface, each with a value. */
const MOST_WORDS = 12

/**
 * @param words without `rule` and `route`
 * @throws Fault `ufw.*`
 */
export function parseRuleSentence(words: readonly string[], isRoute: boolean, vocabulary: Vocabulary): Command {
  const [verb = '', ...rest] = words
  if (isRoute) {
    refuseRouteNumber(words)
    if (VERBS.has(verb.toLowerCase()) || isAction(verb)) checkRoute(words)
  }
  switch (verb.toLowerCase()) {
    case 'delete':
      return parseDelete(rest, isRoute, vocabulary)
    case 'insert':
      return parseInsert(rest, isRoute, vocabulary)
    case 'prepend':
      return parseRule(rest, () => 'prepend', isRoute, vocabulary)
    default:
      return parseRule(words, () => 'append', isRoute, vocabulary)
  }
}

/** Wherever it stands. */
function refuseRouteNumber(words: readonly string[]): void {
  const at = words.indexOf('delete')
  if (at < 0) return
  const number = words[at + 1]
  if (number === undefined) throw badSyntax()
  if (pythonInt(number) !== undefined)
    throw wrong('position', "'route delete NUM' unsupported. Use 'delete NUM' instead.")
}

function parseDelete(words: readonly string[], isRoute: boolean, vocabulary: Vocabulary): Command {
  const number = pythonInt(words[0] ?? '')
  if (number !== undefined) return { kind: 'delete-number', number: readNumber(number) }
  const { common, left } = takeRule(words, isRoute)
  const draft = readDraft(left, vocabulary)
  const { rules, unfit } = deletedRules(draft, common, vocabulary)
  // Of profiles UFW deletes what it finds in its files, not what was said.
  const hasProfile = rules.some(({ to, from }) => to.profile !== undefined || from.profile !== undefined)
  if (unfit && !hasProfile) throw unfit
  return { kind: 'delete', rules, warnings: hasProfile ? [] : warningsOf(draft) }
}

/** No rule has a number that a Number cannot hold; of a negative one UFW says none. */
function readNumber(number: bigint): number {
  if (number >= 0n && number < FAR) return Number(number)
  throw wrong('position', `Could not find rule '${number < 0n ? '' : number}'`)
}

const FAR = 2n ** 32n

function parseInsert(words: readonly string[], isRoute: boolean, vocabulary: Vocabulary): Command {
  const [position = '', ...rule] = words
  if (rule.length < 2) throw badSyntax()
  if (position === '0' || position === '-1') throw wrong('position', `Cannot insert rule at position '${position}'`)
  return parseRule(rule, () => readPosition(position), isRoute, vocabulary)
}

function readPosition(text: string): Place {
  if (text === '') return 'append'
  if (!/^\d/.test(text)) throw wrong('position', `Insert position '${text}' is not a valid position`)
  const number = pythonInt(text)
  if (number === undefined) throw badSyntax()
  if (number >= FAR) throw wrong('position', `Invalid position '${number}'`)
  return number === 0n ? 'append' : { insert: Number(number) }
}

/** @param place asked when the words around the clauses are known to be good */
function parseRule(words: readonly string[], place: () => Place, isRoute: boolean, vocabulary: Vocabulary): Command {
  const { common, left } = takeRule(words, isRoute)
  const where = place()
  const draft = readDraft(left, vocabulary)
  const { rules, unfit } = rulesOf(draft, common, vocabulary)
  if (unfit && typeof where === 'string') throw unfit
  return { kind: 'rule', place: where, rules, warnings: warningsOf(draft), unfit }
}

function takeRule(words: readonly string[], isRoute: boolean): Taken {
  const [action = ''] = words
  if (!isAction(action) || words.length === 1) throw badSyntax()
  const rate = action === 'limit' && words.length > 2 ? parseRate(words[1]!) : undefined
  const { words: left, ...around } = takeQualifiers(words.slice(rate ? 2 : 1), isRoute)
  if (left.length === 0 || left.length > MOST_WORDS) throw badSyntax()
  return { common: { action, ...(rate && { rate }), ...around }, left }
}

interface Taken {
  readonly common: Common
  readonly left: readonly string[]
}

function readDraft(words: readonly string[], { services }: Vocabulary): Draft {
  return words.length === 1 ? readSimple(words[0]!, services) : readExtended(words, services)
}

const VERBS: ReadonlySet<string> = new Set(['delete', 'insert', 'prepend'])

/** Unlike the verbs, only in lower case. */
function isAction(word: string): word is Rule['action'] {
  return word === 'allow' || word === 'deny' || word === 'reject' || word === 'limit'
}

function warningsOf({ changed }: Draft): readonly string[] {
  return changed ? ['Rule changed after normalization'] : []
}
