import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import type { Deed } from '../../src/store/deed.ts'
import { fakeWorld } from '../../src/world/fake.ts'
import { ban, inFolder, NOON, open } from './folder.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const network = parseNetwork('192.0.2.1')!
const { clock } = fakeWorld({ now: NOON })
const keep = { since: NOON - DAY, maxEvents: 1000 }
const long = NOON - 10 * DAY

/** One row of each table, and whether it is there after a purge of what is older than a day. */
const rows: readonly (readonly [string, Deed, string, boolean])[] = [
  ['a ban that ended long ago goes', { bans: [ban('192.0.2.1', { from: long, until: long + HOUR })] }, 'ban', false],
  ['a ban that ended lately stays', { bans: [ban('192.0.2.1', { from: long, until: NOON - HOUR })] }, 'ban', true],
  ['a ban in force stays', { bans: [ban('192.0.2.1', { from: long })] }, 'ban', true],
  ['a ban for ever stays', { bans: [ban('192.0.2.1', { from: long, until: undefined })] }, 'ban', true],
  [
    'a ban for ever that was lifted long ago goes',
    {
      bans: [ban('192.0.2.1', { from: long, until: undefined })],
      ends: [{ jail: 'sshd', network, at: long + HOUR, by: 'manual' }],
    },
    'ban',
    false,
  ],
  [
    'a long ban stays while three times its length has not passed',
    { bans: [ban('192.0.2.1', { from: long, until: long + 4 * DAY })] },
    'ban',
    true,
  ],
  ['old failures go', { failures: [{ jail: 'a', network, time: NOON - 3 * DAY, count: 1 }] }, 'failure', false],
  ['new failures stay', { failures: [{ jail: 'a', network, time: NOON, count: 1 }] }, 'failure', true],
  ['old traits go', { traits: [{ jail: 'a', trait: 'path', value: '/', time: long, count: 1 }] }, 'trait', false],
  ['new traits stay', { traits: [{ jail: 'a', trait: 'path', value: '/', time: NOON, count: 1 }] }, 'trait', true],
  [
    'stale counters go',
    { counters: [{ jail: 'a', network, count: 1, first: 0, last: long, matches: [] }] },
    'counter',
    false,
  ],
  [
    'live counters stay',
    { counters: [{ jail: 'a', network, count: 1, first: 0, last: NOON, matches: [] }] },
    'counter',
    true,
  ],
  ['old events go', { events: [{ seq: 1, time: long, kind: 'x', body: '{}' }] }, 'event', false],
  ['new events stay', { events: [{ seq: 1, time: NOON, kind: 'x', body: '{}' }] }, 'event', true],
]

for (const [name, deed, table, stays] of rows) {
  test(`at a purge ${name}`, () =>
    inFolder(async (folder) => {
      const { history } = await open(folder, { clock })
      await history.save(deed)
      await history.purge(keep)
      await history.close()
      assert.equal(look(folder, `SELECT count(*) AS n FROM ${table}`)[0]!['n'], stays ? 1 : 0)
    }))
}

test('counters may go sooner than the rest', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder, { clock })
    const at = (last: number) => ({ jail: 'a', count: 1, first: 0, last, matches: [] })
    const counters = [at(NOON - HOUR), at(NOON)].map((one, i) => ({ ...one, network: parseNetwork(`192.0.2.${i}`)! }))
    await history.save({ counters, failures: [{ jail: 'a', network, time: NOON - HOUR, count: 1 }] })
    await history.purge({ ...keep, countersSince: NOON - 1000 })
    await history.close()
    assert.deepEqual(look(folder, 'SELECT address FROM counter'), [{ address: '192.0.2.1' }])
    assert.equal(look(folder, 'SELECT * FROM failure').length, 1)
  }))

test('a purge leaves the newest events, and deeds are written meanwhile', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder, { clock })
    const events = Array.from({ length: 5000 }, (_, i) => ({ seq: i + 1, time: NOON, kind: 'x', body: '{}' }))
    await history.save({ events })
    const purged = history.purge({ ...keep, maxEvents: 10 })
    const order: string[] = []
    await Promise.all([
      purged.then(() => order.push('purged')),
      history.save({ bans: [ban('192.0.2.1')] }).then(() => order.push('saved')),
    ])
    assert.deepEqual(order, ['saved', 'purged'])
    assert.equal((await history.events(0)).length, 10)
    await history.close()
  }))

