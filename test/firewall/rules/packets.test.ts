/** What becomes of real packets under the rules: this namespace is the host, with a client on one side and a server behind it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { applyRuleset, isActive, isInForce, removeRuleset } from '../../../src/firewall/rules/apply.ts'
import { readCounters } from '../../../src/firewall/rules/counters.ts'
import { listRules } from '../../../src/firewall/rules/listing.ts'
import type { Rule } from '../../../src/firewall/rules/rule.ts'
import type { Ruleset } from '../../../src/firewall/rules/ruleset.ts'
import { realWorld } from '../../../src/world/real.ts'
import { inNamespace, run } from '../../kernel/namespace.ts'
import { openLab, type PacketLab, type Probe, parseProbe, probe, verdicts } from './packets.ts'
import { end, PLAIN_FRAME, rule, ruleset } from './rulesets.ts'

type Row = readonly [probe: string, verdict: string]

interface Case {
  readonly sentence: string
  readonly rules?: readonly Rule[]
  readonly set?: Partial<Ruleset>
  readonly rows: readonly Row[]
}

const tcp = (port: string): Partial<Rule> => ({ protocol: 'tcp', to: end(undefined, port) })
const udp = (port: string): Partial<Rule> => ({ protocol: 'udp', to: end(undefined, port) })
const both = (rules: Partial<Rule>) => [rule(rules), rule({ ...rules, family: 6 })]
const single = (number: number) => end(`192.0.2.${number}`)

const CASES: readonly Case[] = [
  {
    sentence: 'the policy deny drops what no rule admits',
    rows: [
      ['tcp 22', 'drop'],
      ['udp 53', 'drop'],
      ['gre', 'drop'],
      ['tcp6 22', 'drop'],
      ['out tcp 22', 'accept'],
      ['forward tcp 22', 'drop'],
      ['forward6 udp 53', 'drop'],
    ],
  },
  {
    sentence: 'the policy reject tells tcp by ICMP too',
    set: { policies: { in: 'reject', out: 'reject', forward: 'reject' } },
    rows: [
      ['tcp 22', 'icmp-3/3'],
      ['udp 53', 'icmp-3/3'],
      ['gre', 'icmp-3/3'],
      ['tcp6 22', 'icmp-1/4'],
      ['out tcp 22', 'icmp-3/3'],
      ['forward tcp 22', 'icmp-3/3'],
      ['forward6 udp 53', 'icmp-1/4'],
    ],
  },
  {
    sentence: 'the policy allow admits all, the protocols without ports too',
    set: { policies: { in: 'accept', out: 'accept', forward: 'accept' } },
    rows: [
      ['tcp 22', 'accept'],
      ['gre', 'accept'],
      ['esp6', 'accept'],
      ['forward tcp 22', 'accept'],
      ['forward6 tcp 22', 'accept'],
    ],
  },
  {
    sentence: 'a port without a protocol is one of tcp and udp, of one family',
    rules: [rule({ to: end(undefined, '53') })],
    rows: [
      ['tcp 53', 'accept'],
      ['udp 53', 'accept'],
      ['tcp6 53', 'drop'],
      ['tcp 22', 'drop'],
    ],
  },
  {
    sentence: 'a rejected port resets tcp and answers udp by ICMP',
    rules: both({ action: 'reject', to: end(undefined, '53') }),
    rows: [
      ['tcp 53', 'reset'],
      ['udp 53', 'icmp-3/3'],
      ['tcp6 53', 'reset'],
      ['udp6 53', 'icmp-1/4'],
    ],
  },
  {
    sentence: 'a rejected source without a protocol is answered by ICMP, in tcp too',
    rules: [rule({ action: 'reject', from: single(2) }), rule({ action: 'reject', protocol: 'tcp', from: single(3) })],
    rows: [
      ['tcp 22', 'icmp-3/3'],
      ['tcp 22 from 192.0.2.3', 'reset'],
      ['tcp 22 from 192.0.2.4', 'drop'],
    ],
  },
  {
    sentence: 'lists and ranges of ports, at both ends',
    rules: [
      rule(tcp('80,443,6000:6003')),
      rule({ protocol: 'udp', from: end(undefined, '1000:1002'), to: end(undefined, '53') }),
    ],
    rows: [
      ['tcp 80', 'accept'],
      ['tcp 443', 'accept'],
      ['tcp 6003', 'accept'],
      ['tcp 8080', 'drop'],
      ['udp 53', 'drop'],
      ['udp 53 sport 1002', 'accept'],
      ['udp 53 sport 1003', 'drop'],
    ],
  },
  {
    sentence: 'the first rule that fits decides',
    rules: [
      rule({ ...tcp('22'), from: single(2) }),
      rule({ action: 'deny', from: end('192.0.2.0/30') }),
      rule({ action: 'reject', ...tcp('22') }),
    ],
    rows: [
      ['tcp 22', 'accept'],
      ['tcp 22 from 192.0.2.3', 'drop'],
      ['tcp 22 from 192.0.2.4', 'reset'],
    ],
  },
  {
    sentence: 'networks, and masks with holes',
    rules: [
      rule({ ...tcp('22'), from: { ...end('192.0.0.0/10'), mask: { bits: '192.0.0.3', mask: '255.0.0.255' } } }),
      rule({ protocol: 'tcp', to: end('192.0.2.1', '80') }),
      rule({ family: 6, ...tcp('22'), from: end('2001:db8:1::/64') }),
    ],
    rows: [
      ['tcp 22', 'drop'],
      ['tcp 22 from 192.0.2.3', 'accept'],
      ['tcp 80', 'accept'],
      ['forward tcp 80', 'drop'],
      ['tcp6 22', 'accept'],
    ],
  },
  {
    sentence: 'interfaces, one or all of a kind',
    rules: [
      rule({ ...tcp('22'), inInterface: 'c0' }),
      rule({ ...tcp('23'), inInterface: 's0' }),
      rule({ ...tcp('25'), inInterface: 'c+' }),
      rule({ ...tcp('80'), inInterface: 's+' }),
      rule({ path: 'forward', inInterface: 'c0', outInterface: 's0', ...tcp('80') }),
      rule({ path: 'forward', inInterface: 's0', outInterface: 'c0', ...tcp('25') }),
      rule({ path: 'out', action: 'reject', outInterface: 'c0', ...tcp('443') }),
      rule({ path: 'out', action: 'reject', outInterface: 's0', ...tcp('22') }),
    ],
    rows: [
      ['tcp 22', 'accept'],
      ['tcp 23', 'drop'],
      ['tcp 25', 'accept'],
      ['tcp 80', 'drop'],
      ['forward tcp 80', 'accept'],
      ['forward tcp 25', 'drop'],
      ['out tcp 443', 'reset'],
      ['out tcp 22', 'accept'],
    ],
  },
  {
    sentence: 'protocols without ports',
    rules: [
      rule({ protocol: 'gre' }),
      rule({ protocol: 'esp' }),
      rule({ protocol: 'ah' }),
      rule({ protocol: 'vrrp' }),
      rule({ protocol: 'ipv6' }),
      rule({ protocol: 'igmp', from: single(3) }),
      rule({ protocol: 'udp', from: single(3) }),
      rule({ family: 6, protocol: 'gre' }),
    ],
    rows: [
      ['gre', 'accept'],
      ['esp', 'accept'],
      ['ah', 'accept'],
      ['vrrp', 'accept'],
      ['ipv6', 'accept'],
      ['igmp', 'drop'],
      ['gre6', 'accept'],
      ['esp6', 'drop'],
      ['tcp 22', 'drop'],
      ['udp 53 from 192.0.2.3', 'accept'],
    ],
  },
  {
    sentence: 'route rules are for what is forwarded alone',
    rules: [
      ...both({ path: 'forward', ...tcp('80') }),
      rule({ path: 'forward', action: 'reject', to: end(undefined, '53') }),
      rule(tcp('22')),
    ],
    rows: [
      ['forward tcp 80', 'accept'],
      ['forward6 tcp 80', 'accept'],
      ['forward tcp 53', 'reset'],
      ['forward udp 53', 'icmp-3/3'],
      ['tcp 80', 'drop'],
      ['forward tcp 22', 'drop'],
    ],
  },
  {
    sentence: 'rules for what goes out',
    set: { policies: { in: 'drop', out: 'drop', forward: 'drop' } },
    rules: [rule({ path: 'out', ...tcp('80') }), rule({ path: 'out', ...udp('53'), to: end('192.0.2.2', '53') })],
    rows: [
      ['out tcp 80', 'accept'],
      ['out tcp 22', 'drop'],
      ['out udp 53', 'accept'],
      ['out udp 80', 'unsent'],
    ],
  },
  {
    sentence: 'without IPv6 nothing of it passes, whatever the policy',
    set: { ipv6: false, policies: { in: 'accept', out: 'accept', forward: 'accept' } },
    rules: both(tcp('22')),
    rows: [
      ['tcp 22', 'accept'],
      ['tcp6 22', 'drop'],
      ['forward6 tcp 22', 'drop'],
      ['out6 tcp 22', 'drop'],
    ],
  },
  {
    sentence: 'many single sources that are denied stand in a set, and what was allowed before them stays',
    rules: [
      rule({ ...tcp('22'), from: single(3) }),
      ...Array.from({ length: 250 }, (_, index) => rule({ action: 'deny', from: single(index + 2) })),
      rule(tcp('22')),
      rule(tcp('80')),
    ],
    rows: [
      ['tcp 22', 'drop'],
      ['tcp 80', 'drop'],
      ['tcp 22 from 192.0.2.3', 'accept'],
      ['tcp 80 from 192.0.2.3', 'drop'],
      ['tcp 22 from 192.0.2.253', 'accept'],
    ],
  },
  {
    sentence: 'many single sources that are rejected on a port get the answer of their protocol',
    rules: [
      ...Array.from({ length: 20 }, (_, index) =>
        rule({ action: 'reject', from: single(index + 2), to: end(undefined, '53') }),
      ),
      ...Array.from({ length: 20 }, (_, index) => rule({ from: single(index + 2) })),
    ],
    rows: [
      ['tcp 53', 'reset'],
      ['udp 53', 'icmp-3/3'],
      ['tcp 22', 'accept'],
      ['tcp 22 from 192.0.2.253', 'drop'],
    ],
  },
]

inNamespace(import.meta.filename, () => {
  const world = realWorld()
  let lab: PacketLab
  before(async () => {
    lab = await openLab()
  })
  after(() => lab.close())

  const ask = async (words: readonly string[]) => {
    const found = await verdicts(lab, words.map(parseProbe))
    return words.map((one, index) => `${one}: ${found[index]}`)
  }

  for (const { sentence, rules, set, rows } of CASES) {
    test(sentence, async () => {
      await applyRuleset(world, ruleset(rules, set))
      const wanted = rows.map(([words, verdict]) => `${words}: ${verdict}`)
      assert.deepEqual(await ask(rows.map(([words]) => words)), wanted)
    })
  }

  const hits = (count: number, port: number, from = '192.0.2.2', to = '192.0.2.1'): Probe[] =>
    Array.from({ length: count }, () => ({ kind: 'tcp', from, to, port }))
  const burst = async (probes: readonly Probe[]) =>
    (await probe(lab.client, probes, 'one-by-one')).join(' ').replaceAll('accept', 'A')
  const LIMITS = [...both({ action: 'limit', ...tcp('22') }), ...both({ action: 'limit', ...tcp('80') })]

  test('limit admits five new connections of a source, then refuses, by one list for all rules', async () => {
    await applyRuleset(world, ruleset(LIMITS), { anew: true })
    assert.equal(await burst(hits(8, 22)), 'A A A A A icmp-3/3 icmp-3/3 icmp-3/3')
    assert.equal(await burst(hits(1, 80)), 'icmp-3/3')
    assert.equal(await burst([...hits(4, 22, '192.0.2.3'), ...hits(2, 80, '192.0.2.3')]), 'A A A A A icmp-3/3')
    assert.equal(await burst(hits(6, 22, '2001:db8:1::2', '2001:db8:1::1')), 'A A A A A icmp-1/4')
  })

  test('a change of rules, level or policy does not make limit forget, making all anew does', async () => {
    for (const logging of ['low', 'off', 'full'] as const) {
      const policies = { in: logging === 'full' ? 'accept' : 'drop', out: 'accept', forward: 'drop' } as const
      await applyRuleset(world, ruleset([...LIMITS, rule(tcp('443'))], { logging, policies, containers: true }))
      assert.equal(await burst(hits(1, 22)), 'icmp-3/3')
    }
    await applyRuleset(world, ruleset(LIMITS, { containers: true }), { anew: true })
    assert.equal(await burst(hits(1, 22)), 'A')
  })

  test('each rule counts what it has decided, in a set too', async () => {
    const rules = [
      rule({ action: 'deny', ...tcp('25') }),
      rule({ action: 'reject', to: end(undefined, '53') }),
      ...Array.from({ length: 10 }, (_, index) => rule({ from: single(index + 3) })),
      rule({ family: 6, action: 'reject', ...tcp('80') }),
    ]
    await applyRuleset(world, ruleset(rules), { anew: true })
    await ask(['tcp 25', 'udp 53', 'tcp 53', 'udp 80 from 192.0.2.4', 'tcp6 80'])
    const counts = await readCounters(world, ruleset(rules))
    assert.deepEqual(
      counts.map((count) => count?.packets),
      [1, 2, 0, 1, ...Array.from({ length: 8 }, () => 0), 1],
    )
  })

  test('what cannot be said to the kernel changes nothing', async () => {
    await applyRuleset(world, ruleset([rule(tcp('22'))]))
    await assert.rejects(applyRuleset(world, ruleset([rule({ inInterface: 'a"b' })])), { code: 'rule.interface' })
    const broken = { ...PLAIN_FRAME, sets: [{ name: 'frame-x', body: 'type nonsense;' }] }
    await assert.rejects(applyRuleset(world, ruleset([], { frame: broken })), { code: 'kernel.refused' })
    assert.equal(await isInForce(world, ruleset([rule(tcp('22'))]), { counted: true }), true)
  })

  test('whose rules somebody deleted is not in force when they are counted', async () => {
    await applyRuleset(world, ruleset([rule(tcp('22'))]))
    run('nft', 'flush', 'chain', 'inet', 'rampart', 'input')
    assert.equal(await isInForce(world, ruleset([rule(tcp('22'))]), { counted: true }), false)
    await applyRuleset(world, ruleset([rule(tcp('22'))]), { anew: true })
    assert.equal(await isInForce(world, ruleset([rule(tcp('22'))]), { counted: true }), true)
  })

  test('the rules are listed family by family and part by part', async () => {
    const rules = [...both(tcp('22')), ...Array.from({ length: 9 }, (_, index) => rule({ from: single(index + 3) }))]
    await applyRuleset(world, ruleset(rules), { anew: true })
    const { ipv4, ipv6 } = await listRules(world, 'user-rules')
    assert.match(ipv4, /tcp dport 22 .*accept/)
    assert.match(ipv4, /jump rules-\w+\n\t\tip saddr @sources-/)
    assert.match(ipv6, /tcp dport 22 .*accept/)
    assert.doesNotMatch(ipv6, /sources|filter4/)
    assert.match((await listRules(world, 'builtins')).ipv6, /^\tchain input \{\n\t\ttype filter hook input/m)
    assert.match((await listRules(world, 'logging-rules')).ipv4, /UFW BLOCK/)
    await removeRuleset(world)
    assert.deepEqual(await listRules(world, 'raw'), { ipv4: '', ipv6: '' })
  })

  test('sets and chains of another kind that have our names make way', async () => {
    const list = (body: string) => ({ ...PLAIN_FRAME, sets: [{ name: 'frame-list', body }] })
    for (const body of ['type ipv4_addr; size 10;', 'type ipv6_addr;']) {
      await applyRuleset(world, ruleset(LIMITS, { frame: list(body) }))
      assert.match(run('nft', 'list', 'set', 'inet', 'rampart', 'frame-list'), new RegExp(body.split(';')[0]!))
    }
    run('nft', 'flush chain inet rampart output; delete chain inet rampart output; add chain inet rampart output')
    await applyRuleset(world, ruleset(), { anew: true })
    assert.match(run('nft', 'list', 'chain', 'inet', 'rampart', 'output'), /hook output/)
  })

  test('tables of others stay as they are when the firewall is switched off', async () => {
    run('nft', 'add table ip others; add chain ip others input { type filter hook input priority 0; }')
    await applyRuleset(world, ruleset([rule(tcp('22'))]))
    assert.equal(await isActive(world), true)
    await removeRuleset(world)
    assert.equal(await isActive(world), false)
    assert.match(run('nft', 'list', 'ruleset'), /^table ip others \{[^{}]*\{[^{}]*hook input[^{}]*\}\s*\}\s*$/)
    run('nft', 'delete', 'table', 'ip', 'others')
  })
})
