/** The engine over a kernel in memory and a history that may fail: what is told, what is tried again, how it ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { Fault } from '../../src/base/fault.ts'
import type { Spared } from '../../src/jail/ignore.ts'
import type { Deed } from '../../src/store/deed.ts'
import { Built, batch, networks, ORDER, settled } from './built.ts'

test('a history that cannot be read keeps nobody from being guarded', async () => {
  const failing = async function* () {
    yield* []
    throw new Fault('store.read-only', 'it cannot be read')
  }
  const { engine, events, kernel } = new Built({ history: { activeBans: failing, counters: failing } })
  await engine.start()
  await engine.ban(networks('192.0.2.1'), ORDER)
  assert.deepEqual(kernel.print(), ['all_drop_4 192.0.2.1'])
  assert.ok(events.some(({ kind }) => kind === 'fault'))
})

test('when the host cannot be asked for its addresses, those known stay spared', async () => {
  let asked = 0
  const gateway = { network: parseNetwork('192.0.2.1')!, why: 'it is a gateway' }
  const built = new Built({
    spared() {
      if (asked++ > 0) throw new Error('too many open files')
      return [gateway]
    },
  })
  await built.engine.start()
  await built.pass(31)
  assert.ok(asked > 3)
  const [outcome] = await built.engine.ban(networks('192.0.2.1'), ORDER)
  assert.equal(outcome?.done, false)
})

test('a ban that the kernel refuses at first is told once it has it', async () => {
  const built = new Built()
  await built.engine.start()
  built.kernel.faults.push('kernel.denied')
  const [outcome] = await built.engine.ban(networks('192.0.2.1'), ORDER)
  assert.equal(outcome?.done, false)
  assert.equal(built.engine.status().pending, 1)
  assert.deepEqual(built.told('ban'), [])
  await built.pass(11)
  assert.deepEqual(built.kernel.print(), ['all_drop_4 192.0.2.1'])
  assert.equal(built.engine.status().pending, 0)
  assert.deepEqual(built.told('ban'), ['192.0.2.1'])
})

test('one address that the kernel refuses leaves no other pending', async () => {
  const built = new Built()
  await built.engine.start()
  built.kernel.refused.add('192.0.2.2')
  const outcomes = await built.engine.ban(networks('192.0.2.1', '192.0.2.2', '192.0.2.3'), ORDER)
  await built.pass(11)
  assert.deepEqual(built.kernel.print(), ['all_drop_4 192.0.2.1', 'all_drop_4 192.0.2.3'])
  assert.equal(built.engine.status().pending, 1)
  assert.deepEqual(built.told('ban').sort(), ['192.0.2.1', '192.0.2.3'])
  assert.deepEqual(
    outcomes.map(({ done }) => done),
    [true, false, true],
  )
})

test('a ban that the kernel does not lift at first is lifted later, and told then', async () => {
  const built = new Built()
  await built.engine.start()
  await built.engine.ban(networks('192.0.2.1'), ORDER)
  built.kernel.faults.push('kernel.denied')
  const [outcome] = await built.engine.unban(networks('192.0.2.1'), undefined)
  assert.equal(outcome?.done, false)
  assert.deepEqual(built.kernel.print(), ['all_drop_4 192.0.2.1'])
  assert.deepEqual(built.told('unban'), [])
  await built.pass(11)
  assert.deepEqual(built.kernel.print(), [])
  assert.deepEqual(built.told('unban'), ['192.0.2.1'])
})

test('a new history is told who is banned', async () => {
  const built = new Built()
  await built.engine.start()
  await built.engine.ban(networks('192.0.2.1', '192.0.2.2'), ORDER)
  await built.engine.unban(networks('192.0.2.2'), undefined)
  built.saved.length = 0
  built.engine.keepAnew()
  const bans = built.saved.flatMap(({ bans = [] }) => bans)
  assert.deepEqual(
    bans.map(({ network }) => network),
    networks('192.0.2.1'),
  )
})

test('a kernel that hangs does not hold up the end', async () => {
  const built = new Built()
  await built.engine.start()
  built.kernel.apply = () => new Promise(() => {})
  const ended = assert.rejects(built.engine.stop({ keep: false }), { code: 'engine.slow-stop' })
  await built.pass(6)
  await ended
})

test('banned anew before the kernel has lifted it, an address stays banned', async () => {
  const built = new Built()
  await built.engine.start()
  await built.engine.ban(networks('192.0.2.1'), ORDER)
  built.kernel.faults.push('kernel.denied')
  await built.engine.unban(networks('192.0.2.1'), undefined)
  await built.engine.ban(networks('192.0.2.1'), ORDER)
  await built.pass(11)
  assert.deepEqual(built.kernel.print(), ['all_drop_4 192.0.2.1'])
})

test('failures are kept within a second, a ban at once and with it all that waited', async () => {
  const built = new Built()
  const { engine, saved } = built
  await engine.start()
  await built.pass(1)
  saved.length = 0
  const brief = ({ bans, counters, failures, positions }: Deed) => ({
    bans: bans?.length,
    counters: counters?.length,
    failures: failures?.map(({ count }) => count),
    offset: positions?.map(({ position }) => ('offset' in position ? position.offset : undefined)),
  })
  await engine.hear(batch('192.0.2.1', 10, built.world.clock.now()))
  await engine.hear(batch('192.0.2.2', 20, built.world.clock.now()))
  await settled()
  assert.deepEqual(saved, [])
  await built.pass(1)
  assert.deepEqual(saved.map(brief), [{ bans: 0, counters: 2, failures: [1, 1], offset: [20] }])
  await engine.hear(batch('192.0.2.3', 30, built.world.clock.now()))
  await engine.hear(batch('192.0.2.1', 40, built.world.clock.now()))
  await settled()
  assert.deepEqual(saved.slice(1).map(brief), [{ bans: 1, counters: 1, failures: [1, 1], offset: [40] }])
})

test('who is spared from now on is banned no more, but for bans by hand', async () => {
  const list: Spared[] = []
  const built = new Built({ spared: () => [...list] })
  await built.engine.start()
  await built.engine.ban(networks('192.0.2.7'), ORDER)
  for (const offset of [10, 20]) await built.engine.hear(batch('192.0.2.9', offset, built.world.clock.now()))
  await settled()
  assert.deepEqual(built.kernel.print(), ['all_drop_4 192.0.2.7', 'all_drop_4 192.0.2.9 timeout 0d60s0ms'])
  list.push(...networks('192.0.2.7', '192.0.2.9').map((network) => ({ network, why: 'it is a gateway' })))
  await built.pass(16)
  assert.deepEqual(built.kernel.print(), ['all_drop_4 192.0.2.7'])
})

test('who logs in while his failures are counted is not banned for the last of them', async () => {
  const list: Spared[] = []
  const built = new Built({ spared: () => [...list] })
  await built.engine.start()
  await built.engine.hear(batch('192.0.2.9', 10, built.world.clock.now()))
  await built.pass(2)
  list.push({ network: networks('192.0.2.9')[0]!, why: 'an admin is logged in from it by ssh' })
  await built.engine.hear(batch('192.0.2.9', 20, built.world.clock.now()))
  await settled()
  assert.deepEqual(built.kernel.print(), [])
})

test('to lift a ban that there is not pardons what was before, in every jail', async () => {
  const built = new Built()
  await built.engine.start()
  built.saved.length = 0
  const outcomes = await built.engine.unban(networks('192.0.2.9'), undefined)
  assert.equal(outcomes.length, 1)
  const ends = built.saved.flatMap(({ ends = [] }) => ends.map(({ jail, by }) => `${jail} ${by}`))
  assert.deepEqual(ends, ['manual manual', 'sshd manual'])
})
