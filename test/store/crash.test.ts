import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ban, gather, inFolder, NOON, open } from './folder.ts'

const SAVE_FOREVER = join(import.meta.dirname, 'child/save-forever.ts')
/** Large enough that the log is copied a few times in each life. */
const BANS_IN_EACH = 150

test('20 times killed at any instant: what was kept is there, deeds are whole, and nothing is damaged', () =>
  inFolder(async (folder) => {
    const kept = new Set<number>()
    let next = 1
    for (let life = 0; life < 20; life++) {
      const told = await killedAfter(folder, next, Math.random() * 150)
      for (const number of told) kept.add(number)
      next = Math.max(next, ...told) + 10
    }
    assert.ok(kept.size > 20, `only ${kept.size} deeds were kept`)
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
    const database = new DatabaseSync(`${folder}/history.db`)
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
    database.close()
  }))

test('a second guard is refused by the name of the first, and let in when that is killed', () =>
  inFolder(async (folder) => {
    const child = start(folder, 1)
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

/** The numbers that the child told as kept before it was killed. */
async function killedAfter(folder: string, first: number, ms: number): Promise<number[]> {
  const child = start(folder, first)
  let out = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    if (out === '') setTimeout(() => child.kill('SIGKILL'), ms)
    out += text
  })
  await once(child, 'close')
  return out.split('\n').slice(1, -1).map(Number)
}

function start(folder: string, first: number): ChildProcess {
  const argv = [SAVE_FOREVER, folder, `${first}`, `${BANS_IN_EACH}`]
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
