import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contains, networkOf, parseNetwork, printNetwork } from '../../src/base/address.ts'
import { MAX_CROWDS } from '../../src/jail/crowds.ts'
import type { Decision } from '../../src/jail/decision.ts'
import { ignoreList } from '../../src/jail/ignore.ts'
import { countOn, step } from '../../src/jail/jail.ts'
import { type JailOptions, NO_INCREMENT, NO_NETWORKS } from '../../src/jail/jail-options.ts'
import { type JailState, jailState } from '../../src/jail/jail-state.ts'

const T0 = Date.UTC(2026, 0, 1)
const NETWORKS = { ipv4: undefined, ipv6: 64, addresses: 3, maxretry: 4, bantime: 100 }
const OPTIONS: JailOptions = {
  name: 'test',
  maxretry: 3,
  findtime: 600,
  bantime: 60,
  maxmatches: 5,
  increment: NO_INCREMENT,
  networks: NETWORKS,
  ignoreip: [],
  ignoreself: true,
  ignorecommand: undefined,
  ignorecache: undefined,
}

interface Setup {
  readonly options?: Partial<JailOptions>
  readonly spared?: readonly string[]
}

function prepare({ options = {}, spared = [] }: Setup = {}): JailState {
  return jailState({
    options: { ...OPTIONS, ...options },
    ignored: ignoreList(spared.map((text) => ({ network: parseNetwork(text)!, why: `it is ${text}` }))),
    chance: () => 0.5,
  })
}

/** As the pipeline does it: a network that is to be banned is banned at once. */
function fail(state: JailState, address: string, seconds = 0, earlier = 0): Decision[] {
  const network = parseNetwork(address)!
  const now = T0 + seconds * 1000
  const lines = [`${address} at ${seconds}`]
  const decided = step(state, { kind: 'failure', network, time: now, attempts: 1, lines, earlier }, now)
  return decided.flatMap((decision) =>
    decision.kind === 'crowded'
      ? step(state, { kind: 'network', network: decision.network, earlier: 0 }, now)
      : [decision],
  )
}

function words(decisions: readonly Decision[]): string[] {
  return decisions.flatMap((decision) => {
    switch (decision.kind) {
      case 'ban': {
        const { network, until, failures } = decision.ban
        return [
          `ban ${printNetwork(network)} until ${until === undefined ? 'ever' : (until - T0) / 1000} after ${failures}`,
        ]
      }
      case 'unban':
        return [`unban ${printNetwork(decision.ban.network)} ${decision.why}`]
      case 'ignored':
        return [`ignored ${printNetwork(decision.network)}: ${decision.why}`]
      case 'already':
        return [`already ${printNetwork(decision.ban.network)}`]
      case 'absent':
        return [`absent${decision.within ? ` within ${printNetwork(decision.within.network)}` : ''}`]
      default:
        return []
    }
  })
}

