/** Random rules about the addresses and ports of the packet lab. */
import type { End, Rule } from '../../../src/firewall/rules/rule.ts'
import type { Policy, Ruleset } from '../../../src/firewall/rules/ruleset.ts'
import { end, rule, ruleset } from './rulesets.ts'

export type Chance = <T>(choices: readonly T[]) => T

/** mulberry32 */
export function chanceOf(seed: number): Chance {
  let state = seed * 0x9e3779b9
  return (choices) => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return choices[((value ^ (value >>> 14)) >>> 0) % choices.length]!
  }
}

export function randomRuleset(chance: Chance): Ruleset {
  const policy = () => chance<Policy>(['drop', 'drop', 'accept', 'reject'])
  const count = chance([0, 3, 12, 40])
  return ruleset(
    Array.from({ length: count }, () => randomRule(chance)).toSorted((one, other) => one.family - other.family),
    {
      policies: { in: policy(), out: policy(), forward: policy() },
      logging: chance(['off', 'low', 'medium']),
      ipv6: chance([true, true, true, false]),
    },
  )
}

export function randomRule(chance: Chance): Rule {
  const family = chance([4, 4, 6] as const)
  const path = chance(['in', 'in', 'out', 'forward'] as const)
  const protocol = chance(['any', 'any', 'tcp', 'tcp', 'udp'] as const)
  const name = () => chance([undefined, undefined, undefined, 'c0', 's0', 'c+'])
  return rule({
    family,
    path,
    protocol,
    // No limit: its first five tries are accepted, and which one this is depends on what was tried before.
    action: chance(['allow', 'deny', 'reject']),
    log: chance(['none', 'none', 'log', 'log-all']),
    inInterface: path === 'out' ? undefined : name(),
    outInterface: path === 'in' ? undefined : name(),
    from: randomEnd(chance, family, chance([true, false, false, false])),
    to: randomEnd(chance, family, chance([true, true, false])),
  })
}

const ADDRESSES: Readonly<Record<4 | 6, readonly (string | undefined)[]>> = {
  4: [undefined, undefined, '192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.0/30', '192.0.0.0/16', '198.51.100.2'],
  6: [undefined, undefined, '2001:db8:1::1', '2001:db8:1::2', '2001:db8:1::/64', '2001:db8::/32', '2001:db8:2::2'],
}

export function randomEnd(chance: Chance, family: 4 | 6, hasPorts: boolean): End {
  const hosts = family === 4 && chance([true, false, false])
  const mask = { bits: '192.0.0.2', mask: '255.0.0.255' }
  return {
    ...end(
      chance(ADDRESSES[family]),
      hasPorts ? chance(['22', '53', '80', '22,80,443', '6000:6003', '20:100']) : 'any',
    ),
    ...(hosts && chance([true, false, false]) ? { network: undefined, mask } : {}),
  }
}
