import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { banSet } from '../../src/firewall/ban-set.ts'
import { changeBans, noBans } from '../../src/firewall/bans.ts'
import { change, type Step, taken } from '../../src/firewall/change.ts'
import { printSteps, printStructure } from '../../src/firewall/nft.ts'
import { block, scope } from './blocks.ts'

const NAMES: readonly (readonly [string, string, string, string])[] = [
  ['a host in some ports', 'tcp 80,443 drop', '192.0.2.1', 'tcp_80_443_drop_4'],
  ['a network in all', 'all all reject', '2001:db8::/64', 'all_reject_6_64'],
  ['one protocol whole', 'udp all drop', '192.0.2.0/24', 'udp_all_drop_4_24'],
  ['ports of every protocol, with a range', 'all 22,1024-2048 reject', '2001:db8::1', 'all_22_1024-2048_reject_6'],
]
for (const [sentence, text, network, name] of NAMES) {
  test(`${sentence} has a set named ${name}`, () => {
    assert.equal(banSet(scope(text), parseNetwork(network)!).name, name)
  })
}

test('long lists of ports have short names that differ', () => {
  const name = (last: number) => {
    const ports = [...Array.from({ length: 30 }, (_, index) => 1000 + 2 * index), last].join(',')
    return banSet(scope(`tcp ${ports} drop`), parseNetwork('192.0.2.1')!).name
  }
  assert.match(name(5000), /^tcp_1000_1002_[\w.-]{1,50}$/)
  assert.notEqual(name(5000), name(5002))
})

test('a block of every address and one without ports are refused', () => {
  assert.throws(() => banSet(scope('all all drop'), parseNetwork('0.0.0.0/0')!), { code: 'block.everything' })
  const nothing = { protocol: 'tcp', ports: [], verdict: 'drop' } as const
  assert.throws(() => banSet(nothing, parseNetwork('192.0.2.1')!), { code: 'block.no-ports' })
})

const RULES: readonly (readonly [string, string, string])[] = [
  ['tcp 80,443 drop', '192.0.2.1', 'tcp dport { 80, 443 } ip saddr @tcp_80_443_drop_4 drop'],
  ['all all reject', '2001:db8::/33', 'ip6 saddr & ffff:ffff:8000:: @all_reject_6_33 goto refuse'],
  ['udp all drop', '192.0.2.0/25', 'meta l4proto udp ip saddr & 255.255.255.128 @udp_all_drop_4_25 drop'],
  [
    'all 53 drop',
    '192.0.2.1',
    'meta l4proto { tcp, udp, udplite, sctp, dccp } th dport { 53 } ip saddr @all_53_drop_4 drop',
  ],
]
for (const [text, network, rule] of RULES) {
  test(`${network} in ${text} is the rule ${rule}`, () => {
    const structure = printStructure([banSet(scope(text), parseNetwork(network)!)])
    assert.ok(structure.includes(`add rule inet rampart_bans bans ${rule}`), structure.join('\n'))
  })
}

const ENDS: readonly (readonly [string, number | undefined, string])[] = [
  ['a short ban', 1500, ' timeout 0d1s500ms'],
  ['a part of a millisecond', 0.25, ' timeout 0d0s1ms'],
  ['a day and a bit', 86_400_000 + 3_600_007, ' timeout 1d3600s7ms'],
  ['for ever', undefined, ''],
  ['longer than nft can read', 1e5 * 86_400_000, ''],
]
for (const [sentence, ms, timeout] of ENDS) {
  test(`${sentence} is printed as "${timeout}"`, () => {
    assert.deepEqual(printSteps([step('add', ms === undefined ? undefined : 1000 + ms)], 1000), [
      `add element inet rampart_bans tcp_80_drop_4 { 192.0.2.1${timeout} }`,
    ])
  })
}

test('a removal adds first, since the element may have expired', () => {
  assert.deepEqual(elementLines('remove'), [
    'add element inet rampart_bans tcp_80_drop_4 { 192.0.2.1 timeout 9s }',
    'delete element inet rampart_bans tcp_80_drop_4 { 192.0.2.1 }',
  ])
})

test('a new end is add, delete, add, since old kernels do not move the end of what is there', () => {
  assert.deepEqual(elementLines('retime'), [
    'add element inet rampart_bans tcp_80_drop_4 { 192.0.2.1 timeout 0d5s0ms }',
    'delete element inet rampart_bans tcp_80_drop_4 { 192.0.2.1 }',
    'add element inet rampart_bans tcp_80_drop_4 { 192.0.2.1 timeout 0d5s0ms }',
  ])
})

test('the latest end of the owners counts, and a ban whose end has passed is left out', () => {
  const bans = noBans()
  const add = (until: number | undefined, owner: string) =>
    changeBans(bans, { kind: 'add', block: block('192.0.2.1', 'tcp 80 drop', until, owner) })!
  add(2000, 'one')
  const slot = add(3000, 'two')
  assert.deepEqual(
    [1000, 2500, 3000].map((now) => change([slot], now).map(({ kind, end }) => [kind, end])),
    [[['add', 3000]], [['add', 3000]], []],
  )
  taken(change([slot], 1000))
  assert.deepEqual(change([slot], 1000), [])
  add(undefined, 'one')
  assert.deepEqual(
    change([slot], 1000).map(({ kind, end }) => [kind, end]),
    [['retime', Number.POSITIVE_INFINITY]],
  )
})

function step(kind: Step['kind'], until: number | undefined): Step {
  const slot = changeBans(noBans(), { kind: 'add', block: block('192.0.2.1', 'tcp 80 drop', until) })!
  return { kind, slot, end: kind === 'remove' ? undefined : (until ?? Number.POSITIVE_INFINITY) }
}

function elementLines(kind: Step['kind']): string[] {
  return printSteps([step(kind, 6000)], 1000).filter((line) => !line.includes(' marks '))
}