/** `seconds address` for each failure. */
const rows: readonly [sentence: string, setup: Setup, script: string, expected: readonly string[]][] = [
  [
    'enough addresses of a /64 that fail often enough are banned as one network',
    {},
    '0 2001:db8::1, 1 2001:db8::2, 2 2001:db8::1, 3 2001:db8::3, 4 2001:db8::9',
    ['ban 2001:db8::/64 until 103 after 4', 'already 2001:db8::/64'],
  ],
  [
    'enough failures of too few addresses ban no network',
    {},
    '0 2001:db8::1, 0 2001:db8::2, 0 2001:db8::1, 0 2001:db8::2',
    [],
  ],
  ['enough addresses with too few failures ban no network', {}, '0 2001:db8::1, 0 2001:db8::2, 0 2001:db8::3', []],
  [
    'addresses of different /64s do not add up',
    {},
    '0 2001:db8::1, 0 2001:db8::2, 0 2001:db8:0:1::3, 0 2001:db8:0:1::4, 0 2001:db8:0:2::5',
    [],
  ],
  [
    'addresses that failed longer ago than findtime do not count',
    {},
    '0 2001:db8::1, 300 2001:db8::2, 590 2001:db8::2, 700 2001:db8::3, 700 2001:db8::3',
    [],
  ],
  [
    'the rate of the whole network counts, not its sum',
    { options: { networks: { ...NETWORKS, maxretry: 8 } } },
    Array.from({ length: 40 }, (_, i) => `${i * 150} 2001:db8::${(i % 20).toString(16)}`).join(', '),
    [],
  ],
  [
    'the ban of the network takes the place of those of its addresses',
    { options: { maxretry: 1 } },
    '0 2001:db8::1, 1 2001:db8::2, 2 2001:db8::3, 3 2001:db8::4',
    [
      'ban 2001:db8::1 until 60 after 1',
      'ban 2001:db8::2 until 61 after 1',
      'ban 2001:db8::3 until 62 after 1',
      'ban 2001:db8::/64 until 103 after 4',
      'unban 2001:db8::2 network',
      'unban 2001:db8::3 network',
    ],
  ],
  [
    'a ban that lasts longer than that of its network stays',
    { options: { maxretry: 1, bantime: 500 } },
    '0 2001:db8::1, 1 2001:db8::2, 2 2001:db8::3, 3 2001:db8::4',
    [
      'ban 2001:db8::1 until 500 after 1',
      'ban 2001:db8::2 until 501 after 1',
      'ban 2001:db8::3 until 502 after 1',
      'ban 2001:db8::/64 until 103 after 4',
    ],
  ],
  [
    'a network in which somebody is spared is not banned: its offenders are, one by one',
    { spared: ['2001:db8::abc'] },
    '0 2001:db8::1, 0 2001:db8::2, 0 2001:db8::3, 0 2001:db8::1, 0 2001:db8::2, 0 2001:db8::1',
    ['ignored 2001:db8::/64: it is 2001:db8::abc', 'ban 2001:db8::1 until 60 after 3'],
  ],
  [
    'failures of the spared do not count for their network',
    { spared: ['2001:db8::1'] },
    '0 2001:db8::1, 0 2001:db8::1, 0 2001:db8::2, 0 2001:db8::3',
    ['ignored 2001:db8::1: it is 2001:db8::1', 'ignored 2001:db8::1: it is 2001:db8::1'],
  ],
  [
    'IPv4 networks are not banned unless an admin says so',
    {},
    '0 192.0.2.1, 0 192.0.2.2, 0 192.0.2.3, 0 192.0.2.4, 0 192.0.2.5',
    [],
  ],
  [
    'a /24 is banned where it is asked for',
    { options: { networks: { ...NETWORKS, ipv4: 24 } } },
    '0 192.0.2.1, 0 192.0.2.2, 0 192.0.2.3, 0 192.0.3.1, 0 192.0.2.4',
    ['ban 192.0.2.0/24 until 100 after 4'],
  ],
  [
    'with one address as the number the first offender takes his network with him',
    { options: { networks: { ...NETWORKS, addresses: 1, maxretry: 3 } } },
    '0 2001:db8::1, 0 2001:db8::1, 0 2001:db8::1',
    ['ban 2001:db8::/64 until 100 after 3'],
  ],
  [
    'a network for ever takes the place of every ban in it',
    { options: { maxretry: 1, networks: { ...NETWORKS, maxretry: 1, bantime: -1 } } },
    '0 2001:db8::1, 0 2001:db8::2, 0 2001:db8::3',
    [
      'ban 2001:db8::1 until 60 after 1',
      'ban 2001:db8::2 until 60 after 1',
      'ban 2001:db8::/64 until ever after 3',
      'unban 2001:db8::1 network',
      'unban 2001:db8::2 network',
    ],
  ],
]

for (const [sentence, setup, script, expected] of rows) {
  test(sentence, () => {
    const state = prepare(setup)
    const decisions = script.split(', ').flatMap((row) => {
      const [seconds = '', address = ''] = row.split(' ')
      return fail(state, address, Number(seconds))
    })
    assert.deepEqual(words(decisions), expected)
  })
}

test('the ban of a network tells the lines of its addresses, the last ones', () => {
  const state = prepare()
  const decisions = ['1', '2', '1', '3'].flatMap((host, at) => fail(state, `2001:db8::${host}`, at))
  const ban = decisions.find(({ kind }) => kind === 'ban') as Decision & { kind: 'ban' }
  assert.deepEqual(ban.ban.matches, ['2001:db8::1 at 0', '2001:db8::1 at 2', '2001:db8::2 at 1', '2001:db8::3 at 3'])
})

