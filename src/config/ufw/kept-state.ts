/** A state as a file of JSON keeps it, for who wants it back. */
import type { UfwState } from './state.ts'
import { parseTuple, printTuple } from './tuple.ts'

export interface KeptState extends Omit<UfwState, 'rules'> {
  readonly rules: readonly { readonly family: 4 | 6; readonly tuple: string }[]
}

export function keptState(state: UfwState): KeptState {
  return { ...state, rules: state.rules.map((rule) => ({ family: rule.family, tuple: printTuple(rule) })) }
}

/** What is no tuple any more, as of a later version, is left out. */
export function stateOf({ rules, ...settings }: KeptState): UfwState {
  const parse = ({ family, tuple }: KeptState['rules'][number]) => {
    const rule = parseTuple(tuple, family, () => undefined)
    return typeof rule === 'string' ? [] : [rule]
  }
  return { ...settings, rules: rules.flatMap(parse) }
}
