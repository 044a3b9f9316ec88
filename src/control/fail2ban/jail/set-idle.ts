/** `set JAIL idle on`: its logs are read no more until `off`, and from where they were left then. */
import { raised, wordAt } from '../python.ts'
import type { Setter } from './change.ts'

export const setIdle: Setter = (model, words, { settings }) => {
  const word = wordAt(words, 0)
  if (word !== 'on' && word !== 'off') throw raised('Exception', "Invalid idle option, must be 'on' or 'off'")
  const { idle } = model
  if (word === 'on') {
    if (idle || !settings) return { model, reply: true }
    const { logs, backend } = settings
    const silent = { logs: [], backend: 'auto' }
    return { model: { ...model, idle: { logs, backend } }, reply: true, effect: (now) => ({ ...now, ...silent }) }
  }
  if (!idle) return { model, reply: false }
  return { model: { ...model, idle: undefined }, reply: false, effect: (now) => ({ ...now, ...idle }) }
}
