/** Everything that can be set of a jail. */
import type { Setter } from './change.ts'
import { SET_ACTIONS } from './set-actions.ts'
import { SET_EXPRESSIONS } from './set-expressions.ts'
import { growthSetter } from './set-growth.ts'
import { setIdle } from './set-idle.ts'
import { SET_LISTS } from './set-lists.ts'
import { valueSetter } from './set-values.ts'

/** undefined: nothing of this name can be set. */
export function setterOf(name: string): Setter | undefined {
  if (name === 'idle') return setIdle
  for (const setters of [SET_LISTS, SET_EXPRESSIONS, SET_ACTIONS]) {
    if (Object.hasOwn(setters, name)) return setters[name]
  }
  return valueSetter(name) ?? growthSetter(name)
}
