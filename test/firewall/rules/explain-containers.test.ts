/**
 * What is explained of packets beside the plain ones is what the kernel does: published ports of containers, what containers
 * send, the host's talk with itself, twins of both families, rates. RAMPART_ALL=1 asks more often.
 */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { after, before, test } from 'node:test'
import { parseAddress } from '../../../src/base/address.ts'
import { targetIn } from '../../../src/cli/rampart/published-ports.ts'
import { applyRuleset } from '../../../src/firewall/rules/apply.ts'
import type { Packet } from '../../../src/firewall/rules/explain.ts'
import { type ExplainedWhole, explainWhole } from '../../../src/firewall/rules/explain-frame.ts'
import type { Rule } from '../../../src/firewall/rules/rule.ts'
import type { Policy, Ruleset } from '../../../src/firewall/rules/ruleset.ts'
import { realWorld } from '../../../src/world/real.ts'
import { inNamespace, type Neighbour, neighbour, run } from '../../kernel/namespace.ts'
import { begin, HERE, openLab, type PacketLab, type Place, type Probe, probe } from './packets.ts'
import { type Chance, chanceOf, randomRule } from './random-ruleset.ts'
import { end, PLAIN_FRAME, rule, ruleset } from './rulesets.ts'

const TIMES = process.env['RAMPART_ALL'] ? 30 : 6

/** As Docker does it with tables of its own. Source: docs.docker.com/engine/network/firewall-nftables. */
const PUBLISHED: readonly string[] = [
  ...['ip', 'ip6'].flatMap((family) => [
    `add table ${family} docker-bridges`,
    `add chain ${family} docker-bridges nat-prerouting { type nat hook prerouting priority dstnat; }`,
  ]),
  ...[
    'ip docker-bridges nat-prerouting iifname != "docker0" fib daddr type local tcp dport 8080 dnat to 172.17.0.2:80',
    'ip docker-bridges nat-prerouting iifname != "docker0" fib daddr type local udp dport 6003 dnat to 172.17.0.2:53',
    'ip docker-bridges nat-prerouting iifname != "docker0" ip daddr 192.0.2.9 tcp dport 25 dnat to 172.17.0.2:22',
    'ip6 docker-bridges nat-prerouting iifname != "docker0" fib daddr type local tcp dport 8080 dnat to [fd17::2]:80',
  ].map((rule) => `add rule ${rule}`),
]

