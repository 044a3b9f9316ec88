/** Too few file descriptors and processes. Source of the ids: docs/faults.md */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { childrenOf, limitFiles, readerOf, statusOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const JAILS = `[nginx-botsearch]
enabled = true
maxretry = 1
logpath = /var/log/nginx/*.log
`
const FEW = 24
/** As long as it must be borne: R51 says 60. */
const SHORT_S = Number(process.env['RAMPART_SHORT_SECONDS'] ?? 4)

describe('a guard that may open few files and start no programs', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  const core = () => guard.process.pid!

  before(async () => {
    lab = await Lab.open(JAILS)
    guard = await lab.guard()
    // What looks over the configuration after the start has ended.
    await until('at rest', () => childrenOf(core()).length <= 3, 30_000)
  })
  after(() => lab?.close())

  const banned = async (addresses: readonly string[]) => {
    const held = new Set(await lab.inKernel())
    return addresses.every((one) => held.has(one))
  }
  const told = (since: number) =>
    guard.out
      .slice(since)
      .split('\n')
      .filter((line) => /^\d\d:\d\d:\d\d /.test(line))
  const timesOf = (lines: readonly string[], address: string) =>
    lines.filter((line) => line.includes(` ban `) && line.includes(` ${address} `)).length

  /** Each of them attacks, one a second, and another asks each second. */
  async function underAttack(attackers: readonly string[]): Promise<void> {
    for (const attacker of attackers) {
      const began = performance.now()
      lab.append('log/access.log', probeLine(attacker))
      const { code, out, err } = await lab.rampart('status')
      assert.equal(code, 0, err)
      assert.match(out, /guards since/)
      await sleep(Math.max(0, 1000 - (performance.now() - began)))
    }
  }

  async function recovers(attackers: readonly string[], since: number, tell: (text: string) => void): Promise<void> {
    const freed = performance.now()
    await until('all are banned', () => banned(attackers), 15_000)
    tell(`bans resume after ${(performance.now() - freed).toFixed()} ms`)
    await until('all are told', () => attackers.every((one) => timesOf(told(since), one) > 0))
    const lines = told(since)
    for (const attacker of attackers) assert.equal(timesOf(lines, attacker), 1, attacker)
    const others = lines.filter((line) => !/ ban /.test(line))
    assert.ok(others.length <= 5, others.join('\n'))
    const status = await lab.status()
    assert.deepEqual({ pending: status.pending, kernel: status.kernel.state }, { pending: 0, kernel: 'ok' })
    await until('nothing differs', async () => (await lab.rampart('status', '--verify')).code === 0)
    assert.equal(guard.err, '')
  }

  test(`R51 only ${FEW} open files for ${SHORT_S} s: the guard answers, then bans all, tells it once`, async (t) => {
    const attackers = unique(1, SHORT_S)
    const since = guard.out.length
    await limitFiles(lab.server, core(), FEW)
    await underAttack(attackers)
    assert.ok((await lab.status()).faults.some(({ code }) => code === 'host.descriptors'))
    await limitFiles(lab.server, core(), undefined)
    await recovers(attackers, since, (text) => t.diagnostic(text))
    await until('it is over', async () => (await lab.status()).faults.length === 0)
  })

  test(`R51 only ${FEW} open files for guard and reader, while logs are rotated and come: no line is lost`, async (t) => {
    const attackers = unique(2, 4)
    const since = guard.out.length
    const reader = readerOf(core())!
    await limitFiles(lab.server, core(), FEW)
    // Fewer than it has.
    await limitFiles(lab.server, reader, FEW - 4)
    const log = join(lab.folder, 'log/access.log')
    lab.append('log/access.log', probeLine(attackers[0]!))
    await sleep(1500)
    renameSync(log, `${log}.1`)
    lab.append('log/access.log.1', probeLine(attackers[1]!))
    lab.append('log/access.log', probeLine(attackers[2]!))
    lab.append('log/new.log', probeLine(attackers[3]!))
    await sleep(2500)
    assert.equal((await lab.rampart('status')).code, 0)
    for (const pid of [core(), reader]) await limitFiles(lab.server, pid, undefined)
    await recovers(attackers, since, (text) => t.diagnostic(text))
    assert.equal(readerOf(core()), reader, 'it is the reader that was there before')
  })

  test('R51 no process can be started for a while: the guard answers, then bans all, tells it once', async (t) => {
    const group = '/sys/fs/cgroup/pids'
    const own = `${group}/rampart-test-${process.pid}`
    try {
      mkdirSync(own)
    } catch {
      return t.skip('no control group of processes can be made here')
    }
    const before = /\d+:pids:(.*)/.exec(readFileSync(`/proc/${core()}/cgroup`, 'utf8'))![1]
    const attackers = unique(3, 5)
    const since = guard.out.length
    try {
      writeFileSync(join(own, 'cgroup.procs'), String(core()))
      writeFileSync(join(own, 'pids.max'), String(statusOf(core(), 'Threads')))
      await underAttack(attackers)
    } finally {
      writeFileSync(join(group, before ?? '', 'cgroup.procs'), String(core()))
    }
    await recovers(attackers, since, (text) => t.diagnostic(text))
    await until('the group is empty', () => readFileSync(join(own, 'cgroup.procs'), 'utf8') === '')
    rmdirSync(own)
  })
})
