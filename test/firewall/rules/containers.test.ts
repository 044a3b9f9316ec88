/**
 * Published ports of containers. This namespace is the host, with a client on one side and two containers on a bridge;
 * what Docker itself does is done as its manual documents it, with iptables and with its own tables of nftables.
 * Source: docs.docker.com/engine/network/packet-filtering-firewalls, and firewall-nftables.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { applyRuleset } from '../../../src/firewall/rules/apply.ts'
import { readCounters } from '../../../src/firewall/rules/counters.ts'
import type { Rule } from '../../../src/firewall/rules/rule.ts'
import type { Ruleset } from '../../../src/firewall/rules/ruleset.ts'
import { realWorld } from '../../../src/world/real.ts'
import { inNamespace, type Neighbour, neighbour, run } from '../../kernel/namespace.ts'
import { begin, type Place, probe } from './packets.ts'
import { end, rule, ruleset } from './rulesets.ts'

/** Port 8080 of the host is port 80 of the container 172.17.0.2. */
const BACKENDS: Readonly<Record<string, readonly string[]>> = {
  iptables: [
    'iptables -t nat -N DOCKER',
    'iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    'iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
    'iptables -t nat -A DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
    'iptables -P FORWARD DROP',
    'iptables -N DOCKER-USER',
    'iptables -N DOCKER',
    'iptables -A FORWARD -j DOCKER-USER',
    'iptables -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'iptables -A FORWARD -o docker0 -j DOCKER',
    'iptables -A FORWARD -i docker0 -j ACCEPT',
    'iptables -A DOCKER ! -i docker0 -o docker0 -d 172.17.0.2 -p tcp --dport 80 -j ACCEPT',
  ],
  nftables: [
    'nft add table ip docker-bridges',
    'nft add chain ip docker-bridges nat-prerouting { type nat hook prerouting priority dstnat; }',
    'nft add rule ip docker-bridges nat-prerouting iifname != docker0 fib daddr type local tcp dport 8080 dnat to 172.17.0.2:80',
    'nft add chain ip docker-bridges nat-postrouting { type nat hook postrouting priority srcnat; }',
    'nft add rule ip docker-bridges nat-postrouting oifname != docker0 ip saddr 172.17.0.0/16 masquerade',
    'nft add chain ip docker-bridges filter-forward { type filter hook forward priority filter; policy accept; }',
    'nft add rule ip docker-bridges filter-forward oifname docker0 ct state established,related accept',
    'nft add rule ip docker-bridges filter-forward oifname docker0 iifname != docker0 ip daddr 172.17.0.2 tcp dport 80 accept',
    'nft add rule ip docker-bridges filter-forward oifname docker0 iifname != docker0 drop',
  ],
}
const UNDO = ['iptables -t nat -F', 'iptables -t nat -X', 'iptables -F', 'iptables -X', 'iptables -P FORWARD ACCEPT']

const tcp = (port: string): Partial<Rule> => ({ protocol: 'tcp', to: end(undefined, port) })

/** What a client gets at port 8080 from 192.0.2.2 and from 192.0.2.3. */
const CASES: readonly (readonly [
  sentence: string,
  rules: readonly Rule[],
  verdicts: string,
  set?: Partial<Ruleset>,
])[] = [
  ['a published port is closed until a rule opens it', [rule(tcp('80'))], 'drop drop'],
  ['it opens by the port that the client asks for', [rule(tcp('8080'))], 'accept accept'],
  ['for whom the rule says', [rule({ ...tcp('8080'), from: end('192.0.2.3') })], 'drop accept'],
  [
    'at the address that the client asks for',
    [rule({ protocol: 'tcp', to: end('192.0.2.1', '8080') })],
    'accept accept',
  ],
  ["not at the container's own", [rule({ protocol: 'tcp', to: end('172.17.0.2', '8080') })], 'drop drop'],
  [
    "a denied source comes no further than to the host's own ports",
    [rule({ action: 'deny', from: end('192.0.2.2') }), rule(tcp('8080'))],
    'drop accept',
  ],
  [
    'denied sources in a set neither',
    [
      ...Array.from({ length: 9 }, (_, i) => rule({ action: 'deny', from: end(`192.0.2.${i + 3}`) })),
      rule(tcp('8080')),
    ],
    'accept drop',
  ],
  ['rejecting rules reject', [rule({ action: 'reject', ...tcp('8080') })], 'reset reset'],
  [
    'the policy is that for what comes in',
    [],
    'icmp-3/3 icmp-3/3',
    { policies: { in: 'reject', out: 'accept', forward: 'drop' } },
  ],
  [
    'a policy that accepts opens it',
    [],
    'accept accept',
    { policies: { in: 'accept', out: 'accept', forward: 'drop' } },
  ],
  ["a route rule opens the container's port", [rule({ path: 'forward', ...tcp('80') })], 'accept accept'],
  ['left alone, it is forwarded as the policy for that says', [rule(tcp('8080'))], 'drop drop', { containers: false }],
]