test('unban of a network lifts it and all that is in it; of an address in it, tells of the network', () => {
  const state = prepare({ options: { maxretry: 1, bantime: 500 } })
  for (const host of ['1', '2', '3', '4']) fail(state, `2001:db8::${host}`)
  const unban = (address: string) => words(step(state, { kind: 'unban', network: parseNetwork(address)! }, T0))
  assert.deepEqual(unban('2001:db8::9'), ['absent within 2001:db8::/64'])
  assert.deepEqual(unban('2001:db8::1'), ['unban 2001:db8::1 manual', 'absent within 2001:db8::/64'])
  assert.deepEqual(unban('2001:db8::/64').sort(), [
    'unban 2001:db8::/64 manual',
    'unban 2001:db8::2 manual',
    'unban 2001:db8::3 manual',
  ])
  assert.equal(state.bans.size, 0)
  assert.deepEqual(unban('2001:db8::/64'), ['absent'])
})

test('after the ban of its network an address counts from nothing', () => {
  const state = prepare()
  for (const host of ['1', '2', '1', '3']) fail(state, `2001:db8::${host}`)
  step(state, { kind: 'tick' }, T0 + 100_000)
  assert.deepEqual(words(['1', '2', '3'].flatMap((host) => fail(state, `2001:db8::${host}`, 101))), [])
})

test('what the history kept of addresses counts on for their network', () => {
  const state = prepare()
  for (const [host, count] of [
    ['1', 2],
    ['2', 1],
  ] as const) {
    const kept = { count, first: T0, last: T0, matches: [] }
    countOn(state, parseNetwork(`2001:db8::${host}`)!, kept, T0 + 1000)
  }
  assert.deepEqual(words(fail(state, '2001:db8::3', 2)), ['ban 2001:db8::/64 until 102 after 4'])
})

test('a flood of networks forgets those of few addresses, not the one that is about to be banned', () => {
  const state = prepare()
  fail(state, '2001:db8::1')
  fail(state, '2001:db8::2')
  for (let i = 1; i <= 2 * MAX_CROWDS; i++)
    fail(state, printNetwork(networkOf(6, (0x20010db9n << 96n) + (BigInt(i) << 64n), 128)), 1)
  fail(state, '2001:db8::1', 2)
  assert.deepEqual(words(fail(state, '2001:db8::3', 2)), ['ban 2001:db8::/64 until 102 after 4'])
})

test('never a network under its numbers, and none with a spared address, whatever comes', () => {
  const spared = ['2001:db8:0:3::7', '2001:db8:0:5::/64', '10.0.3.9']
  const networks = { ...NETWORKS, ipv4: 24, addresses: 4, maxretry: 6 }
  const state = prepare({ options: { maxretry: 4, networks }, spared })
  const seen: { readonly address: string; readonly at: number }[] = []
  let bans = 0
  for (let i = 0; i < 20_000; i++) {
    const [net, host] = [Math.floor(Math.random() * 8), Math.floor(Math.random() * 12)]
    const address = Math.random() < 0.5 ? `2001:db8:0:${net}::${host.toString(16)}` : `10.0.${net}.${host}`
    const seconds = i * 5
    const decisions = fail(state, printNetwork(parseNetwork(address)!), seconds)
    if (decisions.some(({ kind }) => kind === 'found')) seen.push({ address, at: seconds })
    for (const decision of decisions) {
      if (decision.kind !== 'ban') continue
      const { network } = decision.ban
      for (const one of spared)
        assert.ok(!contains(network, parseNetwork(one)!), `${printNetwork(network)} holds ${one}`)
      if (network.prefix !== 64 && network.prefix !== 24) continue
      bans++
      const inside = seen
        .slice(-400)
        .filter((one) => contains(network, parseNetwork(one.address)!) && seconds - one.at <= 600)
      assert.ok(new Set(inside.map((one) => one.address)).size >= 4, 'enough addresses')
    }
    step(state, { kind: 'tick' }, T0 + seconds * 1000)
  }
  assert.ok(bans > 50, `${bans} bans of networks`)
})

test('without the option nothing is counted of networks', () => {
  const state = prepare({ options: { networks: NO_NETWORKS } })
  for (let i = 1; i < 100; i++) fail(state, `2001:db8::${i.toString(16)}`)
  assert.equal(state.crowds.get(parseNetwork('2001:db8::1')!), undefined)
})