/** What 10,000 deeds of a kind leave of a history that may have 4 MB, beside a ban in force. */
const sizes: readonly (readonly [string, (i: number) => Deed, Readonly<Record<string, number>>])[] = [
  [
    'loses the lines of bans that are over, and keeps the bans',
    (i) => ({ bans: [ban(address(i), { from: NOON - HOUR, until: NOON - 1, matches: ['x'.repeat(900)] })] }),
    { bans: 10_001 },
  ],
  [
    'loses the oldest bans that are over where there are too many',
    (i) => ({ bans: [0, 1, 2].map((n) => ban(address(i), { from: NOON - HOUR + n, until: NOON - 1 })) }),
    {},
  ],
  [
    'keeps bans in force, without their lines',
    (i) => ({ bans: [ban(address(i), { from: NOON - HOUR + i, until: undefined, matches: ['x'.repeat(900)] })] }),
    { bans: 10_001 },
  ],
  [
    'loses counters',
    (i) => ({
      counters: [
        { jail: 'a', network: parseNetwork(address(i))!, count: 1, first: 0, last: NOON, matches: ['x'.repeat(900)] },
      ],
    }),
    { bans: 1 },
  ],
  [
    'loses events, but for the newest',
    (i) => ({ events: [{ seq: i, time: NOON + i, kind: 'x', body: JSON.stringify('x'.repeat(900)) }] }),
    { bans: 1, events: 1000 },
  ],
]

for (const [name, deed, left] of sizes) {
  test(`a history over its size ${name}`, () =>
    inFolder(async (folder) => {
      const { history } = await open(folder, { clock, maxBytes: 4_000_000 })
      for (let round = 0; round < 10; round++) {
        const deeds = Array.from({ length: 1000 }, (_, i) => deed(round * 1000 + i))
        await Promise.all(deeds.map((one) => history.save(one)))
      }
      await history.save({ bans: [ban('192.0.2.1', { from: NOON, until: undefined, matches: ['the line'] })] })
      await history.purge(keep)
      await history.close()
      const { size } = statSync(`${folder}/history.db`)
      assert.ok(size < 8_500_000, `${size} bytes are left`)
      const count = (sql: string) => look(folder, `SELECT count(*) AS n FROM ${sql}`)[0]!['n']
      const found = { bans: count('ban'), events: count('event') }
      assert.deepEqual({ ...found, ...left }, found)
      assert.equal(count("ban WHERE address = '192.0.2.1' AND ended IS NULL"), 1)
    }))
}

function address(i: number): string {
  return `10.0.${i >> 8}.${i & 255}`
}

test('an hour keeps the greatest of what it counts apart, and the sum of all', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder, { bounds: { addresses: 10, values: 5 } })
    for (let i = 0; i < 100; i++) {
      await history.save({
        failures: [
          { jail: 'a', network: parseNetwork(`10.0.0.${i}`)!, time: NOON, count: 1 },
          { jail: 'a', network, time: NOON, count: 3 },
        ],
        traits: [
          { jail: 'a', trait: 'path', value: `/${i}`, time: NOON, count: 1 },
          { jail: 'a', trait: 'path', value: '/wp-login.php', time: NOON, count: 2 },
          { jail: 'b', trait: 'path', value: '/other', time: NOON, count: 1 },
        ],
      })
    }
    await history.close()
    const [failures] = look(folder, 'SELECT count(*) AS n, sum(count) AS sum, max(count) AS most FROM failure')
    assert.ok(Number(failures!['n']) <= 21)
    assert.deepEqual([failures!['sum'], failures!['most']], [400, 300])
    const paths = look(
      folder,
      "SELECT value, count FROM trait JOIN jail ON jail.id = jail WHERE name = 'a' ORDER BY count DESC",
    )
    assert.ok(paths.length <= 11)
    assert.equal(
      paths.reduce((sum, { count }) => sum + Number(count), 0),
      300,
    )
    assert.deepEqual(paths[0], { value: '/wp-login.php', count: 200 })
    assert.equal(paths[1]!['value'], '')
    assert.deepEqual(look(folder, "SELECT count FROM trait JOIN jail ON jail.id = jail WHERE name = 'b'"), [
      { count: 100 },
    ])
  }))

function look(folder: string, sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(`${folder}/history.db`, { readOnly: true })
  const found = database.prepare(sql).all()
  database.close()
  return found.map((row) => ({ ...row }))
}