inNamespace(import.meta.filename, () => {
  const world = realWorld()
  const servers: ChildProcess[] = []
  let client: Neighbour
  const containers: Neighbour[] = []

  before(async () => {
    client = await neighbour('c', ['192.0.2.1/24'], ['192.0.2.2/24', '192.0.2.3/24'])
    run('ip', 'link', 'add', 'docker0', 'type', 'bridge')
    run('ip', 'address', 'add', '172.17.0.1/16', 'dev', 'docker0')
    run('ip', 'link', 'set', 'docker0', 'up')
    for (const [name, address] of [
      ['k', '172.17.0.2/16'],
      ['l', '172.17.0.3/16'],
    ] as const) {
      const container = await neighbour(name, [], [address])
      containers.push(container)
      run('ip', 'link', 'set', `${name}0`, 'master', 'docker0')
      container.run('ip', 'route', 'add', 'default', 'via', '172.17.0.1')
    }
    run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.icmp_ratelimit=0')
    for (const place of [client, ...containers]) servers.push(await begin(place, 'serve', '80'))
  })

  after(() => {
    for (const child of servers) child.kill('SIGKILL')
    for (const one of [client, ...containers]) one.end()
  })

  const ask = async (place: Place, ways: readonly (readonly [from: string, to: string, port: number])[]) => {
    const probes = ways.map(([from, to, port]) => ({ kind: 'tcp', from, to, port }))
    return (await probe(place, probes)).join(' ')
  }
  const published = () =>
    ask(
      client,
      ['192.0.2.2', '192.0.2.3'].map((from) => [from, '192.0.2.1', 8080]),
    )

  for (const [backend, commands] of Object.entries(BACKENDS)) {
    const isThere = backend === 'nftables' || spawnSync('iptables', ['-t', 'nat', '-S']).status === 0
    const skip = isThere ? false : 'no iptables here'

    test(`${backend}: Docker's network`, { skip }, async (t) => {
      for (const command of commands) run('sh', '-c', command.replace(/[{};!]/g, '\\$&'))
      for (const [sentence, rules, verdicts, set] of CASES) {
        await t.test(sentence, async () => {
          await applyRuleset(world, ruleset(rules, { containers: true, ...set }))
          assert.equal(await published(), verdicts)
        })
      }

      await t.test('what containers send passes whatever the policies, and to each other', async () => {
        await applyRuleset(world, ruleset([], { containers: true }))
        const ways = [
          ['172.17.0.2', '192.0.2.2', 80],
          ['172.17.0.2', '172.17.0.3', 80],
        ] as const
        assert.equal(await ask(containers[0]!, ways), 'accept accept')
      })

      await t.test('a route rule may forbid it', async () => {
        const rules = [rule({ path: 'forward', action: 'reject', protocol: 'tcp', from: end('172.17.0.0/16') })]
        await applyRuleset(world, ruleset(rules, { containers: true }))
        assert.equal(await ask(containers[0]!, [['172.17.0.2', '192.0.2.2', 80]]), 'reset')
      })

      await t.test('rules count what they decide for containers', async () => {
        const rules = ruleset([rule(tcp('8080'))], { containers: true })
        await applyRuleset(world, rules, { anew: true })
        await published()
        assert.equal((await readCounters(world, rules))[0]?.packets, 2)
      })
      for (const command of backend === 'iptables' ? UNDO : ['nft delete table ip docker-bridges']) {
        run('sh', '-c', command)
      }
    })
  }
})
