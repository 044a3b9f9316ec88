import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import type { Deed } from '../../src/store/deed.ts'
import { openRecall } from '../../src/store/recall.ts'
import { ban, gather, inFolder, NOON, open, told } from './folder.ts'

const v4 = parseNetwork('192.0.2.1')!
const minute = 60_000

/** What is active at NOON + 1 min after these deeds, in order, and a restart. */
const stories: readonly {
  readonly name: string
  readonly deeds: readonly Deed[]
  readonly active: readonly string[]
}[] = [
  {
    name: 'a ban is active until its end',
    deeds: [{ bans: [ban('192.0.2.1')] }],
    active: ['sshd 4/32/c0000201 0-600'],
  },
  { name: 'one that ran out is not', deeds: [{ bans: [ban('192.0.2.1', { until: NOON + minute })] }], active: [] },
  {
    name: 'one for ever is',
    deeds: [{ bans: [ban('192.0.2.1', { until: undefined })] }],
    active: ['sshd 4/32/c0000201 0-ever'],
  },
  {
    name: 'IPv6 and networks keep their family and prefix',
    deeds: [{ bans: [ban('2001:db8::/64'), ban('198.51.100.0/24')] }],
    active: ['sshd 6/64/20010db8000000000000000000000000 0-600', 'sshd 4/24/c6336400 0-600'],
  },
  {
    name: 'the same ban said again is one ban',
    deeds: [{ bans: [ban('192.0.2.1')] }, { bans: [ban('192.0.2.1')] }],
    active: ['sshd 4/32/c0000201 0-600'],
  },
  {
    name: 'a prolonged ban ends later',
    deeds: [{ bans: [ban('192.0.2.1')] }, { bans: [ban('192.0.2.1', { until: NOON + 900_000 })] }],
    active: ['sshd 4/32/c0000201 0-900'],
  },
  {
    name: 'a new ban ends the one before it in its jail',
    deeds: [{ bans: [ban('192.0.2.1', { from: NOON - minute })] }, { bans: [ban('192.0.2.1')] }],
    active: ['sshd 4/32/c0000201 0-600'],
  },
  {
    name: 'each jail has its own ban of an address',
    deeds: [{ bans: [ban('192.0.2.1'), ban('192.0.2.1', { jail: 'nginx' })] }],
    active: ['sshd 4/32/c0000201 0-600', 'nginx 4/32/c0000201 0-600'],
  },
  {
    name: 'an unban ends it in that jail alone',
    deeds: [
      { bans: [ban('192.0.2.1'), ban('192.0.2.1', { jail: 'nginx' })] },
      { ends: [{ jail: 'sshd', network: v4, at: NOON + 1000, by: 'manual' }] },
    ],
    active: ['nginx 4/32/c0000201 0-600'],
  },
  {
    name: 'the wall clock was set forward: it began and ends by the new one',
    deeds: [{ bans: [ban('192.0.2.1')] }, { clockSteps: [{ movedMs: 900_000 }] }],
    active: ['sshd 4/32/c0000201 900-1500'],
  },
  {
    name: 'what comes with a step of the clock, and after it, is by the new one already',
    deeds: [
      { bans: [ban('192.0.2.1', { until: undefined })] },
      { clockSteps: [{ movedMs: -60_000 }], bans: [ban('192.0.2.2')] },
      { bans: [ban('192.0.2.3')] },
    ],
    active: ['sshd 4/32/c0000201 -60-ever', 'sshd 4/32/c0000202 0-600', 'sshd 4/32/c0000203 0-600'],
  },
  {
    name: 'an unban of what is not banned changes nothing',
    deeds: [{ ends: [{ jail: 'none', network: v4, at: NOON, by: 'manual' }] }],
    active: [],
  },
]

for (const { name, deeds, active } of stories) {
  test(`after a restart ${name}`, () =>
    inFolder(async (folder) => {
      const before = await open(folder)
      for (const deed of deeds) assert.equal(await before.history.save(deed), 'kept')
      await before.history.close()
      const { history, notices } = await open(folder)
      assert.deepEqual(told(await gather(history.activeBans(NOON + minute))), active)
      assert.deepEqual([...before.notices, ...notices], [])
      await history.close()
    }))
}

