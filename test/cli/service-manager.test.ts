/** What systemd is told, at a real socket by its own program. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { serviceManager } from '../../src/cli/service-manager.ts'
import { fakeWorld } from '../../src/world/fake.ts'
import { realWorld } from '../../src/world/real.ts'

const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print('listening', flush=True)
while True: print(s.recv(4096).decode().replace('\\n', ' '), flush=True)`

const skip = spawnSync('systemd-notify', ['--version']).status === 0 ? false : 'systemd-notify is not here'

test('it is ready, it lives, it stops', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-notify-'))
  const listener = spawn('python3', ['-c', LISTENER, join(folder, 'socket')], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const heard = lines(listener.stdout)
    assert.equal(await heard(), 'listening')
    const service = serviceManager(realWorld(), { NOTIFY_SOCKET: join(folder, 'socket'), WATCHDOG_USEC: '150000' })
    service.ready()
    const hear = async (wanted: string) => {
      while (!(await heard()).includes(wanted));
    }
    await hear('READY=1')
    await hear('WATCHDOG=1')
    await hear('WATCHDOG=1')
    service.stopping()
    await hear('STOPPING=1')
  } finally {
    listener.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
})

test('without systemd nothing is run', () => {
  const world = fakeWorld()
  const service = serviceManager(world, {})
  service.ready()
  service.stopping()
  assert.deepEqual(world.ran, [])
})

function lines(stream: NodeJS.ReadableStream): () => Promise<string> {
  const waiting: string[] = []
  let rest = ''
  stream.on('data', (bytes) => {
    const parts = `${rest}${bytes}`.split('\n')
    rest = parts.pop() ?? ''
    waiting.push(...parts)
  })
  return async () => {
    while (waiting.length === 0) await once(stream, 'data')
    return waiting.shift() ?? ''
  }
}
