import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress, parseNetwork, printNetwork } from '../../src/base/address.ts'
import type { Ban } from '../../src/jail/ban.ts'
import type { Decision } from '../../src/jail/decision.ts'
import { ignoreList } from '../../src/jail/ignore.ts'
import { step } from '../../src/jail/jail.ts'
import { type JailOptions, NO_NETWORKS } from '../../src/jail/jail-options.ts'
import { type JailState, jailState, otherwise } from '../../src/jail/jail-state.ts'
import { OPTIONS } from './options.ts'

const T0 = Date.UTC(2026, 0, 1)

interface Setup {
  readonly options?: Partial<JailOptions>
  readonly spared?: readonly string[]
  readonly earlier?: number
}

function prepare({ options = {}, spared = [] }: Setup = {}): JailState {
  return jailState({
    options: { ...OPTIONS, ...options },
    ignored: ignoreList(spared.map((text) => ({ network: parseNetwork(text)!, why: `it is ${text}` }))),
    chance: () => 0.5,
  })
}

/** Runs `seconds address` events and gives the decisions in words. */
function play(state: JailState, script: string, earlier = 0): string[] {
  return script
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [at, verb, address = ''] = row.trim().split(/\s+/)
      const now = T0 + Number(at) * 1000
      const network = parseNetwork(address)!
      const event = {
        fail: { kind: 'failure', network, time: now, attempts: 1, lines: [`line ${at}`], earlier },
        ban: { kind: 'ban', network, earlier, lasts: undefined, origin: 'manual', force: false },
        force: { kind: 'ban', network, earlier, lasts: -1, origin: 'manual', force: true },
        long: { kind: 'ban', network, earlier, lasts: 600, origin: 'manual', force: false },
        shorten: { kind: 'ban', network, earlier, lasts: 5, origin: 'manual', force: false, shorten: true },
        unban: { kind: 'unban', network },
        tick: { kind: 'tick' },
      }[verb!] as Parameters<typeof step>[1]
      return step(state, event, now)
        .filter(({ kind }) => kind !== 'found')
        .map(words)
    })
}

function words(decision: Decision): string {
  switch (decision.kind) {
    case 'ban': {
      const { ban } = decision
      const until = ban.until === undefined ? 'ever' : (ban.until - T0) / 1000
      return `ban ${printNetwork(ban.network)} until ${until} after ${ban.failures}`
    }
    case 'ignored':
      return `ignored ${printNetwork(decision.network)}: ${decision.why}`
    case 'unban':
      return `unban ${printNetwork(decision.ban.network)} ${decision.why}`
    case 'already':
      return `already ${printNetwork(decision.ban.network)}`
    default:
      return decision.kind
  }
}

const rows: readonly [sentence: string, setup: Setup, script: string, expected: readonly string[]][] = [
  [
    'the third failure bans',
    {},
    '0 fail 192.0.2.1\n1 fail 192.0.2.1\n2 fail 192.0.2.1',
    ['ban 192.0.2.1 until 62 after 3'],
  ],
  ['two failures never ban', {}, '0 fail 192.0.2.1\n1 fail 192.0.2.1\n2 fail 192.0.2.2', []],
  [
    'failures further apart than findtime start anew',
    {},
    '0 fail 192.0.2.1\n700 fail 192.0.2.1\n1400 fail 192.0.2.1',
    [],
  ],
  [
    'a rate below maxretry in findtime does not ban',
    { options: { maxretry: 5 } },
    [0, 300, 600, 900, 1200, 1500, 1800].map((at) => `${at} fail 192.0.2.1`).join('\n'),
    [],
  ],
  [
    'what comes after the ban is known already',
    {},
    '0 fail ::1\n0 fail 192.0.2.1\n0 fail 192.0.2.1\n0 fail 192.0.2.1\n1 fail 192.0.2.1',
    ['ban 192.0.2.1 until 60 after 3', 'already 192.0.2.1'],
  ],
  [
    'a ban ends with the tick',
    {},
    '0 ban 192.0.2.1\n59 tick\n60 tick\n61 tick',
    ['ban 192.0.2.1 until 60 after 0', 'unban 192.0.2.1 ended'],
  ],
  [
    'a spared network is ignored',
    { spared: ['192.0.2.0/24'] },
    '0 fail 192.0.2.9',
    ['ignored 192.0.2.9: it is 192.0.2.0/24'],
  ],
  [
    'a network around a spared host is ignored',
    { spared: ['192.0.2.9'] },
    '0 ban 192.0.2.0/24',
    ['ignored 192.0.2.0/24: it is 192.0.2.9'],
  ],
  [
    'force bans the spared, for ever',
    { spared: ['192.0.2.9'] },
    '0 force 192.0.2.9\n99 tick',
    ['ban 192.0.2.9 until ever after 0'],
  ],
  ['an unban of nobody is absent', {}, '0 unban 192.0.2.1', ['absent']],
  [
    'after an unban it counts from nothing',
    {},
    '0 fail 192.0.2.1\n0 fail 192.0.2.1\n1 unban 192.0.2.1\n2 fail 192.0.2.1',
    ['absent'],
  ],
  [
    'a prolonged ban ends at its new end',
    {},
    '0 ban 192.0.2.1\n30 ban 192.0.2.1\n60 tick\n90 tick',
    ['ban 192.0.2.1 until 60 after 0', 'ban 192.0.2.1 until 90 after 0', 'unban 192.0.2.1 ended'],
  ],
  [
    'a second ban that ends earlier changes nothing',
    {},
    '0 long 192.0.2.1\n30 ban 192.0.2.1\n90 tick\n600 tick',
    ['ban 192.0.2.1 until 600 after 0', 'already 192.0.2.1', 'unban 192.0.2.1 ended'],
  ],
  [
    'a second ban changes nothing of one without end',
    { spared: ['192.0.2.1'] },
    '0 force 192.0.2.1\n1 force 192.0.2.1',
    ['ban 192.0.2.1 until ever after 0', 'already 192.0.2.1'],
  ],
  [
    'an admin who says so ends a ban earlier',
    {},
    '0 long 192.0.2.1\n30 shorten 192.0.2.1\n35 tick',
    ['ban 192.0.2.1 until 600 after 0', 'ban 192.0.2.1 until 35 after 0', 'unban 192.0.2.1 ended'],
  ],
  [
    'who comes back is banned longer, after fewer failures',
    { options: { increment: { ...OPTIONS.increment, enabled: true, maxtime: 400 } }, earlier: 2 },
    '0 fail 192.0.2.1',
    ['ban 192.0.2.1 until 240 after 1'],
  ],
]