test('all kinds of rows come back as they were saved', () =>
  inFolder(async (folder) => {
    const first = await open(folder)
    const counter = { jail: 'sshd', network: v4, count: 3, first: NOON - 5, last: NOON, matches: ['one', 'two'] }
    const gone = { ...counter, network: parseNetwork('192.0.2.2')! }
    const file = { device: 1, inode: 2 ** 40, head: 'ab', headBytes: 2, offset: 77 }
    const positions = [
      { log: '/var/log/auth.log', position: file },
      { log: 'journal:sshd', position: { cursor: 's=1;i=2' } },
    ]
    const events = [1, 2, 3].map((seq) => ({ seq, time: NOON, kind: 'ban', body: `{"n":${seq}}` }))
    await first.history.save({ counters: [counter, gone], positions: [{ ...positions[0]!, position: { cursor: '' } }] })
    await first.history.save({ forgotten: [gone], positions, events })
    await first.history.close()
    const { history } = await open(folder)
    assert.deepEqual(await gather(history.counters(NOON)), [counter])
    assert.deepEqual(await gather(history.counters(NOON + 1)), [])
    assert.deepEqual(await history.positions(), positions)
    assert.deepEqual(await history.events(1), events.slice(1))
    assert.deepEqual(await history.events(0, 1), events.slice(0, 1))
    await history.close()
  }))

test('why tells the bans, failures and counters of an address and of the networks around it, and no others', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const matches = ['failed password for root']
    await history.save({
      bans: [ban('192.0.2.1', { matches }), ban('192.0.2.0/24', { from: NOON + 1 }), ban('192.0.2.2')],
      failures: [
        { jail: 'sshd', network: v4, time: NOON, count: 2 },
        { jail: 'sshd', network: v4, time: NOON + minute, count: 3 },
        { jail: 'sshd', network: v4, time: NOON + 60 * minute, count: 4 },
      ],
      counters: [{ jail: 'nginx', network: v4, count: 1, first: NOON, last: NOON, matches }],
    })
    const why = await history.why(v4)
    assert.deepEqual(told(why.bans), ['sshd 4/24/c0000200 0.001-600', 'sshd 4/32/c0000201 0-600'])
    assert.deepEqual(why.bans[1]!.matches, matches)
    const hour = Date.UTC(2026, 0, 1, 12)
    assert.deepEqual(why.failures, [
      { jail: 'sshd', hour: hour + 60 * minute, count: 4 },
      { jail: 'sshd', hour, count: 5 },
    ])
    assert.equal(why.counters.length, 1)
    await history.close()
  }))

test('bans are asked by jail, network, span, activity and page, newest first', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const network = parseNetwork('192.0.2.9')!
    const bans = Array.from({ length: 5 }, (_, i) => ban(`192.0.2.${i + 5}`, { from: NOON + i, jail: `j${i % 2}` }))
    await history.save({ bans, ends: [{ jail: 'j0', network, at: NOON + 9, by: 'manual' }] })
    const last = async (query: Parameters<typeof history.bans>[0]) =>
      (await history.bans(query)).map((row) => Number(row.network.bits & 0xffn))
    assert.deepEqual(await last({}), [9, 8, 7, 6, 5])
    assert.deepEqual(await last({ jail: 'j1' }), [8, 6])
    assert.deepEqual(await last({ network }), [9])
    assert.deepEqual(await last({ since: NOON + 1, until: NOON + 3 }), [7, 6])
    assert.deepEqual(await last({ activeAt: NOON }), [8, 7, 6, 5])
    assert.deepEqual(await last({ limit: 2 }), [9, 8])
    assert.deepEqual(await last({ limit: 2, before: (await history.bans({ limit: 2 }))[1]!.id }), [7, 6])
    const [ended] = await history.bans({ network })
    assert.deepEqual([ended!.ended, ended!.endedBy], [NOON + 9, 'manual'])
    await history.close()
  }))

test('past bans are counted jail by jail until one is lifted by hand, and the last one is told', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const later = { from: NOON + minute, until: undefined, count: 3 }
    await history.save({ bans: [ban('192.0.2.1', { jail: 'nginx' }), ban('192.0.2.1', { count: 2 })] })
    await history.save({ bans: [ban('192.0.2.1', later)] })
    assert.deepEqual(await history.pastBans(v4), [
      { jail: 'nginx', times: 1, lastFrom: NOON, lastUntil: NOON + 600_000 },
      { jail: 'sshd', times: 3, lastFrom: NOON + minute, lastUntil: undefined },
    ])
    await history.save({ ends: [{ jail: 'sshd', network: v4, at: NOON + 2 * minute, by: 'manual' }] })
    assert.deepEqual(
      (await history.pastBans(v4)).map(({ jail, times }) => `${jail} ${times}`),
      ['nginx 1', 'sshd 0'],
    )
    await history.save({ ends: [{ jail: 'nginx', network: v4, at: NOON + 9_000_000, by: 'manual' }] })
    const [pardoned] = await history.bans({ network: v4, jail: 'nginx' })
    assert.deepEqual([pardoned!.ended, pardoned!.endedBy], [NOON + 600_000, 'manual'])
    assert.equal((await history.pastBans(v4))[0]?.times, 0)
    await history.close()
  }))

