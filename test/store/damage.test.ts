import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ban, gather, inFolder, NOON, open } from './folder.ts'

/** What is done to the file of a history with 2000 bans while nobody has it open, and how many bans are found then. */
const damages: readonly (readonly [string, (path: string) => void, number])[] = [
  ['nothing', () => {}, 2000],
  ['random bytes all over', (path) => writeFileSync(path, randomBytes(50_000)), 0],
  ['a text', (path) => writeFileSync(path, 'this is no database\n'.repeat(500)), 0],
  ['a few bytes', (path) => writeFileSync(path, 'SQLite'), 0],
  ['half of it', (path) => cut(path, statSync(path).size / 2), 0],
  ['a cut within a page', (path) => cut(path, statSync(path).size - 1000), 0],
  ['a cut within the header', (path) => cut(path, 50), 0],
  ['zeros in the middle', (path) => overwrite(path, statSync(path).size / 2, Buffer.alloc(20_000)), 0],
  ['garbage in the middle', (path) => overwrite(path, statSync(path).size / 2, randomBytes(20_000)), 0],
  ['a database of another program', (path) => foreign(path), 0],
  // A file of no bytes is how every history begins: nothing is lost that was there.
  ['no bytes', (path) => cut(path, 0), 0],
  ['no file', (path) => rmSync(path), 0],
  ['garbage in place of the log', (path) => writeFileSync(`${path}-wal`, randomBytes(50_000)), 2000],
  ['garbage in place of the shared index', (path) => writeFileSync(`${path}-shm`, randomBytes(32_768)), 2000],
]
const silent = ['nothing', 'no bytes', 'no file', 'garbage in place of the log', 'garbage in place of the shared index']

for (const [name, damage, found] of damages) {
  test(`with ${name} in its file the history starts and keeps bans`, () =>
    inFolder(async (folder) => {
      await fill(folder)
      damage(`${folder}/history.db`)
      const { history, notices } = await open(folder)
      assert.equal((await gather(history.activeBans(NOON))).length, found)
      assert.deepEqual(
        notices.map((notice) => notice.kind !== 'state' && notice.fault.code),
        silent.includes(name) ? [] : ['store.quarantined'],
      )
      assert.equal(await history.save({ bans: [ban('203.0.113.1')] }), 'kept')
      assert.equal(history.state().kind, 'ok')
      await history.close()
    }))
}

test('at most three copies of damaged histories are kept, the newest', () =>
  inFolder(async (folder) => {
    for (let round = 1; round <= 5; round++) {
      const { history } = await open(folder)
      await history.close()
      writeFileSync(`${folder}/history.db`, `no database, number ${round}`)
    }
    const { history } = await open(folder)
    await history.close()
    const copies = readdirSync(folder).filter((name) => name.includes('damaged'))
    assert.deepEqual(copies, ['history.db.damaged-3', 'history.db.damaged-4', 'history.db.damaged-5'])
    assert.equal(readFileSync(`${folder}/history.db.damaged-5`, 'utf8'), 'no database, number 5')
  }))

test('damage that shows while it runs is moved aside too, and what was saved is kept in the new one', () =>
  inFolder(async (folder) => {
    // More than the page cache holds.
    await fill(folder, 15_000)
    const { history, notices } = await open(folder)
    overwrite(`${folder}/history.db`, 4096, randomBytes(statSync(`${folder}/history.db`).size - 4096))
    const bans = Array.from({ length: 500 }, (_, i) => ban(`198.51.${i >> 8}.${i & 255}`))
    assert.equal(await history.save({ bans }), 'kept')
    assert.ok(notices.some((notice) => notice.kind === 'replaced' && notice.fault.code === 'store.quarantined'))
    assert.equal((await history.bans({})).length, 500)
    assert.equal(history.state().kind, 'ok')
    await history.close()
  }))

test('a file that is removed while it runs is begun anew', () =>
  inFolder(async (folder) => {
    const { history, notices } = await open(folder)
    await history.save({ bans: [ban('192.0.2.1')] })
    for (const end of ['', '-wal', '-shm']) rmSync(`${folder}/history.db${end}`)
    assert.equal(await history.save({ bans: [ban('192.0.2.2')] }), 'kept')
    assert.deepEqual(
      notices.map((notice) => notice.kind !== 'state' && notice.fault.code),
      ['store.moved'],
    )
    await history.close()
    const again = await open(folder)
    assert.equal((await again.history.bans({})).length, 1)
    await again.history.close()
  }))

async function fill(folder: string, bans = 2000): Promise<void> {
  const { history } = await open(folder)
  const matches = ['x'.repeat(200)]
  await history.save({ bans: Array.from({ length: bans }, (_, i) => ban(`10.0.${i >> 8}.${i & 255}`, { matches })) })
  await history.close()
}

function cut(path: string, bytes: number): void {
  const file = openSync(path, 'r+')
  ftruncateSync(file, Math.floor(bytes))
  closeSync(file)
}

function overwrite(path: string, offset: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, Math.floor(offset))
  closeSync(file)
}

function foreign(path: string): void {
  rmSync(path)
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE ban (ip TEXT); PRAGMA user_version = 1')
  database.close()
}
