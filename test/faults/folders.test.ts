/** Two guards where one may be, and folders that are cleared or cannot be written under a guard that runs. */
import assert from 'node:assert/strict'
import { existsSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const JAILS = `
[DEFAULT]
bantime = 1h
[load]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/load.log
maxretry = 1
`

describe('folders and who holds them', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  let attacker = 0

  before(async () => {
    lab = await Lab.open(JAILS)
    lab.append('log/load.log', '')
    guard = await lab.guard()
  })
  after(() => lab?.close())

  /** A new offender is banned. */
  async function bans(): Promise<void> {
    const [address] = unique(1, 1, attacker++) as [string]
    lab.append('log/load.log', probeLine(address))
    await until('the ban', async () => (await lab.inKernel()).includes(address))
  }
  const second = (words: readonly string[], before: readonly string[] = []) =>
    lab.server.run([...before, 'timeout', '20', join(ROOT, 'bin/rampart'), 'up', ...words])

  const ELSEWHERE = ['--state', '/run/rampart/other', '--socket', '/run/rampart/other.sock']
  /** What the second one shares with the first, its words, and what it is told. */
  const rows: readonly [what: string, words: readonly string[], before: readonly string[], told: RegExp][] = [
    ['everything', [], [], /another guard holds this network's bans \(process PID\)\n {2}\S/],
    ['the table alone', ELSEWHERE, [], /another guard holds this network's bans \(process PID\)\n {2}\S/],
    [
      'the state alone',
      ELSEWHERE.slice(2),
      ['unshare', '--net'],
      /\/var\/lib\/rampart is in use by process PID\n {2}\S/,
    ],
    [
      'the socket alone',
      ELSEWHERE.slice(0, 2),
      ['unshare', '--net'],
      /another guard answers on \S+ \(process PID\)\n {2}\S/,
    ],
  ]
  for (const [what, words, before, told] of rows) {
    test(`R12 a second guard that shares ${what} is refused by the first one's name, which guards on`, async () => {
      const had = (await lab.inKernel()).length
      const { code, err } = await second(words, before)
      assert.equal(code, 1)
      assert.match(err, new RegExp(told.source.replace('PID', String(guard.process.pid))))
      assert.equal((await lab.status()).pid, guard.process.pid)
      assert.equal((await lab.inKernel()).length, had)
      await bans()
    })
  }

  test('R12 what a guard that was killed left behind, and files made to look like it, hold up nobody', async () => {
    await guard.kill()
    for (const folder of ['state', `run/${namespace()}`]) writeFileSync(join(lab.folder, folder, 'lock.pid'), '1\n')
    assert.ok(existsSync(join(lab.folder, 'run/rampart.sock')))
    guard = await lab.guard()
    await bans()
  })

  test('R12 a guard that sleeps for a while is not taken for dead, and goes on', async () => {
    guard.process.kill('SIGSTOP')
    const address = unique(1, 1, attacker++)[0]!
    lab.append('log/load.log', probeLine(address))
    const { code, err } = await second([])
    assert.equal(code, 1)
    assert.match(err, new RegExp(`process ${guard.process.pid}`))
    await sleep(3000)
    guard.process.kill('SIGCONT')
    await until('the ban', async () => (await lab.inKernel()).includes(address))
    await bans()
  })

  test('F23 /run is cleared: the guard answers again, and no second one gets in', async () => {
    for (const name of ['rampart.sock', namespace()]) rmSync(join(lab.folder, 'run', name), { recursive: true })
    await until('the socket', () => existsSync(join(lab.folder, 'run/rampart.sock')))
    await until('the claim', () => existsSync(join(lab.folder, 'run', namespace(), 'lock')))
    assert.equal(statSync(join(lab.folder, 'run/rampart.sock')).mode & 0o777, 0o600)
    await until('an answer', async () => (await lab.status()).pid === guard.process.pid)
    const { code, err } = await second(ELSEWHERE)
    assert.equal(code, 1)
    assert.match(err, new RegExp(`process ${guard.process.pid}`))
    assert.deepEqual((await lab.status()).faults, [])
    await bans()
  })

  /** The folder of the claim in the lab's /run/rampart. */
  function namespace(): string {
    return `net-${/\d+/.exec(readlinkSync(`/proc/${lab.server.pid}/ns/net`))![0]}`
  }
})

describe('folders that cannot be written', { skip: noLab() ?? false }, () => {
  let lab: Lab

  before(async () => {
    lab = await Lab.open(JAILS)
    lab.append('log/load.log', '')
  })
  after(() => lab?.close())

  test('a folder of the configuration that there is none of is told before anything begins', async () => {
    const { code, err } = await lab.rampart('up', '--config', '/etc/nowhere')
    assert.equal(code, 1)
    assert.match(err, /there is no folder \/etc\/nowhere\n {2}\S/)
  })

  test('F23 /run and /var cannot be written at the start: it guards, says so, and answers when they can', async () => {
    for (const folder of ['/run/rampart', '/var/lib/rampart']) {
      await lab.server.must(['mount', '-o', 'remount,bind,ro', folder])
    }
    const guard = await lab.guard()
    lab.append('log/load.log', probeLine('10.1.0.1'))
    await until('the ban', async () => (await lab.inKernel()).includes('10.1.0.1'))
    await until('it is told', () => / fault {4}.*rampart\.sock/.test(guard.out))
    for (const folder of ['/run/rampart', '/var/lib/rampart']) {
      await lab.server.must(['mount', '-o', 'remount,bind,rw', folder])
    }
    await until('an answer', async () => (await lab.rampart('status')).code === 0)
    await until('a history', async () => (await lab.status()).history.state === 'ok', 20_000)
    assert.deepEqual((await lab.status()).faults, [])
    await guard.kill()
    await lab.guard()
    assert.deepEqual(
      (await lab.jail('load')).bans.map(({ address }) => address),
      ['10.1.0.1'],
    )
  })
})
