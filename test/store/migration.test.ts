import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Migration } from '../../src/store/migration.ts'
import { MIGRATIONS } from '../../src/store/schema.ts'
import { ban, gather, inFolder, NOON, open, told } from './folder.ts'
import { NEWER } from './newer.ts'

const older = MIGRATIONS
const last = MIGRATIONS.at(-1)!.number
const failing: readonly Migration[] = [...NEWER, { number: last + 3, sql: 'DROP TABLE ban; SELECT nonsense' }]

test('schemas are numbered 1, 2, 3 ...', () =>
  assert.deepEqual(
    MIGRATIONS.map(({ number }) => number),
    MIGRATIONS.map((_, i) => i + 1),
  ))

test('an older history is brought up to date, and a copy of it as it was stays beside it', () =>
  inFolder(async (folder) => {
    await filled(folder)
    const { history, notices } = await open(folder, { migrations: NEWER })
    assert.deepEqual([told(await gather(history.activeBans(NOON))), notices], [['sshd 4/32/c0000201 0-600'], []])
    assert.equal(await history.save({ bans: [ban('192.0.2.2')] }), 'kept')
    await history.close()
    assert.deepEqual(look(`${folder}/history.db`, 'SELECT note FROM ban ORDER BY id'), [
      { note: 'from before' },
      { note: null },
    ])
    const copy = `${folder}/history.db.schema-${last}`
    assert.deepEqual(look(copy, 'PRAGMA user_version'), [{ user_version: last }])
    assert.deepEqual(look(copy, 'SELECT address FROM ban'), [{ address: '192.0.2.1' }])
    assert.equal(statSync(copy).mode & 0o777, 0o600)
  }))

test('a migration that fails changes nothing, and bans are read all the same', () =>
  inFolder(async (folder) => {
    await filled(folder)
    const { history } = await open(folder, { migrations: failing })
    assert.equal(history.state().kind, 'failed')
    assert.deepEqual(told(await gather(history.activeBans(NOON))), ['sshd 4/32/c0000201 0-600'])
    await history.close()
    assert.deepEqual(look(`${folder}/history.db`, 'PRAGMA user_version'), [{ user_version: last }])
    const again = await open(folder)
    assert.equal(await again.history.save({ bans: [ban('192.0.2.2')] }), 'kept')
    await again.history.close()
  }))

test('a history of a newer program is only read: nothing in it changes, and nobody waits for what is saved', () =>
  inFolder(async (folder) => {
    await filled(folder, NEWER)
    const { history } = await open(folder, { migrations: older })
    const { kind, fault } = history.state()
    assert.deepEqual([kind, fault?.code], ['read-only', 'store.newer-schema'])
    assert.deepEqual(told(await gather(history.activeBans(NOON))), ['sshd 4/32/c0000201 0-600'])
    assert.equal(await history.save({ bans: [ban('192.0.2.2')] }), 'lost')
    await history.close()
    assert.deepEqual(look(`${folder}/history.db`, 'SELECT count(*) AS bans FROM ban'), [{ bans: 1 }])
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('damaged')),
      [],
    )
  }))

async function filled(folder: string, migrations: readonly Migration[] = older): Promise<void> {
  const { history } = await open(folder, { migrations })
  await history.save({ bans: [ban('192.0.2.1')] })
  await history.close()
}

function look(path: string, sql: string): object[] {
  const database = new DatabaseSync(path, { readOnly: true })
  const rows = database.prepare(sql).all()
  database.close()
  return rows.map((row) => ({ ...row }))
}
