/** A line of a firewall's file: a sentence of ufw, or a rule as UFW's own files keep it. */
import { Fault } from '../../../base/fault.ts'
import { shellWords } from '../../../config/commands/shell-words.ts'
import { parseTuple } from '../../../config/ufw/tuple.ts'
import type { Rule } from '../../../firewall/rules/rule.ts'
import type { Changing } from '../../ufw/decision.ts'
import { parseSentence } from '../../ufw/sentence.ts'
import { madeKey, type WantedContext } from './wanted-context.ts'

export type WantedLine =
  /** `tuple`: this rule and no other, whatever else is said of the same. */
  | { readonly kind: 'sentence' | 'tuple'; readonly rules: readonly Rule[]; readonly warnings: readonly string[] }
  /** @param name what is set: it can be set once */
  | { readonly kind: 'setting'; readonly command: Setting; readonly name: string }

type Setting = Changing & { readonly kind: 'enable' | 'disable' | 'default' | 'logging' | 'app-default' }

/**
 * undefined: it says nothing, such as a comment.
 * @throws Fault `ufw.*`, `firewall.line`, `config.bad-quotes`
 */
export function readWantedLine(line: string, { vocabulary, made }: WantedContext): WantedLine | undefined {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return undefined
  const tuple = /^tuple ([46]) (.+)$/.exec(text)
  if (tuple) return { kind: 'tuple', rules: [readTuple(tuple[2]!, tuple[1] === '4' ? 4 : 6)], warnings: [] }
  const words = shellWords(text)
  // As `ufw show added` prints them.
  if (words[0] === 'ufw') words.shift()
  const { command, dryRun, force, json, rollback } = parseSentence(words, vocabulary)
  if (dryRun || force || json || rollback !== undefined) throw isDeed(text)
  switch (command.kind) {
    case 'rule':
      if (command.unfit) throw command.unfit
      if (command.place !== 'append') throw isDeed(text)
      return { kind: 'sentence', rules: asMade(command.rules, made), warnings: command.warnings }
    case 'enable':
    case 'disable':
      return { kind: 'setting', command: { kind: command.kind }, name: 'enable' }
    case 'default':
      return { kind: 'setting', command, name: `default ${command.path}` }
    case 'logging':
    case 'app-default':
      return { kind: 'setting', command, name: command.kind }
    default:
      throw isDeed(text)
  }
}

function readTuple(text: string, family: 4 | 6): Rule {
  const rule = parseTuple(text, family, () => undefined)
  if (typeof rule !== 'string') return rule
  throw new Fault('firewall.line', `'${text}' is no rule as UFW's files have them`)
}

function asMade(rules: readonly Rule[], made: WantedContext['made']): readonly Rule[] {
  return [...Map.groupBy(rules, madeKey)].flatMap(([key, parsed]) => made.get(key) ?? parsed)
}

function isDeed(text: string): Fault {
  return new Fault('firewall.line', `'${text}' says what to do, not what shall be`, {
    hint: 'a file has: enable, disable, default, logging, app default, allow, deny, reject, limit, route',
  })
}
