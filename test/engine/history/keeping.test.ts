import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../../src/base/address.ts'
import { keeping } from '../../../src/engine/history/keeping.ts'
import type { Ban } from '../../../src/jail/ban.ts'
import type { Deed } from '../../../src/store/deed.ts'
import { Built, settled } from '../built.ts'

test('a history that is told anew who is banned is told in pieces, one when it has the other', async () => {
  const saved: Deed[] = []
  const waiting: (() => void)[] = []
  const save = (deed: Deed) => {
    saved.push(deed)
    return new Promise<'kept'>((resolve) => waiting.push(() => resolve('kept')))
  }
  const ban = { network: parseNetwork('192.0.2.1')! } as Ban
  keeping({ save, entrust: async () => {} }).anew(Array.from({ length: 2500 }, () => ban))
  const sizes: number[] = []
  for (; waiting.length > 0; await settled()) {
    sizes.push(saved.at(-1)!.bans!.length)
    waiting.pop()!()
  }
  assert.deepEqual(sizes, [1000, 1000, 500])
})

test('a history that could not be told of all is told again who is banned, when it can be written', async () => {
  const built = new Built()
  await built.engine.start()
  const networks = [parseNetwork('192.0.2.1')!]
  await built.engine.ban(networks, { jail: 'sshd', lasts: 60, force: false })
  const told = () => built.saved.flatMap(({ bans = [] }) => bans).length
  assert.equal(told(), 1)
  for (const [lostRows, after] of [
    [0, 1],
    [7, 2],
    [7, 2],
  ] as const) {
    built.engine.recall(lostRows)
    await settled()
    assert.equal(told(), after)
  }
})
