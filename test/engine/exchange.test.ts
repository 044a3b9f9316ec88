/** What becomes of bans, counters and the kernel when a reload exchanges the jails. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HeldJail } from '../../src/engine/held-jail.ts'
import type { Scope } from '../../src/firewall/block.ts'
import type { Ban } from '../../src/jail/ban.ts'
import { Built, batch, countingJail, networks, ORDER, settled } from './built.ts'

const WEB: Scope = { protocol: 'tcp', ports: [{ from: 80, to: 80 }], verdict: 'drop' }
const MAIL: Scope = { protocol: 'tcp', ports: [{ from: 25, to: 25 }], verdict: 'drop' }

/** The held jails, with the one that counts as it is to be from now on; undefined: without it. */
function exchanged({ engine, world }: Built, change: Partial<HeldJail> | undefined): HeldJail[] {
  const manual = engine.jails.filter(({ name }) => name === 'manual')
  const before = engine.jails.find(({ name }) => name === 'sshd') ?? countingJail(world)
  return change ? [...manual, { ...before, ...change }] : manual
}

/** `set address` of every element. */
function inKernel({ kernel }: Built): string[] {
  return kernel.print().map((line) => line.split(' ').slice(0, 2).join(' '))
}

async function banned(scope: Scope, ...addresses: readonly string[]): Promise<Built> {
  const built = new Built()
  await built.engine.start()
  await built.engine.exchange(exchanged(built, { scope }), [])
  await built.engine.ban(networks(...addresses), { ...ORDER, jail: 'sshd' })
  return built
}

test('bans of a jail that gets other ports are there before they leave the old ones', async () => {
  const built = await banned(WEB, '192.0.2.1', '192.0.2.2')
  const { engine, kernel } = built
  const seen: string[][] = []
  const apply = kernel.apply
  kernel.apply = async (lines) => {
    await apply(lines)
    seen.push(kernel.print())
  }
  await engine.exchange(exchanged(built, { scope: MAIL }), [])
  assert.deepEqual(inKernel(built), ['tcp_25_drop_4 192.0.2.1', 'tcp_25_drop_4 192.0.2.2'])
  for (const state of seen) for (const one of ['192.0.2.1', '192.0.2.2']) assert.ok(state.join('\n').includes(one))
  assert.equal(engine.status().pending, 0)
  assert.deepEqual(built.told('ban'), ['192.0.2.1', '192.0.2.2'])
})

test('a ban that the kernel does not take at the new ports stays at the old ones until it does', async () => {
  const built = await banned(WEB, '192.0.2.1', '192.0.2.2')
  const { engine, kernel } = built
  kernel.faults.push('kernel.denied')
  await engine.exchange(exchanged(built, { scope: MAIL }), [])
  assert.deepEqual(inKernel(built), ['tcp_80_drop_4 192.0.2.1', 'tcp_80_drop_4 192.0.2.2'])
  await built.pass(11)
  assert.deepEqual(inKernel(built), ['tcp_25_drop_4 192.0.2.1', 'tcp_25_drop_4 192.0.2.2'])
  assert.equal(engine.status().pending, 0)
})

test('ports that are changed and changed back leave the bans where they are', async () => {
  const built = await banned(WEB, '192.0.2.1')
  for (const scope of [MAIL, WEB, MAIL, WEB]) await built.engine.exchange(exchanged(built, { scope }), [])
  await built.pass(11)
  assert.deepEqual(inKernel(built), ['tcp_80_drop_4 192.0.2.1'])
})

test('the bans of a jail that is gone are lifted, and come back with it from the history', async () => {
  const kept: Ban[] = []
  const built = new Built({
    history: {
      async *activeBans() {
        yield kept
      },
    },
  })
  const { engine, kernel } = built
  await engine.start()
  await engine.ban(networks('192.0.2.1'), { ...ORDER, jail: 'sshd' })
  await engine.ban(networks('192.0.2.9'), ORDER)
  for (const { bans = [] } of built.saved) kept.push(...bans)
  await engine.exchange(exchanged(built, undefined), [])
  assert.deepEqual(kernel.print(), ['all_drop_4 192.0.2.9'])
  assert.equal(engine.status().banned, 1)
  assert.throws(() => engine.jail('sshd'), { code: 'control.no-jail' })
  await built.pass(3)
  assert.deepEqual(
    built.saved.flatMap(({ ends = [] }) => ends),
    [],
  )
  await engine.exchange([...engine.jails, countingJail(built.world)], [])
  assert.equal(kernel.print().length, 2)
  assert.deepEqual(
    engine.jail('sshd').bans.map(({ address }) => address),
    ['192.0.2.1'],
  )
})

test('what the kernel does not lift of a jail that is gone is lifted later', async () => {
  const built = await banned(WEB, '192.0.2.1')
  built.kernel.faults.push('kernel.denied', 'kernel.denied')
  await built.engine.exchange(exchanged(built, undefined), [])
  assert.equal(built.kernel.print().length, 1)
  await built.pass(11)
  assert.deepEqual(built.kernel.print(), [])
})

test('a half counted address counts on, by what holds now', async () => {
  const built = new Built()
  const { engine, world } = built
  await engine.start()
  await engine.hear(batch('192.0.2.1', 10, world.clock.now()))
  const { state } = engine.jails.find(({ name }) => name === 'sshd')!
  const options = { ...state.options, maxretry: 3 }
  await engine.exchange(exchanged(built, { state: { ...state, options } }), [])
  await engine.hear(batch('192.0.2.1', 20, world.clock.now()))
  await settled()
  assert.deepEqual(built.told('ban'), [])
  await engine.hear(batch('192.0.2.1', 30, world.clock.now()))
  await settled()
  assert.deepEqual(built.told('ban'), ['192.0.2.1'])
  assert.equal(engine.jail('sshd').failedTotal, 3)
})

test('what is decided for a jail while it goes harms nobody', async () => {
  const built = new Built()
  const { engine, world, kernel } = built
  await engine.start()
  await engine.hear(batch('192.0.2.1', 10, world.clock.now()))
  const heard = engine.hear(batch('192.0.2.1', 20, world.clock.now()))
  await engine.exchange(exchanged(built, undefined), [])
  await heard
  await engine.hear(batch('192.0.2.1', 30, world.clock.now()))
  await built.pass(11)
  assert.deepEqual(kernel.print(), [])
  assert.equal(engine.status().pending, 0)
  assert.deepEqual(engine.status().faults, [])
})

test('a fault of the configuration is over when another one holds, and one of the reader when it speaks again', async () => {
  const built = new Built()
  const { engine } = built
  await engine.start()
  const codes = () => engine.status().faults.map(({ code }) => code)
  await engine.hear({ kind: 'fault', code: 'regex.bad', message: 'the jail sshd does not run', jail: 'sshd' })
  await engine.hear({ kind: 'fault', code: 'reader.ended', message: 'the reader ended' })
  await engine.hear({ kind: 'fault', code: 'source.odd', message: 'something else' })
  assert.deepEqual(codes(), ['regex.bad', 'reader.ended', 'source.odd'])
  await engine.hear({ kind: 'log', log: '/log', jails: ['sshd'], state: 'reading' })
  assert.deepEqual(codes(), ['regex.bad', 'source.odd'])
  await engine.exchange(engine.jails, [])
  assert.deepEqual(codes(), ['source.odd'])
})
