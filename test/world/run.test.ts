import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, test } from 'node:test'
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

describe('a program that may leave others behind', () => {
  const { run } = realWorld()
  const alive = (pid: number) => existsSync(`/proc/${pid}`)

  test('is not waited for longer than for itself, and they run on', async () => {
    const { code, out, timedOut } = await run.once(['sh', '-c', 'sleep 5 & echo $!; exit 3'], { mayLeave: true })
    assert.deepEqual([code, timedOut, alive(Number(out))], [3, false, true])
    process.kill(Number(out))
  })

  test('is asked to end at its time limit, and killed with its group then', async () => {
    const script = "trap 'echo asked; exit 4' TERM; (trap '' TERM; sleep 5) & echo $!; wait"
    const options = { mayLeave: true, timeoutMs: 200, askMs: 200 }
    const { code, out, timedOut } = await run.once(['sh', '-c', script], options)
    const [pid, word] = out.split('\n')
    assert.deepEqual([code, word, timedOut], [4, 'asked', true])
    for (let i = 0; i < 100 && alive(Number(pid)); i++) await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(alive(Number(pid)), false)
  })

  test('is killed at once when it is cut', async () => {
    const cutter = new AbortController()
    setTimeout(() => cutter.abort(), 100)
    const script = "trap '' TERM; echo here; sleep 5"
    const { code, out, timedOut } = await run.once(['sh', '-c', script], { cut: cutter.signal, folder: '/' })
    assert.deepEqual([code, out, timedOut], [137, 'here\n', false])
  })
})
