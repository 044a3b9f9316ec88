import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ban, gather, inFolder, NOON, open, told } from './folder.ts'

test('while another connection holds the write lock nothing waits for it, and what was saved is written afterwards', () =>
  inFolder(async (folder) => {
    const { history, notices } = await open(folder)
    await history.save({ bans: [ban('192.0.2.1')] })
    const other = new DatabaseSync(`${folder}/history.db`)
    other.exec('BEGIN IMMEDIATE')
    let outcome = 'waiting'
    const saved = history.save({ bans: [ban('192.0.2.2')] }).then((result) => {
      outcome = result
    })
    assert.ok((await ticksWithin(400)) > MANY_TICKS)
    assert.equal(outcome, 'waiting')
    assert.deepEqual([history.state().kind, history.state().waitingRows], ['locked', 1])
    // Readings go on meanwhile.
    assert.equal((await history.bans({})).length, 1)
    other.exec('COMMIT')
    other.close()
    await saved
    assert.equal(outcome, 'kept')
    assert.deepEqual(
      notices.map((notice) => notice.kind === 'state' && notice.state.kind),
      ['locked', 'ok'],
    )
    assert.equal((await history.bans({})).length, 2)
    await history.close()
  }))

test('who entrusts a deed waits until it is kept, but not for a lock', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    await history.entrust({ bans: [ban('192.0.2.1')] })
    assert.equal((await history.bans({})).length, 1)
    const other = new DatabaseSync(`${folder}/history.db`)
    other.exec('BEGIN IMMEDIATE')
    await history.entrust({ bans: [ban('192.0.2.2')] })
    await history.entrust({ bans: [ban('192.0.2.3')] })
    assert.deepEqual([history.state().kind, history.state().waitingRows], ['locked', 2])
    other.exec('COMMIT')
    other.close()
    assert.equal(await history.save({ bans: [ban('192.0.2.4')] }), 'kept')
    assert.equal((await history.bans({})).length, 4)
    await history.close()
  }))

test('a history that is locked for reading too at the start is opened when it is free', () =>
  inFolder(async (folder) => {
    const before = await open(folder)
    await before.history.save({ bans: [ban('192.0.2.1')] })
    await before.history.close()
    const other = new DatabaseSync(`${folder}/history.db`)
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    const { history } = await open(folder)
    assert.equal(history.state().kind, 'locked')
    const saved = history.save({ bans: [ban('192.0.2.2')] })
    assert.ok((await ticksWithin(400)) > MANY_TICKS)
    other.close()
    assert.equal(await saved, 'kept')
    assert.equal(history.state().kind, 'ok')
    assert.deepEqual(told(await gather(history.activeBans(NOON))), [
      'sshd 4/32/c0000201 0-600',
      'sshd 4/32/c0000202 0-600',
    ])
    await history.close()
  }))

test('closing a locked history gives up what waits, at once', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const other = new DatabaseSync(`${folder}/history.db`)
    other.exec('BEGIN IMMEDIATE')
    const saved = history.save({ bans: [ban('192.0.2.2')] })
    await ticksWithin(20)
    await history.close()
    assert.equal(await saved, 'lost')
    other.close()
  }))

test('a large deed is written over many turns of the event loop', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    let ticks = 0
    let open_ = true
    const tick = () => {
      ticks++
      if (open_) setImmediate(tick)
    }
    tick()
    await history.save({ bans: Array.from({ length: 10_000 }, (_, i) => ban(`10.0.${i >> 8}.${i & 255}`)) })
    open_ = false
    assert.ok(ticks >= 40, `only ${ticks} turns`)
    await history.close()
  }))

test('a reader that stays does not keep the log from being written, and bans do not wait for it', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    await history.save({ bans: [ban('192.0.2.1')] })
    const reader = new DatabaseSync(`${folder}/history.db`)
    reader.exec('BEGIN; SELECT count(*) FROM ban')
    for (let round = 0; round < 10; round++) {
      const bans = Array.from({ length: 2000 }, (_, i) => ban(`10.${round}.${i >> 8}.${i & 255}`))
      assert.equal(await history.save({ bans }), 'kept')
    }
    reader.exec('COMMIT')
    reader.close()
    assert.equal(history.state().kind, 'ok')
    await history.close()
    const again = await open(folder)
    assert.equal((await gather(again.history.activeBans(NOON))).length, 20_001)
    await again.history.close()
  }))

/** Who waits for a lock has one or two in all that time, on the slowest machine. */
const MANY_TICKS = 5

/** How often a timer of 1 ms came to its turn meanwhile. */
async function ticksWithin(ms: number): Promise<number> {
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  await new Promise((resolve) => setTimeout(resolve, ms))
  clearInterval(timer)
  return ticks
}
