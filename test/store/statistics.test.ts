/** Reading a history beside its guard, for counting: what else may stand there, ports, requests, and when nobody guarded. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Fault } from '../../src/base/fault.ts'
import { openPlaces } from '../../src/place/open-places.ts'
import type { Question } from '../../src/statistics/question.ts'
import { overTime } from '../../src/statistics/series.ts'
import { ask } from '../../src/statistics/statistics.ts'
import type { By } from '../../src/statistics/table.ts'
import { Database } from '../../src/store/database.ts'
import type { JailBlock } from '../../src/store/deed.ts'
import { openCounts } from '../../src/store/statistics/open-counts.ts'
import { ban, inFolder, NOON, open, world } from './folder.ts'

const FAULTS: readonly (readonly [why: string, code: string, make: (folder: string) => Promise<void> | void])[] = [
  ['no folder', 'statistics.no-history', () => {}],
  ['an empty folder', 'statistics.no-history', (folder) => void mkdirSync(folder)],
  [
    'a database of another program',
    'statistics.foreign',
    (folder) => other(folder, 'PRAGMA application_id = 7; CREATE TABLE x (y)'),
  ],
  ['an empty file', 'statistics.foreign', (folder) => file(folder, '')],
  ['no database', 'store.corrupt', (folder) => file(folder, 'x'.repeat(5000))],
  ['a newer schema', 'statistics.newer-schema', (folder) => change(folder, 'PRAGMA user_version = 99')],
  ['an older schema', 'statistics.older-schema', (folder) => change(folder, 'PRAGMA user_version = 1')],
]
for (const [why, code, make] of FAULTS) {
  test(`${why}: ${code}, and a hint`, () =>
    inFolder(async (folder) => {
      await make(folder)
      assert.throws(
        () => openCounts(world.files, folder),
        (thrown) =>
          thrown instanceof Fault && thrown.code === code && (thrown.hint !== undefined || code === 'store.corrupt'),
      )
    }))
}

test(
  'a history that may not be read: file.denied or store.*',
  { skip: process.getuid?.() === 0 && 'root reads everything' },
  () =>
    inFolder(async (folder) => {
      await change(folder, 'SELECT 1')
      chmodSync(folder, 0)
      assert.throws(() => openCounts(world.files, folder), Fault)
      chmodSync(folder, 0o700)
    }),
)

test('beside a guard each table is of one moment, and the next sees what came since', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    await history.save({ bans: [ban('192.0.2.1')] })
    const counts = openCounts(world.files, folder)
    counts.begin()
    assert.equal(counts.total('bans', ALL).total, 1)
    await history.save({ bans: [ban('192.0.2.2')] })
    assert.equal(counts.total('bans', ALL).total, 1)
    counts.end()
    assert.equal(counts.total('bans', ALL).total, 2)
    counts.close()
    await history.close()
    const after = openCounts(world.files, folder)
    assert.equal(after.total('bans', ALL).total, 2)
    after.close()
  }))

test('after a guard was killed, what stands in its log alone is counted', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    await history.save({ bans: [ban('192.0.2.1')] })
    // Its connections stay open, and nothing is copied: as it is at the moment of a kill.
    const counts = openCounts(world.files, folder)
    assert.equal(counts.total('ips', ALL).total, 1)
    counts.close()
    await history.close()
  }))

test('ports are those that jails close, and those that the kernel names in a line', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    await history.save({
      blocks: [
        block('web', [80, 443]),
        block('sshd', [22]),
        { ...block('recidive', []), scope: { protocol: 'all', ports: 'all', verdict: 'drop' } },
      ],
      bans: [
        ...[ban('192.0.2.1', { jail: 'web' }), ban('192.0.2.1', { jail: 'sshd' }), ban('192.0.2.2', { jail: 'web' })],
        ...[ban('192.0.2.3', { jail: 'recidive' }), ban('192.0.2.4', { jail: 'gone' })],
      ],
      failures: [{ jail: 'web', network: ban('192.0.2.9').network, time: NOON, count: 4 }],
    })
    assert.deepEqual(await rows(folder, 'port', 'ips'), {
      '80/tcp': 2,
      '443/tcp': 2,
      '22/tcp': 1,
      'all ports': 1,
      '': 1,
    })
    assert.deepEqual(await rows(folder, 'port', 'failures'), { '80/tcp': 4, '443/tcp': 4 })
    const matches = [
      'kernel: [UFW BLOCK] IN=eth0 SRC=192.0.2.5 PROTO=TCP SPT=1 DPT=23 WINDOW=1',
      'kernel: PROTO=UDP DPT=53 x',
    ]
    await history.save({ bans: [ban('192.0.2.5', { jail: 'recidive', matches })] })
    assert.deepEqual(await rows(folder, 'port', 'bans'), {
      ...{ '80/tcp': 2, '443/tcp': 2, '22/tcp': 1, 'all ports': 1, '23/tcp': 1, '53/udp': 1, '': 1 },
    })
    await history.close()
  }))

const LINES: readonly (readonly [why: string, line: string, path: string, agent: string])[] = [
  ['combined', '192.0.2.1 - - [x] "GET /a?b=c HTTP/1.1" 404 153 "-" "curl/8.5"', '/a', 'curl/8.5'],
  ['an error log', 'access forbidden, client: 192.0.2.1, request: "POST /b HTTP/2.0", host: "h"', '/b', ''],
  ['HTTP/0.9', '192.0.2.1 - - [x] "GET /c" 400 0 "-" "-"', '/c', ''],
  ['garbage', '192.0.2.1 - - [x] "\\x16\\x03\\x01" 400 150 "-" "-"', '', ''],
  ['quotes of Apache', '192.0.2.1 - - [x] "GET /d HTTP/1.1" 404 1 "http://e/\\"" "a \\"b\\" c"', '/d', 'a \\"b\\" c'],
  ['another site', '192.0.2.1 - - [x] "GET http://f/g#h HTTP/1.1" 404 1 "-" "x"', 'http://f/g', 'x'],
  ['cut off', '192.0.2.1 - - [x] "GET /i HTTP/1.1" 404 1 "-" "Mozi', '/i', ''],
  ['no request', 'Failed password for root from 192.0.2.1', '', ''],
]
for (const [why, line, path, agent] of LINES) {
  test(`a line, ${why}: path "${path}", agent "${agent}"`, () =>
    inFolder(async (folder) => {
      const { history } = await open(folder)
      await history.save({ bans: [ban('192.0.2.1', { matches: [line, line] })] })
      assert.deepEqual(await rows(folder, 'path', 'bans'), { [path]: 1 })
      assert.deepEqual(await rows(folder, 'agent', 'ips'), { [agent]: 1 })
      await history.close()
    }))
}

test('what failures asked for: the most of an hour each, the others together, and those of which nothing was kept', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const of = { jail: 'web', time: NOON, trait: 'path' } as const
    const many = Array.from({ length: 500 }, (_, i) => ({ ...of, value: `/${i}`, count: i < 3 ? 1000 : 1 }))
    const network = ban('192.0.2.9').network
    await history.save({ traits: many, failures: [{ jail: 'web', network, time: NOON, count: 5000 }] })
    await history.save({
      traits: [
        { ...of, value: '', count: 100 },
        { ...of, value: '\ud800\0=1+1', count: 2 },
        { ...of, trait: 'agent', value: 'curl', count: 7 },
      ],
    })
    const { '': unknown, ...told } = await rows(folder, 'path', 'failures')
    assert.deepEqual([told['/0'], told['/1'], told['/2'], told['\ufffd\0=1+1']], [1000, 1000, 1000, 2])
    // More than 400 were folded to the 200 of the highest counts when the 401st came.
    assert.ok(Object.keys(told).length <= 401, `${Object.keys(told).length} values`)
    const sum = Object.values(told).reduce((all, count) => all + count, 0)
    assert.equal(sum + unknown!, 5000)
    const counts = openCounts(world.files, folder)
    const table = await ask(question('path', 'failures'), {
      history: counts,
      places: await openPlaces({ world, folders: [] }),
    })
    counts.close()
    assert.deepEqual(table.unknown, { 'too many': 3497 + 102 - sum, 'not told': 5000 - 3497 - 102 })
    assert.equal(table.overlaps, false)
    assert.deepEqual(await rows(folder, 'agent', 'failures'), { curl: 7, '': 4993 })
    await history.close()
  }))

test('when nobody guarded is a gap; a guard that was killed leaves none', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const event = (seq: number, minute: number, kind: string) => ({
      seq,
      time: NOON + minute * 60_000,
      kind,
      body: '{}',
    })
    await history.save({
      events: [
        event(1, 0, 'start'),
        event(2, 10, 'stop'),
        event(3, 20, 'start'),
        event(4, 50, 'start'),
        event(5, 80, 'stop'),
      ],
      bans: [ban('192.0.2.1')],
    })
    const counts = openCounts(world.files, folder)
    const { gaps } = overTime({ ...question('jail', 'bans'), period: { from: NOON, to: NOON + 90 * 60_000 } }, counts)
    assert.deepEqual(
      gaps.map(({ from, to }) => [(from - NOON) / 60_000, (to - NOON) / 60_000]),
      [
        [10, 20],
        [80, 90],
      ],
    )
    counts.close()
    await history.close()
  }))

const ALL = { state: 'all', to: NOON + 1, isNow: true } as const

function question(by: By, unit: 'ips' | 'bans' | 'failures'): Question {
  return { by, unit, state: 'all', period: { to: NOON + 1000 }, isNow: true, zone: 'UTC' }
}

async function rows(folder: string, by: By, unit: 'ips' | 'bans' | 'failures'): Promise<Record<string, number>> {
  const counts = openCounts(world.files, folder)
  const places = await openPlaces({ world, folders: [] })
  const table = await ask(question(by, unit), { history: counts, places })
  counts.close()
  return Object.fromEntries(table.rows.map(({ key, count }) => [key, count]))
}

function block(jail: string, ports: readonly number[]): JailBlock {
  const scope = { protocol: 'tcp', ports: ports.map((port) => ({ from: port, to: port })), verdict: 'drop' } as const
  return { jail, scope, sentence: undefined, actions: [] }
}

function file(folder: string, content: string): void {
  mkdirSync(folder)
  writeFileSync(`${folder}/history.db`, content)
}

function other(folder: string, sql: string): void {
  mkdirSync(folder)
  const database = new Database(`${folder}/history.db`, 'write')
  database.exec(sql)
  database.close()
}

async function change(folder: string, sql: string): Promise<void> {
  const { history } = await open(folder)
  await history.close()
  const database = new Database(`${folder}/history.db`, 'write')
  database.exec(sql)
  database.close()
  rmSync(`${folder}/lock`, { force: true })
}
