/** Sentences about rules: `allow 22/tcp`, `insert 1 deny from 192.0.2.1`, `route delete allow in on eth0 out on eth1`. */
import type { Rule } from '../../firewall/rules/rule.ts'
import type { Command, Place } from './command.ts'
import type { Draft } from './draft.ts'
import { readExtended } from './extended.ts'
import { pythonInt } from './python-int.ts'
import { takeQualifiers } from './qualifiers.ts'
import { type Common, deletedRules, rulesOf } from './rules-of.ts'
import { readSimple } from './simple.ts'
import type { Vocabulary } from './vocabulary.ts'
import { badSyntax, wrong } from './wrong.ts'

/** The longest rule: the action, `proto`, `from`, `to`, `port` twice and an interface, each with a value; a route has two interfaces. */
const MOST_WORDS = { rule: 12, route: 14 }

/**
 * @param words without `rule` and `route`
 * @throws Fault `ufw.*`
 */
export function parseRuleSentence(words: readonly string[], isRoute: boolean, vocabulary: Vocabulary): Command {
  const [verb = '', ...rest] = words
  if (isRoute && pythonInt(words[words.indexOf('delete') + 1] ?? '') !== undefined && words.includes('delete'))
    throw wrong('position', "'route delete NUM' unsupported. Use 'delete NUM' instead.")
  switch (verb.toLowerCase()) {
    case 'delete':
      return parseDelete(rest, isRoute, vocabulary)
    case 'insert':
      return parseInsert(rest, isRoute, vocabulary)
    case 'prepend':
      return parseRule(rest, 'prepend', isRoute, vocabulary)
    default:
      return parseRule(words, 'append', isRoute, vocabulary)
  }
}

function parseDelete(words: readonly string[], isRoute: boolean, vocabulary: Vocabulary): Command {
  const number = pythonInt(words[0] ?? '')
  if (number === undefined) {
    const { draft, common } = readRule(words, isRoute, vocabulary)
    return { kind: 'delete', rules: deletedRules(draft, common, vocabulary), warnings: warningsOf(draft) }
  }
  // No rule has a number that a Number cannot hold; of negative ones UFW says none.
  if (number < 0n || number > 2n ** 32n) throw wrong('position', `Could not find rule '${number < 0n ? '' : number}'`)
  return { kind: 'delete-number', number: Number(number) }
}

function parseInsert(words: readonly string[], isRoute: boolean, vocabulary: Vocabulary): Command {
  const [position = '', ...rest] = words
  if (actionOf(rest[0]) === undefined || rest.length < 2) throw badSyntax()
  return parseRule(rest, readPosition(position), isRoute, vocabulary)
}

function readPosition(text: string): Place {
  if (text === '0' || text === '-1') throw wrong('position', `Cannot insert rule at position '${text}'`)
  if (text === '') return 'append'
  if (!/^\d/.test(text)) throw wrong('position', `Insert position '${text}' is not a valid position`)
  const number = pythonInt(text)
  if (number === undefined) throw badSyntax()
  if (number > 2n ** 32n) throw wrong('position', `Invalid position '${number}'`)
  return number === 0n ? 'append' : { insert: Number(number) }
}

function parseRule(words: readonly string[], place: Place, isRoute: boolean, vocabulary: Vocabulary): Command {
  const { draft, common } = readRule(words, isRoute, vocabulary)
  return { kind: 'rule', place, rules: rulesOf(draft, common, vocabulary), warnings: warningsOf(draft) }
}

function readRule(
  words: readonly string[],
  isRoute: boolean,
  { services }: Vocabulary,
): { readonly draft: Draft; readonly common: Common } {
  const action = actionOf(words[0])
  if (action === undefined || words.length === 1) throw badSyntax()
  const { path, log, comment, words: left } = takeQualifiers(words.slice(1), isRoute)
  if (left.length === 0 || left.length > (isRoute ? MOST_WORDS.route : MOST_WORDS.rule)) throw badSyntax()
  const draft = left.length === 1 ? readSimple(left[0]!, services) : readExtended(left, services)
  return { draft, common: { action, path, log, comment } }
}

function actionOf(word: string | undefined): Rule['action'] | undefined {
  return ACTIONS.find((action) => action === word)
}

export const ACTIONS: readonly Rule['action'][] = ['allow', 'deny', 'reject', 'limit']

function warningsOf({ changed }: Draft): readonly string[] {
  return changed ? ['Rule changed after normalization'] : []
}
