/** A whole state in the place of what is there: what a file says the firewall shall be, or what it was before. Pure. */
import { Fault } from '../../base/fault.ts'
import type { Replacement } from '../../config/ufw/exchange.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { printTuple } from '../../config/ufw/tuple.ts'
import type { Rule } from '../../firewall/rules/rule.ts'

export interface Become {
  readonly kind: 'become'
  /** What the difference was taken from; of another nothing is made. */
  readonly from: UfwState
  readonly next: UfwState
  /** before.rules and after.rules, where they change. */
  readonly files: readonly Replacement[]
  /** When it is done. */
  readonly told: string
}

/** What comes of it. */
interface Became extends Pick<Become, 'next' | 'files' | 'told'> {
  readonly kernel: 'as it is' | 'change' | 'load' | 'unload'
  readonly dry: string
}

/** @throws Fault `ufw.changed` */
export function decideBecome(state: UfwState, { from, next, files, told }: Become): Became {
  if (!isSameState(from, state)) throw changedMeanwhile()
  return {
    next: { ...next, rules: keeping(state.rules, next.rules) },
    kernel: kernelOf(state, next, files.length > 0),
    files,
    told,
    dry: '',
  }
}

export function isSameState(one: UfwState, other: UfwState): boolean {
  const text = ({ rules, enabled, logging, ipv6, policies, profilePolicy }: UfwState) =>
    JSON.stringify([
      ...[enabled, logging, ipv6, policies.in, policies.out, policies.forward, profilePolicy],
      ...rules.map((rule) => `${rule.family} ${printTuple(rule)}`),
    ])
  return text(one) === text(other)
}

export function changedMeanwhile(): Fault {
  return new Fault('ufw.changed', 'another command has changed the firewall meanwhile; nothing was done', {
    hint: 'look at it once more: ufw status numbered',
  })
}

/** A rule that stays is the same value, so that a file of which all rules stay is not written. */
function keeping(now: readonly Rule[], wanted: readonly Rule[]): readonly Rule[] {
  const key = (rule: Rule) => `${rule.family} ${printTuple(rule)}`
  const known = new Map<string, Rule[]>()
  for (const rule of now.toReversed()) known.set(key(rule), [...(known.get(key(rule)) ?? []), rule])
  return wanted.map((rule) => known.get(key(rule))?.pop() ?? rule)
}

function kernelOf(state: UfwState, next: UfwState, isFramed: boolean): Became['kernel'] {
  if (!next.enabled) return state.enabled ? 'unload' : 'as it is'
  return state.enabled && !isFramed ? 'change' : 'load'
}
