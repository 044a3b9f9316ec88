/** `set JAIL bantime.increment`, `bantime.factor` ...: how bans grow. */

import type { JailSettings } from '../../../config/settings.ts'
import { bantimeFactor, checkFormula } from '../../../jail/bantime.ts'
import { type BantimeIncrement, NO_INCREMENT } from '../../../jail/jail-options.ts'
import { bounded, isOn, pythonInt, raised, seconds, wordAt } from '../python.ts'
import type { Value } from '../value.ts'
import type { Setter } from './change.ts'

/** Any name behind the dot is taken and told again, as there. */
export function growthSetter(name: string): Setter | undefined {
  const [, option] = /^bantime\.(.*)$/s.exec(name) ?? []
  if (option === undefined) return undefined
  return (model, words) => {
    const value = taken(option, wordAt(words, 0))
    const values = new Map([...model.values, [name, value]])
    return { model: { ...model, values }, reply: value, effect: (settings) => grown(settings, option, value) }
  }
}

function taken(option: string, word: Value): Value {
  if (option === 'increment') return isOn(word)
  if (word === '' || word === undefined) return undefined
  if (option === 'maxtime' || option === 'rndtime') return seconds(word)
  if (option === 'multipliers') for (const one of String(word).trim().split(/\s+/)) pythonInt(one)
  if (option === 'factor') checkedFactor(String(word))
  return word
}

function checkedFactor(factor: string): void {
  try {
    bantimeFactor({ ...NO_INCREMENT, enabled: true, factor })
  } catch (thrown) {
    if (/^\p{L}\w*$/u.test(factor)) throw raised('NameError', `name '${factor}' is not defined`)
    throw raised('SyntaxError', thrown instanceof Error ? thrown.message : 'invalid syntax')
  }
}

/** A formula that means nothing is kept, told again, and has no effect. */
function grown(settings: JailSettings, option: string, value: Value): JailSettings {
  const increment = { ...settings.options.increment, ...meaning(option, value) }
  const options = { ...settings.options, increment }
  try {
    checkFormula(options, bantimeFactor(increment))
  } catch {
    return { ...settings, options: { ...options, increment: { ...increment, formula: undefined } } }
  }
  return { ...settings, options }
}

function meaning(option: string, value: Value): Partial<BantimeIncrement> {
  const text = value === undefined ? undefined : String(value)
  switch (option) {
    case 'increment':
      return { enabled: value === true }
    case 'factor':
    case 'formula':
      return { [option]: text }
    case 'multipliers':
      return { multipliers: text?.trim().split(/\s+/).map(Number) }
    case 'maxtime':
    case 'rndtime':
      return { [option]: value === undefined ? undefined : bounded(value, 0) }
    case 'overalljails':
      return { overalljails: isOn(value) }
    default:
      return {}
  }
}
