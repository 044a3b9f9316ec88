/** The demo, run as a user would but without a terminal: what it shows happened, and nothing is left of it. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { noLab, ROOT, sleep, until } from './lab/lab.ts'

const skip = noLab() ?? false

test('the demo bans its attackers, refuses no visitor and leaves nothing behind', { skip }, async (t) => {
  const { demo, said, left } = start(t)
  const [code] = await once(demo, 'close')
  assert.equal(code, 0, said())
  for (const jail of ['http-auth', 'botsearch', 'limit-req', 'bad-request', '4xx', 'forbidden', 'sslerror']) {
    assert.match(said(), new RegExp(`^ +nginx-${jail} +\\d+$`, 'm'))
  }
  assert.match(said(), /^ +attackers seen +107 .*\n +banned +107$/m)
  assert.match(said(), /^ +visitors' requests refused +0$/m)
  assert.match(said(), /sudo npm start/)
  assert.doesNotMatch(said(), /\x1b/, 'no colour without a terminal')
  assert.deepEqual(left(), [])
})

for (const signal of ['SIGINT', 'SIGHUP'] as const) {
  test(`the demo leaves nothing behind when ${signal} ends it`, { skip }, async (t) => {
    const { demo, said, left } = start(t)
    await until('the first ban', () => /banned for/.test(said()))
    demo.kill(signal)
    const [code] = await once(demo, 'close')
    assert.equal(code, 130, said())
    assert.deepEqual(left(), [])
  })
}

test('no process of the demo outlives it when it is killed', { skip }, async (t) => {
  const { demo, said, left } = start(t)
  await until('the first ban', () => /banned for/.test(said()))
  demo.kill('SIGKILL')
  const processes = () => left().filter((one) => one.startsWith('process'))
  await until('all have ended', () => processes().length === 0)
})

test('the demo tells an ordinary user in one sentence what to do', (t) => {
  const nobody = process.getuid!() === 0 ? { uid: 65534, gid: 65534 } : {}
  const demo = join(ROOT, 'test/demo.ts')
  const reads = spawnSync(process.execPath, ['-e', 'fs.readFileSync(process.argv[1])', demo], nobody)
  if (reads.status !== 0) return t.skip('this folder is closed to ordinary users')
  const { status, stderr } = spawnSync(process.execPath, [demo], { ...nobody, encoding: 'utf8' })
  assert.equal(status, 1)
  const sentence = 'rampart: the demo needs root for the network namespaces of its sandbox'
  assert.equal(stderr, `${sentence}\n  run: sudo npm run demo\n`)
})

/** @returns the running demo, what it has said so far, and what there is of it: temporary files and processes */
function start(t: TestContext): { demo: ChildProcess; said: () => string; left: () => string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-demo-test-'))
  const env = { ...process.env, TMPDIR: folder }
  const demo = spawn(process.execPath, [join(ROOT, 'test/demo.ts')], { env, stdio: 'pipe' })
  let output = ''
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes
    })
  }
  t.after(async () => {
    demo.kill('SIGKILL')
    await sleep(50)
    rmSync(folder, { recursive: true, force: true })
  })
  return { demo, said: () => output, left: () => [...readdirSync(folder), ...processesOf(folder)] }
}

/** Those that were given the folder, or see it mounted. */
function processesOf(folder: string): string[] {
  const mentions = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(folder)
    } catch {
      return false
    }
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => mentions(pid, 'environ') || mentions(pid, 'mountinfo')).map((pid) => `process ${pid}`)
}
