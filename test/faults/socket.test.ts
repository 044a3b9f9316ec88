/** The control socket under attack by those who may open it, and by those who may not. Source of the ids: docs/faults.md */
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { controlTarget } from '../../fuzz/control.ts'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'

const MIB = 1024 * 1024
const HEAD = 'POST /v1/command HTTP/1.1\r\nHost: guard\r\n'
const PING = post('{"verb":"ping"}')

test('R48 400 times random bytes end in an answer or a closed connection, and the next who asks is answered', async () => {
  const target = await controlTarget()
  for (let seed = 0; seed < 400; seed++) await target.round(seed)
  await target.close()
})

describe('the control socket under attack', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  let restMiB: number
  const sockets = new Set<Socket>()

  before(async () => {
    lab = await Lab.open('[nginx-botsearch]\nenabled = true\n')
    guard = await lab.guard()
    for (let i = 0; i < 20; i++) await said(open(PING))
    restMiB = rss(guard.process.pid!)
  })
  after(() => lab?.close())

  function open(bytes: string | Uint8Array = ''): Socket {
    const socket = connect(join(lab.folder, 'run/rampart.sock'))
    sockets.add(socket)
    // Read all that comes: the end is told only then.
    socket.on('error', () => {}).resume()
    if (bytes.length > 0) socket.write(bytes)
    return socket
  }

  const many = (count: number, bytes: string | Uint8Array) => Array.from({ length: count }, () => open(bytes))
  const letGo = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }

  test('R48 nobody may speak to the guard: the socket is 0600 in a folder 0700', async () => {
    assert.equal(statSync(join(lab.folder, 'run/rampart.sock')).mode & 0o777, 0o600)
    assert.equal(statSync(join(lab.folder, 'run')).mode & 0o777, 0o700)
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    const { code, err } = await lab.server.run([...nobody, join(ROOT, 'bin/rampart'), 'status'])
    assert.equal(code, 1)
    assert.match(err, /may not speak to the guard/)
  })

  /** What is done while others ask. All of it together may take this much: what V8 has not swept up yet counts too. */
  const attacks: readonly (readonly [name: string, attack: () => unknown, mostMiB?: number])[] = [
    ['50 callers who say nothing', () => many(50, '')],
    ['50 who say a byte a moment, without end', () => many(50, HEAD).map((socket) => drip(socket, 'X: y\r\n'))],
    ['50 who shut their half at once', () => many(50, '').map((socket) => socket.end())],
    ['50 who hear events', () => many(50, 'GET /v1/events HTTP/1.1\r\nHost: guard\r\n\r\n')],
    ['100 MB of a message that should have had a few bytes', () => flood(open(length(100 * MIB)))],
    [
      '100 MB of a message of unknown length',
      () => flood(open(`${HEAD}Transfer-Encoding: chunked\r\n\r\n6400000\r\n`)),
    ],
    ['100 MB of a line without end', () => flood(open('GET /'))],
    ['100 MB of a header without end', () => flood(open(`${HEAD}X: `))],
    ['100 MB of bytes that are no HTTP', () => flood(open(Buffer.from(Array.from({ length: 256 }, (_, i) => i))))],
    ['50 with a megabyte that lacks its end', () => many(50, length(MIB) + 'x'.repeat(MIB - 1)), 64],
    ['50 who ask and do not take the answer', () => many(50, PING.repeat(50)).map((socket) => socket.pause()), 64],
    ['10,000 requests in one breath', () => open(PING.repeat(10_000)), 64],
    ['a million lists inside one another', () => many(5, post(`{"verb":"status","x":${'['.repeat(1e6)}`)), 64],
    ['as many objects as fit', () => many(5, post(`{"verb":"status","x":[${'{},'.repeat(340_000)}0]}`)), 64],
    ['a text of a million escapes', () => many(5, post(`{"verb":"why","address":"${'\\"'.repeat(500_000)}"}`)), 64],
  ]

  for (const [name, attack, mostMiB = 10] of attacks) {
    test(`R48 ${name}: another is answered meanwhile, and the guard stays small`, async (t) => {
      const began = performance.now()
      attack()
      await sleep(100)
      const asked = performance.now()
      await until('an answer', async () => /"pid"/.test(await said(open(PING), 1000)), 10_000)
      t.diagnostic(`answered after ${(performance.now() - asked).toFixed()} ms`)
      await until('the flood is over', () => [...sockets].every((socket) => socket.destroyed || !flooding(socket)))
      letGo()
      const grown = rss(guard.process.pid!) - restMiB
      t.diagnostic(`${grown.toFixed(1)} MiB more than at rest, ${(performance.now() - began).toFixed()} ms`)
      assert.ok(grown < mostMiB, `${grown} MiB`)
      assert.equal(guard.process.exitCode, null)
    })
  }

  test('R48 who says nothing, or never comes to an end, is hung up on', async () => {
    const idle = many(10, '')
    const slow = many(10, HEAD).map((socket) => drip(socket, 'X: y\r\n'))
    await until('all are gone', () => [...idle, ...slow].every(({ closed }) => closed), 20_000)
    letGo()
  })

  test('R48 who asks and shuts his half is answered', async () => {
    const socket = open()
    socket.end(PING)
    assert.match(await said(socket), /"pid"/)
  })

  test('R48 after all of it no place is taken, and nothing was told', async () => {
    // The one that listens, and each that was accepted. Source: unix(7), /proc/net/unix
    const ends = async () =>
      (await lab.server.must(['cat', '/proc/net/unix'])).split('/run/rampart/rampart.sock').length - 1
    await until('no connection is left', async () => (await ends()) === 1)
    const { faults } = await lab.status()
    assert.deepEqual(faults, [])
    assert.equal(guard.err, '')
  })
})

function post(body: string): string {
  return `${length(Buffer.byteLength(body))}${body}`
}

function length(bytes: number): string {
  return `${HEAD}Content-Length: ${bytes}\r\n\r\n`
}

/** All that is answered until the other end hangs up, or for so long; a first answer is enough. */
function said(socket: Socket, ms = 5000): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const end = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(text)
    }
    const timer = setTimeout(end, ms)
    socket.on('data', (bytes) => {
      text += bytes
      if (text.includes('}')) end()
    })
    socket.on('close', end)
  })
}

const DRIP_MS = 300

function drip(socket: Socket, bytes: string): Socket {
  const timer = setInterval(() => socket.write(bytes), DRIP_MS)
  socket.on('close', () => clearInterval(timer))
  return socket
}

const PIECE = Buffer.alloc(64 * 1024, 'x')

/** 100 MB, as fast as they are taken. */
function flood(socket: Socket, left = 1600): void {
  for (let rest = left; rest > 0; rest--) {
    if (socket.destroyed) return
    if (!socket.write(PIECE)) return void socket.once('drain', () => flood(socket, rest - 1))
  }
}

function flooding(socket: Socket): boolean {
  return socket.writableLength > PIECE.length
}

/** MiB that a process holds. Source: proc_pid_status(5) */
function rss(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}