for (const [sentence, setup, script, expected] of rows) {
  test(sentence, () => assert.deepEqual(play(prepare(setup), script, setup.earlier), expected))
}

test('a ban tells its lines and does not hold them', () => {
  const state = prepare({ options: { maxretry: 1 } })
  const network = parseAddress('192.0.2.1')!
  const decisions = step(state, { kind: 'failure', network, time: T0, attempts: 1, lines: ['x'], earlier: 0 }, T0)
  const ban = decisions.find((decision) => decision.kind === 'ban')?.ban
  assert.deepEqual(ban?.matches, ['x'])
  assert.deepEqual(state.bans.get('192.0.2.1')?.matches, [])
})

const restored: readonly [sentence: string, ban: Partial<Ban>, spared: string, expected: string][] = [
  ['a ban goes on until its end', {}, '::1', 'restore 60'],
  ['a ban that is over is lifted', { until: T0 }, '::1', 'unban ended'],
  ['a ban of one who is spared now is lifted', {}, '192.0.2.1', 'unban spared'],
  ['a ban by a peer of one who is spared is lifted', { origin: 'peer' }, '192.0.2.1', 'unban spared'],
  ['an imported ban of one who is spared is lifted', { origin: 'import' }, '192.0.2.1', 'unban spared'],
  ['a ban by hand, perhaps by force, stays', { origin: 'manual' }, '192.0.2.1', 'restore 60'],
  [
    'a ban by a clock that was ahead lasts no longer than it was meant to',
    { from: T0 + 1e9, until: T0 + 1e9 + 9000 },
    '::1',
    'restore 9',
  ],
]

for (const [sentence, given, spared, expected] of restored) {
  test(`restored: ${sentence}`, () => {
    const ban: Ban = {
      jail: 'test',
      network: parseAddress('192.0.2.1')!,
      from: T0 - 1000,
      until: T0 + 60_000,
      failures: 3,
      count: 1,
      matches: [],
      origin: 'filter',
      ...given,
    }
    const [decision] = step(prepare({ spared: [spared] }), { kind: 'restore', ban }, T0)
    if (decision?.kind === 'restore') assert.equal(`restore ${(decision.ban.until! - T0) / 1000}`, expected)
    else if (decision?.kind === 'unban') assert.equal(`unban ${decision.why}`, expected)
    else assert.fail()
  })
}

test('never a ban under maxretry, whatever comes', () => {
  const state = prepare({ options: { maxretry: 4 } })
  const seen = new Map<string, number>()
  for (let i = 0; i < 20_000; i++) {
    const network = parseAddress(`192.0.2.${Math.floor(Math.random() * 50)}`)!
    const key = printNetwork(network)
    const time = T0 + i * 1000
    const banned = state.bans.get(key) !== undefined
    for (const decision of step(state, { kind: 'failure', network, time, attempts: 1, lines: [], earlier: 0 }, time)) {
      if (decision.kind === 'ban') assert.ok((seen.get(key) ?? 0) + 1 >= 4)
    }
    seen.set(key, banned || state.bans.get(key) ? 0 : (seen.get(key) ?? 0) + 1)
    step(state, { kind: 'tick' }, time)
  }
  assert.ok(state.totals.bans > 100)
})

test('with other options the bans to come are as long as those say', () => {
  const bounds = { far: () => undefined, room: { most: 10, jails: () => [] } }
  const state = otherwise(prepare(), { ...OPTIONS, bantime: 90, networks: { ...NO_NETWORKS, bantime: 70 } }, bounds)
  assert.deepEqual(play(state, '0 ban 192.0.2.1'), ['ban 192.0.2.1 until 90 after 0'])
  assert.equal(state.networkLasts(0, Math.random), 70)
})
