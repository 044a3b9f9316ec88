/** One suite over both ways to the guard: in this process, and over its socket. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { ask, follow } from '../../src/control/client.ts'
import { type Asked, type Command, execute, type Reply, type Role } from '../../src/control/command.ts'
import { serve } from '../../src/control/socket.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { Event } from '../../src/engine/event.ts'
import { noHistory } from '../../src/engine/history/no-history.ts'
import { MANUAL_JAIL, manualJail } from '../../src/engine/manual-jail.ts'
import { steadyClock } from '../../src/engine/steady-clock.ts'
import { realWorld } from '../../src/world/real.ts'

const world = realWorld()
const folder = mkdtempSync(join(tmpdir(), 'rampart-control-'))
const socketPath = join(folder, 'run/control.sock')
const engine = new Engine({
  version: '1.2.3',
  pid: 42,
  clock: steadyClock(world.clock),
  history: noHistory(),
  table: undefined,
  jails: [manualJail(world)],
  spared: () => [{ network: parseNetwork('192.0.2.1')!, why: 'it is a gateway of this host' }],
  ignored: () => () => undefined,
  faults: [],
  lastSeq: 0,
})
await engine.start()
const asked: Asked = {
  engine,
  reload: async (jail) => {
    if (jail === 'wrong') return { done: false, faults: [{ code: 'regex.bad', message: 'it is none' }] }
    return {
      done: true,
      notes: [],
      added: [],
      removed: [],
      changed: jail === undefined ? [] : [{ jail, what: ['logs'] }],
    }
  },
  stop: (keep) => void stops.push(keep),
}
const stops: (boolean | undefined)[] = []
const server = await serve(asked, world, socketPath)
after(async () => {
  await server.close()
  await engine.stop({ keep: false })
  rmSync(folder, { recursive: true })
})

type Way = <C extends Command>(command: C) => Promise<Reply<C>>
const ways: readonly [name: string, way: Way][] = [
  ['in this process', (command) => execute(asked, 'operate', command)],
  ['over the socket', (command) => ask(socketPath, command)],
]

for (const [name, send] of ways) {
  describe(name, () => {
    test('ping tells version and process', async () => {
      assert.deepEqual(await send({ verb: 'ping' }), { version: '1.2.3', pid: 42 })
    })
    test('a ban is seen by status, jail and why, and lifted by unban', async () => {
      const [banned] = await send({ verb: 'ban', addresses: ['2001:DB8::7'], lasts: '10m' })
      const { outcome, ...told } = banned!
      assert.match(outcome, /^(banned|prolonged)$/)
      assert.deepEqual(told, { address: '2001:db8::7', done: true, words: 'banned by manual for 10m' })
      assert.equal((await send({ verb: 'status' })).banned, 1)
      const jail = await send({ verb: 'jail', jail: MANUAL_JAIL })
      assert.deepEqual(
        jail.bans.map(({ address, origin, pending }) => ({ address, origin, pending })),
        [{ address: '2001:db8::7', origin: 'manual', pending: false }],
      )
      const why = await send({ verb: 'why', address: '2001:db8::7' })
      assert.equal(why.bans[0]?.jail, MANUAL_JAIL)
      const [lifted] = await send({ verb: 'unban', addresses: ['2001:db8::7'] })
      assert.equal(lifted?.done, true)
      assert.equal((await send({ verb: 'status' })).banned, 0)
    })
    test('who is never banned is told why, and banned by force alone', async () => {
      const [spared] = await send({ verb: 'ban', addresses: ['192.0.2.1'] })
      assert.equal(spared?.done, false)
      assert.match(spared?.words ?? '', /gateway/)
      const [forced] = await send({ verb: 'ban', addresses: ['192.0.2.1'], force: true })
      assert.equal(forced?.done, true)
      await send({ verb: 'unban', addresses: ['192.0.2.1'] })
    })
    test('a reload tells what is different, or what is at fault', async () => {
      const reply = await send({ verb: 'reload', jail: 'sshd' })
      assert.deepEqual(reply.done && reply.changed, [{ jail: 'sshd', what: ['logs'] }])
      const refused = await send({ verb: 'reload', jail: 'wrong' })
      assert.deepEqual(refused.done || refused.faults, [{ code: 'regex.bad', message: 'it is none' }])
    })
    test('a stop tells which process ends, and keeps the bans if it is told to', async () => {
      stops.length = 0
      for (const keep of [undefined, true, false]) assert.deepEqual(await send({ verb: 'stop', keep }), { pid: 42 })
      assert.deepEqual(stops, [undefined, true, false])
    })
    const faults: readonly [sentence: string, command: Command, code: string][] = [
      ['an unknown jail', { verb: 'jail', jail: 'x' }, 'control.no-jail'],
      ['no address', { verb: 'why', address: 'x; drop' }, 'control.bad-address'],
      ['half the internet', { verb: 'ban', addresses: ['0.0.0.0/1'] }, 'control.bad-address'],
      ['a time before now', { verb: 'ban', addresses: ['192.0.2.9'], lasts: '-5m' }, 'control.bad-duration'],
      ['no time', { verb: 'ban', addresses: ['192.0.2.9'], lasts: '0' }, 'control.bad-duration'],
      ['no duration', { verb: 'ban', addresses: ['192.0.2.9'], lasts: 'soon' }, 'duration.bad'],
      ['an unknown command', { verb: 'toString' } as unknown as Command, 'control.bad-command'],
    ]
    for (const [sentence, command, code] of faults) {
      test(`${sentence} is refused as ${code}`, () => assert.rejects(send(command), { name: 'Fault', code }))
    }
  })
}

const operations: readonly Command[] = [
  { verb: 'unban', addresses: ['192.0.2.200'] },
  { verb: 'reload' },
  { verb: 'stop' },
]
for (const role of ['read', 'operate'] as const satisfies readonly Role[]) {
  for (const command of operations) {
    test(`the role ${role} may ${role === 'read' ? 'not ' : ''}${command.verb}`, async () => {
      if (role === 'operate') await execute(asked, role, command)
      else await assert.rejects(execute(asked, role, command), { code: 'control.forbidden' })
    })
  }
}

test('the socket is for its owner alone', () => {
  assert.equal(statSync(socketPath).mode & 0o777, 0o600)
  assert.equal(statSync(join(folder, 'run')).mode & 0o777, 0o700)
})

test('a second guard on the same socket is refused by name', () =>
  assert.rejects(serve(asked, world, socketPath), { code: 'control.running' }))

test('no guard is told as such, with what to do', () =>
  assert.rejects(ask(join(folder, 'none.sock'), { verb: 'ping' }), { code: 'control.absent', hint: /rampart up/ }))

test('events are heard as they happen', async () => {
  const heard: Event[] = []
  const followed = follow(socketPath, (event) => heard.push(event) < 2)
  await new Promise((resolve) => setTimeout(resolve, 100))
  await ask(socketPath, { verb: 'ban', addresses: ['198.51.100.1'] })
  await ask(socketPath, { verb: 'unban', addresses: ['198.51.100.1'] })
  await followed
  assert.deepEqual(
    heard.map(({ kind }) => kind),
    ['ban', 'unban'],
  )
})

const garbage: readonly [sentence: string, body: string][] = [
  ['no JSON', '{'],
  ['a list', '[]'],
  ['a verb that is no text', '{"verb": {}}'],
  ['addresses that are no list', '{"verb": "ban", "addresses": "192.0.2.1"}'],
  ['addresses that are no texts', '{"verb": "ban", "addresses": [{}]}'],
  ['a jail that is no text', '{"verb": "jail", "jail": 7}'],
  ['a choice that is none', '{"verb": "stop", "keep": "yes"}'],
]

for (const [sentence, body] of garbage) {
  test(`${sentence} is refused`, async () => assert.equal(await post(body), 400))
}

test('a message beyond 1 MiB is cut off, and others are served meanwhile', async () => {
  const refused = post(`{"verb":"why","address":"${'x'.repeat(2 * 1024 * 1024)}"}`).catch(() => 0)
  assert.equal((await ask(socketPath, { verb: 'ping' })).pid, 42)
  assert.notEqual(await refused, 200)
})

test('idle clients beyond the limit are turned away, and their end frees the place', async () => {
  const idle = Array.from({ length: 40 }, () => connect(socketPath).on('error', () => {}))
  await new Promise((resolve) => setTimeout(resolve, 100))
  for (const socket of idle) socket.destroy()
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal((await ask(socketPath, { verb: 'ping' })).pid, 42)
})

function post(body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/v1/command', method: 'POST', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
