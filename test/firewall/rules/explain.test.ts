/** What `explain` says of a packet, and what the kernel does with it, under random rules. RAMPART_ALL=1 asks more often. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parseAddress } from '../../../src/base/address.ts'
import { applyRuleset } from '../../../src/firewall/rules/apply.ts'
import { explain } from '../../../src/firewall/rules/explain.ts'
import type { End, Rule } from '../../../src/firewall/rules/rule.ts'
import type { Policy, Ruleset } from '../../../src/firewall/rules/ruleset.ts'
import { realWorld } from '../../../src/world/real.ts'
import { inNamespace } from '../../kernel/namespace.ts'
import { CLIENTS, openLab, type PacketLab, PORTS, type Probe, parseProbe, verdicts } from './packets.ts'
import { end, rule, ruleset } from './rulesets.ts'

const TIMES = process.env['RAMPART_ALL'] ? 100 : 6
const PACKETS = 60

inNamespace(import.meta.filename, () => {
  let lab: PacketLab
  before(async () => {
    lab = await openLab()
  })
  after(() => lab.close())

  for (let seed = 1; seed <= TIMES; seed++) {
    test(`random rules ${seed}: the kernel does what is explained`, async () => {
      const chance = chanceOf(seed)
      const rules = randomRuleset(chance)
      await applyRuleset(realWorld(), rules)
      const words = [...new Set(Array.from({ length: PACKETS }, () => randomProbe(chance)))]
      const probes = words.map(parseProbe)
      const found = await verdicts(lab, probes)
      const asExplained = probes.map((one) => explainProbe(rules, one))
      assert.deepEqual(
        words.map((one, index) => `${one}: ${kindOf(found[index]!, asExplained[index]!)}`),
        words.map((one, index) => `${one}: ${asExplained[index]}`),
      )
    })
  }
})

type Chance = <T>(choices: readonly T[]) => T

/** mulberry32 */
function chanceOf(seed: number): Chance {
  let state = seed * 0x9e3779b9
  return (choices) => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return choices[((value ^ (value >>> 14)) >>> 0) % choices.length]!
  }
}

function randomRuleset(chance: Chance): Ruleset {
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

function randomRule(chance: Chance): Rule {
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

function randomEnd(chance: Chance, family: 4 | 6, hasPorts: boolean): End {
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

function randomProbe(chance: Chance): string {
  const way = chance(['', '', 'out', 'forward'])
  const six = chance(['', '', '6'])
  const kind = `${chance(['tcp', 'udp'])} ${chance(PORTS)}`
  if (way !== '') return `${way}${six} ${kind}`
  const four = six === '' ? ` from ${chance(CLIENTS.filter((address) => !address.includes(':')))}` : ''
  return `${kind.replace(' ', `${six} `)}${four}`
}

function explainProbe(rules: Ruleset, { kind, from, to, port, isOut }: Probe & { readonly isOut: boolean }): Policy {
  const path = isOut ? 'out' : to === '198.51.100.2' || to === '2001:db8:2::2' ? 'forward' : 'in'
  const { verdict } = explain(rules, {
    path,
    protocol: kind as 'tcp' | 'udp',
    from: parseAddress(from)!,
    fromPort: 40_000,
    to: parseAddress(to)!,
    toPort: port,
    inInterface: isOut ? undefined : 'c0',
    outInterface: isOut ? 'c0' : path === 'forward' ? 's0' : undefined,
  })
  return verdict
}

/** A datagram of the host's own that is dropped or rejected cannot be sent. */
function kindOf(verdict: string, explained: Policy): string {
  if (verdict === 'unsent') return explained === 'accept' ? 'unsent' : explained
  return verdict === 'accept' || verdict === 'drop' ? verdict : 'reject'
}
