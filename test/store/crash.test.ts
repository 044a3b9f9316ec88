import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { ban, gather, inFolder, NOON, open } from './folder.ts'
import { NEWER } from './newer.ts'

const PURGE_FOREVER = join(import.meta.dirname, 'child/purge-forever.ts')
const MIGRATE = join(import.meta.dirname, 'child/migrate.ts')
const SAVE_FOREVER = join(import.meta.dirname, 'child/save-forever.ts')
/** Large enough that the log is copied a few times in each life. */
const BANS_IN_EACH = 150

test('R08 12 times killed at any instant: what was kept is there, deeds are whole, and nothing is damaged', () =>
  inFolder(async (folder) => {
    const kept = new Set<number>()
    let next = 1
    for (let life = 0; life < 12; life++) {
      const told = await killedAfter(folder, next, Math.random() * 150)
      for (const number of told) kept.add(number)
      next = Math.max(next, ...told) + 10
    }
    assert.ok(kept.size > 12, `only ${kept.size} deeds were kept`)
    const { history, notices } = await open(folder)
    assert.deepEqual(notices, [])
    const deeds = new Set((await gather(pages(history.events))).map(({ seq }) => seq))
    assert.deepEqual(
      [...kept].filter((number) => !deeds.has(number)),
      [],
    )
    const bans = new Map<number, number>()
    for (const { network } of await gather(history.activeBans(NOON))) {
      const number = Number((network.bits >> 8n) & 0xffffn)
      bans.set(number, (bans.get(number) ?? 0) + 1)
    }
    assert.deepEqual(bans, new Map([...deeds].map((number) => [number, BANS_IN_EACH])))
    assert.equal((await history.positions()).length, deeds.size)
    await history.close()
    sound(folder)
  }))

test('R08 killed while it forgets what is old and what is too much, 6 times: bans in force stay, and nothing is damaged', () =>
  inFolder(async (folder) => {
    const addresses = Array.from({ length: 300 }, (_, i) => `192.0.2.${i & 255}/${32 - (i >> 8)}`)
    const before = await open(folder)
    await before.history.save({ bans: addresses.map((address) => ban(address, { until: undefined, matches: ['x'] })) })
    await before.history.close()
    for (let life = 0; life < 6; life++) await killed([PURGE_FOREVER, folder], Math.random() * 300)
    const { history, notices } = await open(folder)
    assert.deepEqual(notices, [])
    const found = (await gather(history.activeBans(Date.now()))).map(({ network }) => network.text)
    assert.deepEqual(found.sort(), [...new Set(addresses.map((one) => parseNetwork(one)!.text))].sort())
    await history.close()
    sound(folder)
  }))

test('R08 killed while it changes an old history, 6 times: it is the old one or the new one, whole', () =>
  inFolder(async (folder) => {
    const before = await open(folder)
    const bans = Array.from({ length: 20_000 }, (_, i) =>
      ban(`10.0.${i >> 8}.${i & 255}`, { matches: ['x'.repeat(100)] }),
    )
    await before.history.save({ bans })
    await before.history.close()
    for (let life = 0; life < 6; life++) {
      await killed([MIGRATE, folder], 20 + Math.random() * 150)
      const database = new DatabaseSync(`${folder}/history.db`)
      const { user_version: schema } = database.prepare('PRAGMA user_version').get() as { user_version: number }
      const notes =
        schema === NEWER.at(-1)!.number ? 'SELECT count(note) AS n FROM ban' : 'SELECT count(*) AS n FROM ban'
      assert.deepEqual({ ...database.prepare(notes).get() }, { n: bans.length })
      database.close()
    }
    const { history, notices } = await open(folder, { migrations: NEWER })
    assert.deepEqual(notices, [])
    assert.equal((await gather(history.activeBans(NOON))).length, bans.length)
    await history.close()
    sound(folder)
  }))

test('a second guard is refused by the name of the first, and let in when that is killed', () =>
  inFolder(async (folder) => {
    const child = start([SAVE_FOREVER, folder, '1', `${BANS_IN_EACH}`])
    await once(child.stdout!, 'data')
    await assert.rejects(open(folder), { code: 'store.taken', message: `${folder} is in use by process ${child.pid}` })
    child.kill('SIGKILL')
    await once(child, 'close')
    const { history } = await open(folder)
    await assert.rejects(open(folder), { code: 'store.taken' })
    assert.equal(await history.save({ bans: [ban('192.0.2.1')] }), 'kept')
    await history.close()
    await (await open(folder)).history.close()
  }))

function sound(folder: string): void {
  const database = new DatabaseSync(`${folder}/history.db`)
  assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
  database.close()
}

/** The numbers that the child told as kept before it was killed. */
async function killedAfter(folder: string, first: number, ms: number): Promise<number[]> {
  const out = await killed([SAVE_FOREVER, folder, `${first}`, `${BANS_IN_EACH}`], ms)
  return out.split('\n').slice(1, -1).map(Number)
}

/** So many milliseconds behind the first word of the child. @returns all its words */
async function killed(argv: readonly string[], ms: number): Promise<string> {
  const child = start(argv)
  let out = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    if (out === '') setTimeout(() => child.kill('SIGKILL'), ms)
    out += text
  })
  await once(child, 'close')
  return out
}

function start(argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function* pages<T extends { readonly seq: number }>(read: (seq: number) => Promise<readonly T[]>) {
  for (let seq = 0; ; ) {
    const rows = await read(seq)
    if (rows.length === 0) return
    yield rows
    seq = rows.at(-1)!.seq
  }
}
