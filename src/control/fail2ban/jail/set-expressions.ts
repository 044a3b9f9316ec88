/** `set JAIL addfailregex EXPRESSION`, `delfailregex INDEX`, and the same of ignoreregex. */
import { shownTags } from '../../../filter/tags.ts'
import { pythonInt, raised, wordAt } from '../python.ts'
import { isList, type Value } from '../value.ts'
import { type Change, type Setter, withFilter } from './change.ts'
import { checkExpression } from './check-expression.ts'
import type { JailModel, ShownExpression } from './jail-model.ts'

type Kind = 'failregex' | 'ignoreregex'

export const SET_EXPRESSIONS: Readonly<Record<string, Setter>> = {
  addfailregex: (model, words) => add(model, 'failregex', wordAt(words, 0)),
  addignoreregex: (model, words) => add(model, 'ignoreregex', wordAt(words, 0)),
  delfailregex: (model, words) => remove(model, 'failregex', wordAt(words, 0)),
  delignoreregex: (model, words) => remove(model, 'ignoreregex', wordAt(words, 0)),
}

function add(model: JailModel, kind: Kind, given: Value): Change {
  const all = isList(given) ? given : [given]
  const added = all.map((one) => shownExpression(model, kind, one))
  return changed(model, kind, [...model[kind], ...added])
}

function shownExpression(model: JailModel, kind: Kind, given: Value): ShownExpression {
  if (typeof given !== 'string' || given === '') throw raised('RegexException', 'Cannot add empty regex')
  const shown = shownTags(given, model.usedns)
  const groups = checkExpression(given, model, shown)
  const prefix = String(model.values.get('prefregex') ?? '')
  const hasId = groups.some((group) => IDS.has(group)) || /\(\?P<(?:fid|ip4|ip6|dns|mlfid)>/.test(prefix)
  if (kind === 'failregex' && !hasId) throw raised('RegexException', `No failure-id group in '${shown}'`)
  return { python: given, shown }
}

/** Groups that say whom a failure is of. */
const IDS = new Set(['fid', 'ip4', 'ip6', 'dns', 'mlfid'])

/** One that is not there is no fault; those from the end have numbers below zero. */
function remove(model: JailModel, kind: Kind, word: Value): Change {
  const index = Number(pythonInt(word))
  const all = model[kind]
  const at = index < 0 ? all.length + index : index
  return changed(
    model,
    kind,
    all.filter((_, one) => one !== at),
  )
}

function changed(model: JailModel, kind: Kind, all: readonly ShownExpression[]): Change {
  return {
    model: { ...model, [kind]: all },
    reply: all.map(({ shown }) => shown),
    effect: withFilter({ [kind]: all.map(({ python }) => python) }),
  }
}
