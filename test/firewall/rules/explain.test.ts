/** What `explain` says of a packet, and what the kernel does with it, under random rules. RAMPART_ALL=1 asks more often. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parseAddress } from '../../../src/base/address.ts'
import { applyRuleset } from '../../../src/firewall/rules/apply.ts'
import { explain } from '../../../src/firewall/rules/explain.ts'
import type { Policy, Ruleset } from '../../../src/firewall/rules/ruleset.ts'
import { realWorld } from '../../../src/world/real.ts'
import { inNamespace } from '../../kernel/namespace.ts'
import { CLIENTS, openLab, type PacketLab, PORTS, type Probe, parseProbe, verdicts } from './packets.ts'
import { type Chance, chanceOf, randomRuleset } from './random-ruleset.ts'

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