inNamespace(import.meta.filename, () => {
  const servers: ChildProcess[] = []
  let lab: PacketLab
  let container: Neighbour
  let listed: string

  before(async () => {
    lab = await openLab()
    run('ip', 'addr', 'add', '192.0.2.9/24', 'dev', 'c0')
    run('ip', 'link', 'add', 'docker0', 'type', 'bridge')
    run('ip', 'addr', 'add', '172.17.0.1/16', 'dev', 'docker0')
    run('ip', 'addr', 'add', 'fd17::1/64', 'dev', 'docker0', 'nodad')
    run('ip', 'link', 'set', 'docker0', 'up')
    container = await neighbour('k', [], ['172.17.0.2/16', 'fd17::2/64'])
    run('ip', 'link', 'set', 'k0', 'master', 'docker0')
    container.run('ip', 'route', 'add', 'default', 'via', '172.17.0.1')
    container.run('ip', '-6', 'route', 'add', 'default', 'via', 'fd17::1')
    container.run('sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0')
    servers.push(await begin(container, 'serve', '22', '53', '80'))
    for (const command of PUBLISHED) run('nft', command)
    listed = run('nft', '-t', 'list', 'ruleset')
  })
  after(() => {
    for (const child of servers) child.kill('SIGKILL')
    container.end()
    lab.close()
  })

  for (let seed = 1; seed <= TIMES; seed++) {
    test(`random rules ${seed}: containers, loopback, twins`, async () => {
      const chance = chanceOf(seed + 1000)
      const rules = randomRules(chance)
      await applyRuleset(realWorld(), rules, { anew: true })
      const chosen = WAYS.filter(() => chance([true, true, true, false]))
      const found = await verdicts(rules, chosen)
      assert.deepEqual(
        chosen.map((way, index) => `${nameOf(way)}: ${found[index]}`),
        chosen.map((way) => `${nameOf(way)}: ${explained(rules, way)}`),
      )
    })
  }

  test('rates: as many are let in as are said, of each source and rule, then the next are rejected', async () => {
    for (let seed = 1; seed <= (process.env['RAMPART_ALL'] ? 5 : 1); seed++) {
      const chance = chanceOf(seed + 2000)
      const rules = ruleset(
        ([4, 6] as const).flatMap((family) => Array.from({ length: 6 }, () => limiting(chance, family))),
        { containers: true, policies: { in: chance(['accept', 'drop']), out: 'accept', forward: 'drop' } },
      )
      await applyRuleset(realWorld(), rules, { anew: true })
      const tries = Array.from({ length: 30 }, () => chance(INCOMING))
      const probes = tries.map(({ kind, from, to, port }) => ({ kind, from, to, port }))
      const found = await probe(lab.client, probes, 'one-by-one')
      const counts = new Map<unknown, number>()
      const expected = tries.map((way) => {
        const { verdict, by } = explainWay(rules, way)
        if (typeof by === 'string' || !('family' in by) || by.action !== 'limit') return verdict
        const { connections } = by.rate ?? { connections: 5 }
        // UFW's own list is one for all rules.
        const key = `${by.rate ? rules.rules.indexOf(by) : ''} ${way.from}`
        counts.set(key, (counts.get(key) ?? 0) + 1)
        return counts.get(key)! > connections ? 'reject' : verdict
      })
      const named = (verdict: string, index: number) => `${index} ${nameOf(tries[index]!)}: ${kindOf(verdict)}`
      assert.deepEqual(found.map(named), expected.map(named), `seed ${seed}`)
    }
  })

  interface Way extends Required<Pick<Probe, 'kind' | 'from' | 'to' | 'port'>> {
    readonly place: 'client' | 'here' | 'container'
  }

  const WAYS: readonly Way[] = [
    // To the host, and to what it publishes.
    ...incoming('192.0.2.2', '192.0.2.1'),
    // Datagrams to its second address would be answered by the first.
    ...incoming('192.0.2.3', '192.0.2.9').filter(({ kind, port }) => kind === 'tcp' || port === 6003),
    ...incoming('2001:db8:1::2', '2001:db8:1::1'),
    // Of containers: to the world, and to the host itself.
    ...ways('container', '172.17.0.2', '192.0.2.2', [22, 80]),
    ...ways('container', '172.17.0.2', '172.17.0.1', [22, 80]),
    ...ways('container', 'fd17::2', '2001:db8:2::2', [22, 80]),
    // Of the host with itself, and with a container.
    ...ways('here', '127.0.0.1', '127.0.0.1', [22, 80]),
    ...ways('here', '192.0.2.1', '192.0.2.1', [22, 53]),
    ...ways('here', '::1', '::1', [22, 80]),
    ...ways('here', '172.17.0.1', '172.17.0.2', [22, 80]),
    // Routed, asked for by nobody else.
    ...ways('client', '192.0.2.2', '172.17.0.2', [22, 80]),
    ...ways('client', '192.0.2.4', '198.51.100.2', [22, 80]),
    ...ways('client', '2001:db8:1::2', '2001:db8:2::2', [22, 80]),
  ]

  const INCOMING: readonly Way[] = WAYS.filter(
    ({ place, to, kind }) => place === 'client' && kind === 'tcp' && /\.[19]$|1::1$/.test(to),
  )

  function incoming(from: string, to: string): Way[] {
    return ways('client', from, to, [22, 25, 53, 80, 6003, 8080])
  }

  function ways(place: Way['place'], from: string, to: string, ports: readonly number[]): Way[] {
    return ports.flatMap((port) => ['tcp', 'udp'].map((kind) => ({ place, kind, from, to, port })))
  }

  function nameOf({ place, kind, from, to, port }: Way): string {
    return `${place} ${kind} ${from} > ${to} ${port}`
  }

  async function verdicts(rules: Ruleset, chosen: readonly Way[]): Promise<string[]> {
    const places: Readonly<Record<Way['place'], Place>> = { client: lab.client, here: HERE, container }
    const found: string[] = []
    for (const [name, place] of Object.entries(places)) {
      const own = [...chosen.entries()].filter(([, way]) => way.place === name)
      const answers = await probe(
        place,
        own.map(([, { kind, from, to, port }]) => ({ kind, from, to, port })),
      )
      for (const [at, [index]] of own.entries()) found[index] = kindOf(answers[at]!, explained(rules, chosen[index]!))
    }
    return found
  }

  function explained(rules: Ruleset, way: Way): Policy {
    if (way.place !== 'here' || (way.from !== way.to && !way.from.startsWith('127.')))
      return explainWay(rules, way).verdict
    const out = explainWay(rules, way)
    return out.verdict === 'accept' ? explainWay(rules, way, 'in').verdict : out.verdict
  }

  function explainWay(rules: Ruleset, way: Way, path = pathOf(way)): ExplainedWhole {
    const [from, to] = [parseAddress(way.from)!, parseAddress(way.to)!]
    const isSelf = way.from === way.to
    const packet: Packet = {
      ...{ path, protocol: way.kind as 'tcp' | 'udp', from, fromPort: 40_000, to, toPort: way.port },
      inInterface: path === 'out' ? undefined : isSelf ? 'lo' : way.place === 'container' ? 'docker0' : 'c0',
      outInterface: path === 'in' ? undefined : isSelf ? 'lo' : interfaceTo(way.to),
    }
    const sentOn = path === 'in' ? targetIn(listed, packet) : undefined
    return explainWhole(rules, packet, { interfaceTo: ({ text }) => interfaceTo(text), ...(sentOn && { sentOn }) })
  }

  function pathOf({ place, to }: Way): Packet['path'] {
    if (place === 'here') return 'out'
    return ['192.0.2.1', '192.0.2.9', '172.17.0.1', '2001:db8:1::1'].includes(to) ? 'in' : 'forward'
  }

  function interfaceTo(address: string): string {
    if (/^(172|fd17)/.test(address)) return 'docker0'
    return /^(192|2001:db8:1:)/.test(address) ? 'c0' : 's0'
  }
})

