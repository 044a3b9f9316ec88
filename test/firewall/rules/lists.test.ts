/** Rules for lists of addresses: what becomes of real packets, and what the kernel has while a list is exchanged. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { parseAddress } from '../../../src/base/address.ts'
import type { AddressList } from '../../../src/firewall/list/address-list.ts'
import { applyRuleset, isInForce } from '../../../src/firewall/rules/apply.ts'
import { readCounters } from '../../../src/firewall/rules/counters.ts'
import { explain } from '../../../src/firewall/rules/explain.ts'
import { lookAt } from '../../../src/firewall/rules/look.ts'
import { ANYWHERE, listEnd, type Rule } from '../../../src/firewall/rules/rule.ts'
import type { Ruleset } from '../../../src/firewall/rules/ruleset.ts'
import { realWorld } from '../../../src/world/real.ts'
import { addressList } from '../../config/list/lists.ts'
import { inNamespace, neighbour, run } from '../../kernel/namespace.ts'
import { sleep } from '../../lab/lab.ts'
import { manyLists } from './many-lists.ts'
import { begin, HERE, openLab, type PacketLab, parseProbe, verdicts } from './packets.ts'
import { rule, ruleset } from './rulesets.ts'

const both = (of: (family: 4 | 6) => Partial<Rule>) =>
  [4, 6].map((family) => rule({ family: family as 4 | 6, ...of(family as 4 | 6) }))
const named =
  (name: string, ports = 'any') =>
  (family: 4 | 6) => ({ ...ANYWHERE, ...listEnd(name, family), ports })
const lists = (...some: readonly AddressList[]) => ({ lists: new Map(some.map((list) => [list.name, list])) })
const OPEN = { policies: { in: 'accept', out: 'accept', forward: 'accept' } } as const

interface Case {
  readonly sentence: string
  readonly ruleset: Ruleset
  readonly rows: readonly (readonly [probe: string, verdict: string])[]
}

const CASES: readonly Case[] = [
  {
    sentence: 'who is in a denied list is denied, host or network, of either family',
    ruleset: ruleset(
      both((family) => ({ action: 'deny', from: named('bad')(family) })),
      { ...OPEN, ...lists(addressList('bad', '192.0.2.2', '192.0.2.252/30', '2001:db8:1::/48', '203.0.113.0/24')) },
    ),
    rows: [
      ['tcp 22', 'drop'],
      ['udp 53', 'drop'],
      ['tcp 22 from 192.0.2.3', 'accept'],
      ['tcp 22 from 192.0.2.253', 'drop'],
      ['tcp6 22', 'drop'],
      ['out tcp 22', 'accept'],
    ],
  },
  {
    sentence: 'who is in an allowed list is let in to the port alone',
    ruleset: ruleset(
      both((family) => ({ from: named('good')(family), to: { ...ANYWHERE, ports: '22' }, protocol: 'tcp' })),
      lists(addressList('good', '192.0.2.0/29', '192.0.2.252/31', '2001:db8::/30')),
    ),
    rows: [
      ['tcp 22', 'accept'],
      ['tcp 23', 'drop'],
      ['udp 22', 'drop'],
      ['tcp 22 from 192.0.2.4', 'accept'],
      ['tcp 22 from 192.0.2.253', 'accept'],
      ['tcp6 22', 'accept'],
      ['tcp6 23', 'drop'],
    ],
  },
  {
    sentence: 'a list is the destination, and what is forwarded obeys; tcp is reset',
    ruleset: ruleset(
      [
        ...both((family) => ({ action: 'reject', path: 'forward', to: named('far')(family), protocol: 'tcp' })),
        ...both((family) => ({ action: 'deny', path: 'out', to: named('far')(family), protocol: 'udp' })),
      ],
      { ...OPEN, ...lists(addressList('far', '198.51.100.0/25', '192.0.2.2', '2001:db8:2::2')) },
    ),
    rows: [
      ['forward tcp 22', 'reset'],
      ['forward udp 53', 'accept'],
      ['forward6 tcp 22', 'reset'],
      ['out udp 53', 'unsent'],
      ['out tcp 22', 'accept'],
      ['out udp6 53', 'accept'],
    ],
  },
  {
    sentence: 'a rule from one list to another, its ports without a protocol',
    ruleset: ruleset(
      both((family) => ({ from: named('good')(family), to: named('own', '53')(family) })),
      lists(
        addressList('good', '192.0.2.2', '192.0.2.248/29', '2001:db8:1::2'),
        addressList('own', '192.0.2.1', '10.0.0.0/8'),
      ),
    ),
    rows: [
      ['tcp 53', 'accept'],
      ['udp 53', 'accept'],
      ['udp 53 from 192.0.2.253', 'accept'],
      ['udp 53 from 192.0.2.3', 'drop'],
      ['tcp6 53', 'drop'],
    ],
  },
  {
    sentence: 'nobody is in a list that is empty, or not here',
    ruleset: ruleset(
      [
        ...both((family) => ({ from: named('empty')(family) })),
        ...both((family) => ({ from: named('gone')(family) })),
        rule({ protocol: 'tcp', to: { ...ANYWHERE, ports: '22' } }),
      ],
      lists(addressList('empty')),
    ),
    rows: [
      ['tcp 22', 'accept'],
      ['tcp 23', 'drop'],
      ['tcp6 22', 'drop'],
    ],
  },
]

inNamespace(import.meta.filename, () => {
  const world = realWorld()

  describe('packets', () => {
    let lab: PacketLab
    before(async () => {
      lab = await openLab()
    })
    after(() => lab?.close())

    for (const { sentence, ruleset: wanted, rows } of CASES) {
      test(`${sentence}; explain says the same`, async () => {
        await applyRuleset(world, wanted)
        assert.equal(await isInForce(world, wanted, { counted: true }), true)
        const probes = rows.map(([words]) => parseProbe(words))
        const found = await verdicts(lab, probes)
        assert.deepEqual(Object.fromEntries(rows.map(([words], i) => [words, found[i]])), Object.fromEntries(rows))
        for (const [i, { kind, from, to, port, isOut }] of probes.entries()) {
          const isForward = rows[i]![0].startsWith('forward')
          const { verdict } = explain(wanted, {
            path: isOut ? 'out' : isForward ? 'forward' : 'in',
            protocol: kind as 'tcp',
            ...{ from: parseAddress(from)!, fromPort: 40_000, to: parseAddress(to)!, toPort: port },
            ...{ inInterface: undefined, outInterface: undefined },
          })
          assert.equal(
            verdict,
            { drop: 'drop', unsent: 'drop', accept: 'accept', reset: 'reject' }[found[i]!],
            rows[i]![0],
          )
        }
        assert.equal((await lookAt(world, wanted)).isWhole, true)
        const counts = await readCounters(world, wanted)
        assert.ok(counts.some((count) => count && count.packets > 0))
      })
    }
  })

  test('2,000 packets a second while lists are exchanged, sent by difference, reloaded and their loading killed: nothing leaks, nothing is lost', async (t) => {
    const client = await neighbour('d', ['192.0.2.129/25'], ['192.0.2.130/25'])
    const children: ChildProcess[] = []
    const started = async (child: ChildProcess | Promise<ChildProcess>) => {
      children.push(await child)
      return child
    }
    t.after(() => {
      for (const child of children) child.kill('SIGKILL')
      client.end()
    })
    run('sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0')
    await applyRuleset(world, manyLists(0), { anew: true })
    const counter = await started(begin(HERE, 'count', '1000', '1001'))
    const flood = (port: string) => started(begin(client, 'flood', '192.0.2.130', '192.0.2.129', port, '2000'))
    const [allowed, denied] = [await flood('1000'), await flood('1001')]

    for (let turn = 1; turn <= 20; turn++) {
      const before = [...manyLists(turn - 1).lists!.values()]
      await applyRuleset(world, manyLists(turn), { anew: turn % 5 === 0, ...(turn % 2 === 0 ? { before } : {}) })
      assert.equal(await isInForce(world, manyLists(turn)), true)
    }
    for (let time = 0; time < 10; time++) {
      const words = [join(import.meta.dirname, 'lists-often.ts'), String(100 * time)]
      const child = await started(spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] }))
      await once(child.stdout!, 'data')
      await sleep((time * 37) % 250)
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await applyRuleset(world, manyLists(5))
    assert.equal(await isInForce(world, manyLists(5), { counted: true }), true)
    const present = run('nft', '-t', 'list', 'ruleset', 'inet')
    assert.equal(present.match(/^\tset list-/gm)?.length, 4, 'no set is left of what was killed')

    const sent = await Promise.all([allowed, denied].map(end))
    await sleep(200)
    const received = (await end(counter)).split(' ').map(Number)
    t.diagnostic(`sent ${sent.join(' and ')}, received ${received.join(' and ')}`)
    assert.ok(Number(sent[0]) > 1000)
    assert.deepEqual(received, [Number(sent[0]), 0])
  })

  const elements = (name: string) => run('nft', 'list', 'set', 'inet', 'rampart', name)
  const setNames = () =>
    [...run('nft', '-t', 'list', 'ruleset', 'inet').matchAll(/set (list-\S+)/g)].map(([, name]) => name!)
  const denied = (list: AddressList) => ruleset([rule({ action: 'deny', from: named(list.name)(4) })], lists(list))

  test('of a list that changes a little only the difference is sent: its sets and its rules stay', async () => {
    const hosts = Array.from({ length: 100 }, (_, i) => `10.0.0.${i}`)
    const old = addressList('l', ...hosts, '10.1.0.0/16')
    await applyRuleset(world, denied(old), { anew: true })
    const [names, rules] = [setNames(), run('nft', '-a', 'list', 'ruleset', 'inet').match(/chain rules-\S+ .*/g)]
    const next = addressList('l', ...hosts.slice(1), '10.2.0.0/16', '10.0.1.1')
    await applyRuleset(world, denied(next), { before: [old] })
    assert.deepEqual(setNames(), names)
    assert.deepEqual(run('nft', '-a', 'list', 'ruleset', 'inet').match(/chain rules-\S+ .*/g), rules)
    assert.match(elements(names.find((name) => name.endsWith('-32'))!), /10\.0\.1\.1/)
    assert.doesNotMatch(elements(names.find((name) => name.endsWith('-32'))!), /10\.0\.0\.0\b/)
    assert.match(elements(names.find((name) => name.endsWith('-16'))!), /= \{ 10\.2\.0\.0 \}/)
    assert.equal(await isInForce(world, denied(next), { counted: true }), true)
    // Other lengths: sets come and go, and so do the rule's lines.
    const last = addressList('l', ...hosts.slice(1), '10.0.1.1', '10.2.0.0/24')
    await applyRuleset(world, denied(last), { before: [next] })
    assert.deepEqual(
      setNames()
        .map((name) => name.replace(/.*-4-/, ''))
        .toSorted(),
      ['24', '32'],
    )
    assert.equal(await isInForce(world, denied(last), { counted: true }), true)
    // What the first was is not in the sets that are called for it.
    await applyRuleset(world, denied(old))
    assert.equal((await lookAt(world, denied(old))).isWhole, true)
    assert.match(elements(setNames().find((name) => name.endsWith('-16'))!), /= \{ 10\.1\.0\.0 \}/)
  })

  test('two lists that hold the same share their sets, and one of them can change', async () => {
    const [one, two] = [
      addressList('one', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'),
      addressList('two', '10.0.0.4', '10.0.0.3', '10.0.0.2', '10.0.0.1'),
    ]
    const of = (a: AddressList, b: AddressList) =>
      ruleset([rule({ from: named('one')(4) }), rule({ path: 'out', to: named('two')(4) })], lists(a, b))
    await applyRuleset(world, of(one, two), { anew: true })
    assert.equal(setNames().length, 1)
    const other = addressList('two', '10.0.0.1', '10.0.0.2', '10.0.0.3')
    await applyRuleset(world, of(one, other), { before: [two] })
    assert.equal(setNames().length, 2)
    assert.equal((await lookAt(world, of(one, other))).isWhole, true)
  })

  const DAMAGE: readonly (readonly [string, (set: string) => string])[] = [
    ['a set is emptied', (set) => `flush set inet rampart ${set}`],
    ['a set is gone', (set) => `flush chain inet rampart CHAIN; delete set inet rampart ${set}`],
    ['the mark is gone', () => 'delete chain inet rampart MARK'],
    ['the table is gone', () => 'delete table inet rampart'],
  ]
  for (const [title, command] of DAMAGE) {
    test(`a look finds it when ${title}, and all of it is put back`, async () => {
      const wanted = denied(addressList('l', '10.0.0.1', '10.0.0.2', '10.1.0.0/16'))
      await applyRuleset(world, wanted, { anew: true })
      const all = run('nft', '-t', 'list', 'ruleset', 'inet')
      const name = (kind: RegExp) => kind.exec(all)![1]!
      const words = command(setNames()[0]!)
        .replace('CHAIN', name(/chain (rules-\S+)/))
        .replace('MARK', name(/chain (listed-\S+)/))
      for (const line of words.split('; ')) run('nft', line)
      assert.equal((await lookAt(world, wanted)).isWhole, false)
      await applyRuleset(world, wanted, { anew: true })
      assert.equal((await lookAt(world, wanted)).isWhole, true)
      assert.match(elements(setNames().find((one) => one.endsWith('-32'))!), /10\.0\.0\.1, 10\.0\.0\.2/)
    })
  }
})

async function end(child: ChildProcess): Promise<string> {
  child.stdin!.end()
  return (await text(child.stdout!)).trim()
}
