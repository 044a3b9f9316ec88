/** What monitoring is told, over the socket and on a port of the loopback, and that both formats allow it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { listenAt } from '../../../src/config/listen-at.ts'
import type { ListenAt } from '../../../src/config/settings.ts'
import { ask, askMetrics } from '../../../src/control/client.ts'
import { formatOf } from '../../../src/control/metrics/exposition.ts'
import { listening } from '../../../src/control/metrics/listener.ts'
import { serve } from '../../../src/control/socket.ts'
import { Engine } from '../../../src/engine/engine.ts'
import type { HeldJail } from '../../../src/engine/held-jail.ts'
import { noHistory } from '../../../src/engine/history/no-history.ts'
import { usage } from '../../../src/engine/life/usage.ts'
import { manualJail } from '../../../src/engine/manual-jail.ts'
import { steadyClock } from '../../../src/engine/steady-clock.ts'
import { realWorld } from '../../../src/world/real.ts'
import { until } from '../../lab/lab.ts'
import { parsed } from './parsed.ts'

const world = realWorld()
const folder = mkdtempSync(join(tmpdir(), 'rampart-metrics-'))
const socketPath = join(folder, 'run/rampart.sock')
const HOSTILE = 'a"b\\c\nd{e}="1" 7 ärger \ud800'
const manual = manualJail(world)
const hostile: HeldJail = {
  ...manual,
  name: HOSTILE,
  logs: new Map([
    ['/a', { log: '/a', state: 'reading', cut: 0, behind: 70_000 }],
    ['/b', { log: '/b', state: 'pending', cut: 0, behind: 0 }],
  ]),
}
const engine = new Engine({
  version: '1.2.3',
  pid: process.pid,
  clock: steadyClock(world.clock),
  history: noHistory(),
  table: undefined,
  jails: [hostile],
  spared: () => [],
  ignored: () => () => undefined,
  faults: [],
  lastSeq: 0,
  usage: async () => usage(world.files, process.pid),
})
const asked = { engine, reload: async () => ({ done: false, faults: [] }) as const, stop: () => {} }
const server = await serve(asked, world, socketPath)
await engine.ban([{ family: 4, bits: 0xc0000201n, prefix: 32, text: '192.0.2.1' }], {
  jail: HOSTILE,
  lasts: 600,
  force: false,
})
after(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

for (const format of ['text', 'openmetrics'] as const)
  describe(format, () => {
    test('is what its specification allows, however a jail is named', async () => {
      const families = parsed(await askMetrics(socketPath, ACCEPTED[format]), format)
      const bans = families.get('rampart_bans_active')
      assert.deepEqual(bans?.samples, [
        { name: 'rampart_bans_active', labels: { jail: HOSTILE.toWellFormed() }, value: 1 },
      ])
      const behind = families.get('rampart_log_lag_bytes')!.samples
      assert.deepEqual(
        behind.map(({ value }) => value),
        [70_000],
      )
      const logs = families.get('rampart_logs')!.samples.map(({ labels, value }) => `${labels['state']} ${value}`)
      assert.deepEqual(logs, ['reading 1', 'pending 1'])
      const total = families.get(format === 'text' ? 'rampart_bans_total' : 'rampart_bans')
      assert.deepEqual(total?.samples[0]?.value, 1)
      assert.ok(families.get('process_resident_memory_bytes')!.samples[0]!.value > 1e7)
      const info = families.get(format === 'text' ? 'rampart_build_info' : 'rampart_build')
      assert.deepEqual(info?.samples[0]?.labels, { version: '1.2.3' })
    })
    test('names no address', async () => {
      assert.doesNotMatch(await askMetrics(socketPath, ACCEPTED[format]), /192\.0\.2\.1/)
    })
  })

const ACCEPTED = {
  text: 'text/plain',
  openmetrics: 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
} as const

const noPromtool = spawnSync('promtool', ['--version']).error ? 'promtool is not installed' : false
test('promtool has no fault to find', { skip: noPromtool }, async () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: await askMetrics(socketPath, 'text/plain'),
    encoding: 'utf8',
  })
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
})

test('docs/metrics.md names each, and no other', async () => {
  const told = parsed(await askMetrics(socketPath, 'text/plain'), 'text')
  const names = [...told.keys(), ...UNUSED].sort()
  const rows = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8').match(/^\| `.*$/gm) ?? []
  const documented = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)/g)].map(([, name]) => name!))
  assert.deepEqual(documented.sort(), names)
})

/** Of a kernel that is not used here. */
const UNUSED = ['up', 'transactions_total', 'errors_total'].map((name) => `rampart_kernel_${name}`)
UNUSED.push('rampart_healings_total')

