/** A state as a file of JSON keeps it, for who wants it back. */
import { Fault } from '../../base/fault.ts'
import type { UfwState } from './state.ts'
import { parseTuple, printTuple } from './tuple.ts'

export interface KeptState extends Omit<UfwState, 'rules'> {
  readonly rules: readonly { readonly family: 4 | 6; readonly tuple: string }[]
}

export function keptState(state: UfwState): KeptState {
  return { ...state, rules: state.rules.map((rule) => ({ family: rule.family, tuple: printTuple(rule) })) }
}

/** What is no tuple any more, as of a later version, is left out. @throws Fault `ufw.no-state`: it is none, whole */
export function stateOf(kept: unknown): UfwState {
  if (!isKeptState(kept)) throw new Fault('ufw.no-state', 'what was kept of the firewall is damaged')
  const { enabled, logging, ipv6, policies, profilePolicy, rules } = kept
  const parse = ({ family, tuple }: KeptState['rules'][number]) => {
    const rule = parseTuple(tuple, family, () => undefined)
    return typeof rule === 'string' ? [] : [rule]
  }
  return {
    ...{ enabled, logging, ipv6, profilePolicy },
    policies: { in: policies.in, out: policies.out, forward: policies.forward },
    rules: rules.flatMap(parse),
  }
}

function isKeptState(kept: unknown): kept is KeptState {
  const { enabled, logging, ipv6, policies, profilePolicy, rules } = fieldsOf(kept)
  const { in: incoming, out, forward } = fieldsOf(policies)
  return (
    typeof enabled === 'boolean' &&
    typeof ipv6 === 'boolean' &&
    LEVELS.includes(logging) &&
    [incoming, out, forward].every((policy) => POLICIES.includes(policy)) &&
    (profilePolicy === 'skip' || POLICIES.includes(profilePolicy)) &&
    Array.isArray(rules) &&
    rules.every(isKeptRule)
  )
}

function isKeptRule(rule: unknown): boolean {
  const { family, tuple } = fieldsOf(rule)
  return (family === 4 || family === 6) && typeof tuple === 'string'
}

/** None of what has none. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

const LEVELS: readonly unknown[] = ['off', 'low', 'medium', 'high', 'full']
const POLICIES: readonly unknown[] = ['accept', 'drop', 'reject']
