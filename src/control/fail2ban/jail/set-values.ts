/** `set JAIL NAME VALUE` for what is one value. */
import type { JailSettings } from '../../../config/settings.ts'
import { dateDetector } from '../../../filter/date/detector.ts'
import { zoneOffset } from '../../../filter/date/zone.ts'
import { decoder } from '../../../filter/decode.ts'
import { shownTags } from '../../../filter/tags.ts'
import { bounded, isOn, pythonInt, raised, seconds, typeOf, wholeSeconds, wordAt } from '../python.ts'
import { tuple, type Value } from '../value.ts'
import { type Change, type Setter, withFilter, withOptions } from './change.ts'
import { checkExpression } from './check-expression.ts'
import { setIgnorecache } from './ignorecache.ts'
import type { JailModel } from './jail-model.ts'

/** What is kept and answered, and what it means. */
interface Taken {
  readonly value: Value
  readonly effect?: Change['effect']
  readonly model?: Partial<JailModel>
}

/** By name; each takes the first word. */
const TAKE: Readonly<Record<string, (word: Value, model: JailModel) => Taken>> = {
  findtime(word) {
    const value = seconds(word)
    return { value, effect: withOptions({ findtime: bounded(value, 0) }) }
  },
  bantime(word) {
    const value = wholeSeconds(word)
    return { value, effect: withOptions({ bantime: bounded(value, -1) }) }
  },
  maxretry(word) {
    const value = pythonInt(word)
    return { value, effect: withOptions({ maxretry: bounded(value, 1) }) }
  },
  maxmatches(word) {
    const value = pythonInt(word)
    return { value, effect: withOptions({ maxmatches: bounded(value, 0) }) }
  },
  maxlines(word) {
    const value = pythonInt(word)
    if (value <= 0) throw raised('ValueError', 'maxlines must be integer greater than zero')
    return { value, effect: withFilter({ maxlines: bounded(value, 1) }) }
  },
  usedns: (word) => usedns(word),
  ignoreself(word) {
    const value = isOn(word)
    return { value, effect: withOptions({ ignoreself: value }) }
  },
  ignorecommand: (word) => ({ value: word, effect: withOptions({ ignorecommand: textOrNothing(word) }) }),
  ignorecache: (word) => setIgnorecache(word),
  logtimezone(word) {
    const zone = textOrNothing(word)
    if (zone !== undefined && zoneOffset(zone) === undefined) {
      throw raised('ValueError', `Unknown or unsupported time zone: '${zone}'`)
    }
    return { value: word, effect: withFilter({ logtimezone: zone }) }
  },
  logencoding: (word) => logencoding(word),
  datepattern: (word) => datepattern(word),
  prefregex(word, model) {
    const python = textOrNothing(word)
    const value = python === undefined ? '' : shownTags(python, model.usedns)
    if (python !== undefined) checkExpression(python, model, value)
    return { value, effect: withFilter({ prefregex: python }) }
  },
}

/** undefined: there is no such value. */
export function valueSetter(name: string): Setter | undefined {
  const take = Object.hasOwn(TAKE, name) ? TAKE[name] : undefined
  if (!take) return undefined
  return (model, words) => {
    const { value, effect, model: more } = take(wordAt(words, 0), model)
    return {
      model: { ...model, ...more, values: new Map([...model.values, [name, value]]) },
      reply: value,
      ...(effect && { effect }),
    }
  }
}

function textOrNothing(word: Value): string | undefined {
  return typeof word === 'string' && word !== '' ? word : undefined
}

/** A word that is none of its is `no`. */
function usedns(word: Value): Taken {
  if (typeof word !== 'string' && typeof word !== 'boolean') {
    throw raised('AttributeError', `'${typeOf(word)}' object has no attribute 'lower'`)
  }
  const given = word === true ? 'yes' : String(word).toLowerCase()
  const value = given === 'yes' || given === 'warn' || given === 'raw' ? given : 'no'
  const resolvesNames = value === 'yes' || value === 'warn'
  const effect = (settings: JailSettings) => ({
    ...settings,
    resolvesNames,
    filter: { ...settings.filter, usedns: value } as const,
  })
  return { value, effect, model: { usedns: value } }
}

function logencoding(word: Value): Taken {
  const name = String(word)
  try {
    if (name.trim() === '') throw new Error('no name')
    decoder(name)
  } catch {
    throw raised('LookupError', `unknown encoding: ${name}`)
  }
  return { value: name.toLowerCase() === 'auto' ? 'UTF-8' : name, effect: withFilter({ logencoding: name }) }
}

/** With the name that its dates go by. */
function datepattern(word: Value): Taken {
  const text = textOrNothing(word)
  const [first = ''] = (text ?? '').split('\n')
  let names: readonly string[] = []
  try {
    if (text !== undefined)
      names = dateDetector({ patterns: text })
        .templates()
        .map(({ template }) => template.name)
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    const what = `Failed to set datepattern '${text}' (may be an invalid format or unescaped percent char)`
    throw raised('TypeError', `${what}: ${why}`)
  }
  return { value: shownPattern(first, names), effect: withFilter({ datepattern: text }) }
}

/** Source: what Fail2ban answers for each of these. */
function shownPattern(pattern: string, names: readonly string[]): Value {
  const isStock = pattern === '' || pattern.toUpperCase() === '{^LN-BEG}' || pattern.toUpperCase() === '{UNB}'
  if (isStock) return tuple(undefined, 'Default Detectors')
  if (/^(?:l?epoch|longepoch|tai64n)$/i.test(pattern)) return tuple(undefined, names[0] ?? pattern)
  if (pattern.toUpperCase() === '{NONE}') return tuple('{UNB}^', '^')
  return tuple(pattern, names[0] ?? pattern)
}