test('as a command it is one value', async () => {
  const figures = await ask(socketPath, { verb: 'metrics' })
  assert.equal(figures.status.banned, 1)
  assert.deepEqual(figures.tally, { transactions: 0, refusals: 0, healedBans: 0, healedRules: 0 })
})

const ACCEPTS: readonly (readonly [accept: string | undefined, format: 'text' | 'openmetrics'])[] = [
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/plain', 'text'],
  [ACCEPTED.openmetrics, 'openmetrics'],
  ['Application/OpenMetrics-Text', 'openmetrics'],
  ['application/openmetrics-text;q=0', 'text'],
  ['text/plain;q=0.9, application/openmetrics-text;q=0.8', 'text'],
  [';;;,,q=,=', 'text'],
]
for (const [accept, format] of ACCEPTS)
  test(`Accept: ${accept} is answered as ${format}`, () => assert.equal(formatOf(accept), format))

const PLACES: readonly (readonly [text: string, at: ListenAt | undefined | string])[] = [
  ['', undefined],
  ['off', undefined],
  ['127.0.0.1:9191', { host: '127.0.0.1', port: 9191 }],
  ['127.9.9.9:1', { host: '127.9.9.9', port: 1 }],
  ['localhost:9191', { host: '127.0.0.1', port: 9191 }],
  ['[::1]:65535', { host: '::1', port: 65535 }],
  ['0.0.0.0:9191', 'config.not-loopback'],
  ['[::]:9191', 'config.not-loopback'],
  ['192.0.2.1:9191', 'config.not-loopback'],
  ['[::ffff:192.0.2.1]:9191', 'config.not-loopback'],
  [':9191', 'config.bad-address'],
  ['9191', 'config.bad-address'],
  ['127.0.0.1', 'config.bad-address'],
  ['127.0.0.1:0', 'config.bad-address'],
  ['127.0.0.1:65536', 'config.bad-address'],
  ['127.0.0.0/8:80', 'config.bad-address'],
  ['example.org:80', 'config.bad-address'],
]
for (const [text, at] of PLACES)
  test(`metrics = ${text} is ${typeof at === 'string' ? at : JSON.stringify(at)}`, () => {
    if (typeof at !== 'string') return assert.deepEqual(listenAt(text), at)
    assert.throws(() => listenAt(text), { code: at })
  })

describe('on a port', () => {
  test('it is told to whoever asks by a name of this host, and nothing else is', async () => {
    const port = await freePort()
    let wanted: ListenAt | undefined = { host: '127.0.0.1', port }
    const listener = listening(asked, world, () => wanted)
    try {
      await until('it listens', async () => (await told(port, '/metrics')).status === 200, 10_000)
      const { text } = await told(port, '/metrics')
      assert.equal(parsed(text, 'text').get('rampart_banned_addresses')?.samples[0]?.value, 1)
      assert.equal((await told(port, '/v1/events')).status, 404)
      assert.equal((await told(port, '/metrics', { host: `evil.example:${port}` })).status, 403)
      assert.equal((await told(port, '/v1/command', {}, 'POST')).status, 404)
      assert.equal((await told(port, '/metrics', {}, 'POST')).status, 405)
      wanted = undefined
      await until('it is switched off', async () => (await told(port, '/metrics')).status === 0, 10_000)
    } finally {
      await listener.close()
    }
  })

  test('one that is taken is a fault, and is listened on when it is free', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const listener = listening(asked, world, () => ({ host: '127.0.0.1', port }))
    const codes = () => engine.status().faults.map(({ code }) => code)
    try {
      await until('it is told', async () => codes().includes('metrics.port'), 10_000)
      await new Promise((resolve) => taken.close(resolve))
      await until('it listens', async () => (await told(port, '/metrics')).status === 200, 10_000)
      assert.deepEqual(codes(), [])
    } finally {
      await listener.close()
    }
  })
})

test('the socket that tells it is root alone', () => {
  assert.equal(statSync(socketPath).mode & 0o777, 0o600)
})

/** 0: nobody answers. */
function told(port: number, path: string, headers = {}, method = 'GET'): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece
      })
      response.on('end', () => resolve({ status: response.statusCode!, text }))
    })
    sent.on('error', () => resolve({ status: 0, text: '' }))
    sent.end()
  })
}

async function freePort(): Promise<number> {
  const one = createServer()
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
  const { port } = one.address() as AddressInfo
  await new Promise((resolve) => one.close(resolve))
  return port
}