/** Many rules for both families alike, some about containers, among others. */
function randomRules(chance: Chance): Ruleset {
  const policy = () => chance<Policy>(['drop', 'drop', 'accept', 'reject'])
  const own = Array.from({ length: chance([0, 4, 15]) }, () => special(chance)).flatMap((one) =>
    chance([true, false]) ? [one] : [4, 6].map((family) => twin(one, family as 4 | 6)),
  )
  const rules = [...own, ...Array.from({ length: chance([0, 5, 20]) }, () => randomRule(chance))]
  return ruleset(
    rules.toSorted((one, other) => one.family - other.family),
    {
      policies: { in: policy(), out: policy(), forward: policy() },
      containers: chance([true, true, true, false]),
      ...(chance([true, false]) ? { frame: loopbackFrame() } : {}),
    },
  )
}

/** As in UFW's base rules: the host may talk with itself. */
function loopbackFrame(): Ruleset['frame'] {
  return {
    ...PLAIN_FRAME,
    chains: PLAIN_FRAME.chains.map((chain) => {
      const side = /before-input$/.test(chain.name)
        ? 'iifname'
        : /before-output$/.test(chain.name)
          ? 'oifname'
          : undefined
      return side ? { ...chain, rules: [`${side} "lo" accept`, ...chain.rules] } : chain
    }),
  }
}

function special(chance: Chance): Rule {
  const path = chance(['in', 'in', 'forward', 'out'] as const)
  const name = () => chance([undefined, undefined, 'docker0', 'c0', 'lo', 'dock+'])
  const addresses = [
    undefined,
    undefined,
    '172.17.0.2',
    '172.17.0.0/16',
    '192.0.2.1',
    '192.0.2.9',
    '127.0.0.0/8',
    '192.0.2.2',
  ]
  const ports = () => chance(['any', '80', '8080', '22,8080', '6003', '25', '53', '20:100'])
  return rule({
    path,
    protocol: chance(['any', 'tcp', 'udp'] as const),
    action: chance(['allow', 'deny', 'reject'] as const),
    inInterface: path === 'out' ? undefined : name(),
    outInterface: path === 'in' ? undefined : name(),
    from: end(chance(addresses)),
    to: end(chance(addresses), ports()),
  })
}

function twin(one: Rule, family: 4 | 6): Rule {
  const side = (network: Rule['from']['network']) => (family === 4 ? network : undefined)
  return {
    ...one,
    family,
    from: { ...one.from, network: side(one.from.network) },
    to: { ...one.to, network: side(one.to.network) },
  }
}

function limiting(chance: Chance, family: 4 | 6): Rule {
  const connections = chance([2, 3, 4])
  return rule({
    family,
    protocol: chance(['any', 'tcp'] as const),
    action: chance(['limit', 'limit', 'limit', 'allow', 'deny'] as const),
    ...(chance([true, true, false]) ? { rate: { connections, seconds: chance([60, 600]) } } : {}),
    from: family === 4 ? end(chance([undefined, '192.0.2.2', '192.0.2.0/31'])) : end(undefined),
    to: end(undefined, chance(['22', '80', '8080', '25', '20:100', '22,80,8080'])),
  })
}

/** A datagram of the host's own that is refused cannot be sent. */
function kindOf(verdict: string, asExplained?: Policy): string {
  if (verdict === 'unsent') return asExplained === 'accept' ? 'unsent' : (asExplained ?? 'unsent')
  return verdict === 'accept' || verdict === 'drop' ? verdict : 'reject'
}
