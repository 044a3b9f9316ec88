/** What `get JAIL NAME` answers, but for what is asked of its bans. */
import { raised, textAt, wordAt } from '../python.ts'
import type { Value } from '../value.ts'
import { isJournal, type JailModel } from './jail-model.ts'
import { actionOf, METHODS } from './set-actions.ts'

/** @param words those behind the jail's name @throws Fault: what the caller is answered with */
export function getOf(model: JailModel, words: readonly Value[]): Value {
  const name = wordAt(words, 0)
  if (typeof name === 'string' && Object.hasOwn(GET, name)) return GET[name]!(model, words)
  if (typeof name === 'string' && (VALUES.has(name) || name.startsWith('bantime.'))) return model.values.get(name)
  throw raised('Exception', 'Invalid command (no get action or not yet implemented)')
}

const VALUES: ReadonlySet<string> = new Set([
  ...['findtime', 'bantime', 'maxretry', 'maxmatches', 'maxlines', 'usedns', 'ignoreself', 'ignorecommand'],
  ...['ignorecache', 'logtimezone', 'logencoding', 'prefregex', 'datepattern'],
])

const GET: Readonly<Record<string, (model: JailModel, words: readonly Value[]) => Value>> = {
  logpath: ({ logs }) => logs,
  ignoreip: ({ ignoreip }) => ignoreip,
  failregex: ({ failregex }) => failregex.map(({ shown }) => shown),
  ignoreregex: ({ ignoreregex }) => ignoreregex.map(({ shown }) => shown),
  journalmatch: (model) => (isJournal(model) ? model.journalmatch : []),
  actions: ({ actions }) => actions.map(({ name }) => name),
  actionproperties(model, words) {
    const { properties } = actionOf(model, textAt(words, 1))
    const shown = [...properties.keys()].filter((name) => !name.startsWith('_'))
    return [...new Set(['ESCAPE_CRE', 'ESCAPE_VN_CRE', ...shown])].sort(byCode)
  },
  actionmethods(model, words) {
    actionOf(model, textAt(words, 1))
    return METHODS
  },
  action(model, words) {
    const name = textAt(words, 1)
    const key = textAt(words, 2)
    const { properties } = actionOf(model, name)
    if (properties.has(key)) return properties.get(key)
    throw raised('AttributeError', `'CommandAction' object has no attribute '${key}'`)
  },
}

function byCode(one: string, other: string): number {
  return one < other ? -1 : 1
}
