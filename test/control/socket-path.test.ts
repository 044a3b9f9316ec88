/** What a socket cannot be is told, and is never another's. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Fault } from '../../src/base/fault.ts'
import { ask } from '../../src/control/client.ts'
import { askFail2ban } from '../../src/control/fail2ban/client.ts'
import { holdSocket } from '../../src/control/hold-socket.ts'
import { realWorld } from '../../src/world/real.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-path-'))
after(() => rmSync(folder, { recursive: true }))

describe('the path of a socket', () => {
  const long = join(folder, 'a'.repeat(150))
  const rows: readonly [name: string, ask: () => Promise<unknown>][] = [
    ["rampart's own", () => ask(long, { verb: 'status' })],
    ["Fail2ban's", () => askFail2ban(long, ['ping'], 0)],
  ]
  for (const [name, asked] of rows) {
    test(`${name}: one that is too long is not cut to another's`, async () => {
      const server = createServer((one) => one.destroy()).listen(long.slice(0, 107))
      await assert.rejects(asked(), { code: 'control.long-path' })
      server.close()
    })
  }

  test('a guard does not listen on one that is too long', async () => {
    assert.equal((await faultOf(long)).code, 'control.long-path')
    assert.ok(!existsSync(long.slice(0, 107)))
  })

  test('what is no socket stays as it is', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'kept')
    assert.equal((await faultOf(file)).code, 'control.no-socket-file')
    assert.equal(readFileSync(file, 'utf8'), 'kept')
    mkdirSync(join(folder, 'folder'))
    assert.equal((await faultOf(join(folder, 'folder'))).code, 'control.no-socket-file')
  })
})

async function faultOf(path: string): Promise<Fault> {
  const told: (Fault | undefined)[] = []
  const held = await holdSocket(realWorld(), path, {
    make: () => ({ server: createServer(), hangUp: () => {} }),
    mask: 0o077,
    onFault: (fault) => void told.push(fault),
  })
  await held.close()
  assert.ok(told[0])
  return told[0]
}
