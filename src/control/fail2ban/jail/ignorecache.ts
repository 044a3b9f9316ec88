/** `set JAIL ignorecache 'key="<ip>", max-count=100, max-time=5m'`. */

import { Fault } from '../../../base/fault.ts'
import { parseParameters } from '../../../config/list.ts'
import { bounded, pythonInt, raised, seconds } from '../python.ts'
import type { Value } from '../value.ts'
import { withOptions } from './change.ts'

export function setIgnorecache(word: Value) {
  const text = typeof word === 'string' ? word : ''
  if (text === '') return { value: undefined, effect: withOptions({ ignorecache: undefined }) }
  const parameters = parametersOf(text)
  const key = parameters.get('key')
  if (key === undefined) throw raised('KeyError', 'key')
  const maxCount = pythonInt(parameters.get('max-count') ?? 100)
  const maxTime = seconds(parameters.get('max-time') ?? 300)
  const ignorecache = { key, maxCount: bounded(maxCount, 0), maxTime: bounded(maxTime, 0) }
  return { value: [key, maxCount, maxTime], effect: withOptions({ ignorecache }) }
}

function parametersOf(text: string): ReadonlyMap<string, string> {
  try {
    return parseParameters(text)
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    throw raised('ValueError', `expected option, wrong syntax at 0: ${text}`)
  }
}