for (const over of [0, 20_000]) {
  test(`more bans than one batch come back once each, those for ever too, beside ${over} that are over`, () =>
    inFolder(async (folder) => {
      const { history } = await open(folder)
      const bans = Array.from({ length: 4500 }, (_, i) =>
        ban(`10.0.${i >> 8}.${i & 255}`, { until: i % 2 ? undefined : NOON + 1000 + (i % 7) }),
      )
      const past = Array.from({ length: over }, (_, i) => ban(`10.1.${i >> 8}.${i & 255}`, { until: NOON + 1 }))
      await history.save({ bans: bans.slice(0, 2000), past })
      await history.save({ bans: bans.slice(2000) })
      const active = await gather(history.activeBans(NOON + 1003))
      const expected = bans.filter(({ until }) => until === undefined || until > NOON + 1003)
      assert.deepEqual(told(active).sort(), told(expected).sort())
      await history.close()
    }))
}

test('hostile text comes back as text, cut to its cap', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const lines = ["'; DROP TABLE ban; --", 'a\0b\x1b[2J\u202e', 'x\ud800y', '\u{1f600}'.repeat(1000)]
    const matches = [...Array.from({ length: 20 }, (_, i) => `old ${i}`), ...lines]
    await history.save({
      bans: [ban('192.0.2.1', { matches, jail: "j'\0;--" })],
      traits: [{ jail: "j'\0;--", time: NOON, trait: 'path', value: '/\0\xff'.repeat(1000), count: 1 }],
      events: [{ seq: 1, time: NOON, kind: 'x', body: JSON.stringify('y'.repeat(100_000)) }],
    })
    const [row] = await history.bans({ jail: "j'\0;--" })
    assert.equal(row!.matches.length, 10)
    assert.deepEqual(row!.matches.slice(-4, -1), [lines[0], lines[1], 'x\ufffdy'])
    assert.equal(row!.matches.at(-1), '\u{1f600}'.repeat(256))
    assert.deepEqual(JSON.parse((await history.events(0))[0]!.body), { cut: true })
    await history.close()
  }))

test('a new history says that it is new', () =>
  inFolder(async (folder) => {
    for (const isNew of [true, false]) {
      const { history } = await open(folder)
      assert.equal(history.isNew, isNew)
      await history.close()
    }
  }))

test('events are numbered from where no earlier one can have come, by what is kept and by the clock', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const first = await history.lastSeq(NOON)
    assert.equal(first, NOON * 1000)
    await history.save({ events: [{ seq: first + 5, time: NOON, kind: 'x', body: '{}' }] })
    // The clock was set back, or goes on.
    assert.equal(await history.lastSeq(NOON - minute), first + 5)
    assert.equal(await history.lastSeq(NOON + minute), (NOON + minute) * 1000)
    await history.close()
  }))

test('as many lines of a ban are kept as the admin says', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder, { bounds: { lines: { lines: 2, bytes: 4096 } } })
    await history.save({ bans: [ban('192.0.2.1', { matches: ['a', 'b', 'c'] })] })
    assert.deepEqual((await history.bans({}))[0]!.matches, ['b', 'c'])
    await history.close()
  }))

test('a row that no table takes is refused, and the deeds beside it are kept', () =>
  inFolder(async (folder) => {
    const { history, notices } = await open(folder)
    const outcomes = await Promise.all([
      history.save({ bans: [ban('192.0.2.1')] }),
      history.save({ bans: [ban('192.0.2.2', { from: Number.NaN })] }),
      history.save({ bans: [ban('192.0.2.3')] }),
    ])
    assert.deepEqual(outcomes, ['kept', 'lost', 'kept'])
    assert.deepEqual(
      notices.map((notice) => notice.kind === 'refused' && notice.fault.code),
      ['store.bad-row'],
    )
    assert.equal((await history.bans({})).length, 2)
    assert.equal(history.state().lostRows, 1)
    await history.close()
  }))

test('the files are for their owner alone', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    await history.save({ bans: [ban('192.0.2.1')] })
    const modes = ['', '/history.db', '/history.db-wal', '/history.db-shm', '/lock'].map(
      (name) => statSync(folder + name).mode & 0o777,
    )
    assert.deepEqual(modes, [0o700, 0o600, 0o600, 0o600, 0o600])
    await history.close()
  }))

test('another connection reads beside the guard', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    await history.save({ bans: [ban('192.0.2.1')] })
    const beside = openRecall(folder)
    await history.save({ bans: [ban('192.0.2.2')] })
    assert.equal((await beside.bans({})).length, 2)
    beside.close()
    await history.close()
  }))

test('a closed history keeps nothing and says so', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const waiting = history.save({ bans: [ban('192.0.2.1')] })
    await history.close()
    assert.equal(await waiting, 'kept')
    assert.equal(await history.save({ bans: [ban('192.0.2.2')] }), 'lost')
    await assert.rejects(history.bans({}), { code: 'store.failed' })
  }))
