import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { realWorld } from '../../src/world/real.ts'

const REAL = new URL('../../src/world/real.ts', import.meta.url).href

test('a program that stays ends with the one that started it, even by SIGKILL', async () => {
  const script = `import { realWorld } from '${REAL}'
    const child = realWorld().run.start(['sleep', '60'])
    console.log(child.pid)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [pid] = await once(parent.stdout, 'data')
  const alive = () => existsSync(`/proc/${Number(pid)}`)
  assert.ok(alive())
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  for (let i = 0; i < 100 && alive(); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok(!alive())
})

test("a program that is not there ends with 127, and the process id is the program's own", async () => {
  const { run } = realWorld()
  assert.equal(await run.start(['rampart-has-no-such-program'], { onErr: () => {} }).ended, 127)
  let out = ''
  const child = run.start(['sh', '-c', 'echo $$'], {
    onOut: (bytes) => {
      out += bytes
    },
  })
  assert.equal(await child.ended, 0)
  assert.equal(Number(out), child.pid)
})

test('a program that cannot be started for want of memory or descriptors ends with 127 too', async () => {
  const { run } = realWorld()
  const beyondAllBounds = ['true', 'x'.repeat(200_000)]
  assert.equal((await run.once(beyondAllBounds)).code, 127)
  assert.equal(await run.start(beyondAllBounds).ended, 127)
  const script = `import { openSync } from 'node:fs'
    import { realWorld } from '${REAL}'
    const { run } = realWorld()
    await run.once(['true'])
    try { for (;;) openSync('/dev/null') } catch {}
    console.log((await run.once(['true'])).code, await run.start(['true']).ended)`
  const shell = `ulimit -n 64; exec ${process.execPath} --input-type=module -e "$1"`
  const starved = spawn('sh', ['-c', shell, 'sh', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [out] = await once(starved.stdout, 'data')
  assert.equal(String(out), '127 127\n')
})

test('what it left running in a group of its own keeps nobody waiting beyond the time limit', async () => {
  const leaving = ['sh', '-c', 'echo here; setsid sleep 5 &']
  const { code, out, timedOut } = await realWorld().run.once(leaving, { timeoutMs: 100 })
  assert.deepEqual([code, out, timedOut], [137, 'here\n', true])
})
