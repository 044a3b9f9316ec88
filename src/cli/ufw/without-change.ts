/**
 * What there would be without a change that was made some time ago: it is taken back, and what was changed since, by whomever,
 * stays. Pure.
 */
import type { UfwState } from '../../config/ufw/state.ts'
import { printTuple } from '../../config/ufw/tuple.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import { commonOrder } from '../rampart/firewall/difference.ts'
import { isSameSubject } from './same-rule.ts'

/** A state before a change and the one that it led to. */
export interface Made {
  readonly before: UfwState
  readonly after: UfwState
}

/** Settings and rules of `before`, but for those that are others now than they were in `after`. */
export function withoutChange({ before, after }: Made, now: UfwState): UfwState {
  const of = <T>(read: (state: UfwState) => T): T => (read(now) === read(after) ? read(before) : read(now))
  return {
    enabled: of(({ enabled }) => enabled),
    logging: of(({ logging }) => logging),
    ipv6: of(({ ipv6 }) => ipv6),
    policies: {
      in: of(({ policies }) => policies.in),
      out: of(({ policies }) => policies.out),
      forward: of(({ policies }) => policies.forward),
    },
    profilePolicy: of(({ profilePolicy }) => profilePolicy),
    rules: [...rulesOf({ before, after }, now, 4), ...rulesOf({ before, after }, now, 6)],
  }
}

/** Those of before without those that have gone since; each that came since, or was moved, behind the rule that it stands behind now. */
function rulesOf({ before, after }: Made, now: UfwState, family: 4 | 6): readonly Rule[] {
  const [then, made, present] = [before, after, now].map((state) => listOf(state, family))
  const [was, is] = [made!.map(({ key }) => key), present!.map(({ key }) => key)]
  const stays = commonOrder(was, is)
  const come = new Set(present!.filter((_, index) => !stays.has(index)))
  const still = new Set(stays.values())
  const gone = new Set(was.filter((_, index) => !still.has(index)))
  const result = then!.filter(
    ({ key, rule }) => !gone.has(key) && ![...come].some((other) => isSameSubject(other.rule, rule)),
  )
  let at = 0
  for (const one of present!) {
    if (come.has(one)) result.splice(at++, 0, one)
    else {
      const place = result.findIndex(({ key }, index) => index >= at && key === one.key)
      if (place >= 0) at = place + 1
    }
  }
  return result.map(({ rule }) => rule)
}

interface Keyed {
  readonly rule: Rule
  /** No other of the list has it, were it written by hand twice. */
  readonly key: string
}

function listOf({ rules }: UfwState, family: 4 | 6): readonly Keyed[] {
  const counts = new Map<string, number>()
  return rules
    .filter((rule) => rule.family === family)
    .map((rule) => {
      const tuple = printTuple(rule)
      const count = (counts.get(tuple) ?? 0) + 1
      counts.set(tuple, count)
      return { rule, key: `${count} ${tuple}` }
    })
}
