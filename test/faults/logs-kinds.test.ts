/** Logs of other kinds, and those that are missing or may not be read when the guard starts. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { memory } from '../../bench/guard/processes.ts'
import { childrenOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { end } from '../lab/host.ts'
import { Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const REMOTE = '/lib/systemd/systemd-journal-remote'
const noJournal = existsSync(REMOTE) && existsSync('/usr/bin/journalctl') ? false : 'no systemd-journal-remote here'
const LOGS = '/var/log/nginx'
const jail = (name: string, logpath: string, more = 'maxretry = 1') =>
  `[${name}]\nenabled = true\nfilter = nginx-botsearch\nlogpath = ${logpath}\n${more}\n`

describe('logs of other kinds', { skip: noLab() ?? false }, () => {
  let lab: Lab
  before(async () => {
    lab = await Lab.open(jail('other', `${LOGS}/other.log`))
    lab.write('log/other.log', '')
  })
  after(() => lab?.close())

  /** A guard by other files, in observation, so that several may run; what it prints. */
  function observing(name: string, jails: string, as: readonly string[] = []): { child: ChildProcess; out(): string } {
    const config = join(lab.folder, name)
    mkdirSync(config)
    writeFileSync(join(config, 'jail.local'), jails)
    const words = ['up', '--observe', '--json', '--config', config, '--socket', join(lab.folder, `${name}.sock`)]
    const child = lab.server.start([...as, join(ROOT, 'bin/rampart'), ...words])
    let out = ''
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (bytes) => {
        out += bytes
      })
    }
    return { child, out: () => out }
  }
  const bans = (out: string) =>
    [...out.matchAll(/"kind":"ban","jail":"(\w+)","address":"([\d.]+)"/g)].map(
      ([, name, address]) => `${name} ${address}`,
    )
  const told = (out: () => string, expected: readonly string[]) =>
    until(`${expected.join()} in ${out()}`, () => expected.every((one) => bans(out()).includes(one)))

  test('R19 logs that are missing or may not be read: their jails wait, the others run, each begins when it can', async () => {
    const [fine, missing, unreadable, inside] = unique(50, 4) as [string, string, string, string]
    const path = (name: string) => join(lab.folder, 'log', name)
    writeFileSync(path('fine.log'), '')
    writeFileSync(path('unreadable.log'), probeLine(unreadable), { mode: 0o600 })
    mkdirSync(path('shut'), { mode: 0o700 })
    writeFileSync(path('shut/a.log'), probeLine(inside))
    chmodSync(lab.folder, 0o777)
    const names = { fine: 'fine.log', missing: 'missing.log', unreadable: 'unreadable.log', inside: 'shut/a.log' }
    const jails = Object.entries(names).map(([name, log]) => jail(name, `${LOGS}/${log}`))
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    const { child, out } = observing('r19', jails.join(''), nobody)
    await until('all are told', () => Object.values(names).every((log) => out().includes(`"log":"${LOGS}/${log}"`)))
    for (const log of ['missing.log', 'unreadable.log', 'shut/a.log']) {
      assert.match(out(), new RegExp(`"kind":"log","log":"${LOGS}/${log}","state":"(?:pending|denied)"`))
    }
    writeFileSync(path('fine.log'), probeLine(fine))
    await told(out, [`fine ${fine}`])
    writeFileSync(path('missing.log'), probeLine(missing))
    await told(out, [`missing ${missing}`])
    chmodSync(path('unreadable.log'), 0o644)
    await told(out, [`unreadable ${unreadable}`])
    chmodSync(path('shut'), 0o755)
    await told(out, [`inside ${inside}`])
    await end(child)
  })

  test('standard input is a log: what comes by it counts, to its end, and the guard goes on', async () => {
    const addresses = unique(51, 3)
    const { child, out } = observing('input', jail('input', '-'))
    await until('it reads', () => /"log":"\/dev\/stdin","state":"reading"/.test(out()))
    child.stdin!.write(probeLine(addresses[0]!))
    await told(out, [`input ${addresses[0]}`])
    child.stdin!.end(probeLine(addresses[1]!) + probeLine(addresses[2]!).trimEnd())
    await told(out, [`input ${addresses[1]}`, `input ${addresses[2]}`])
    await until('its end', () => /"log":"\/dev\/stdin","state":"ended"/.test(out()))
    assert.equal(child.exitCode, null)
    await end(child)
    assert.equal(child.exitCode, 0)
  })

  test('a guard whose standard input is open and silent ends in time', async () => {
    const { child, out } = observing('silent', jail('silent', '/dev/stdin'))
    await until('it reads', () => /"log":"\/dev\/stdin","state":"reading"/.test(out()))
    const began = Date.now()
    await end(child)
    assert.equal(child.exitCode, 0)
    assert.ok(Date.now() - began < 5000)
  })

  test('a journal: what is written to it counts, also when journalctl was killed', { skip: noJournal }, async () => {
    const folder = join(lab.folder, 'log/journal')
    mkdirSync(folder)
    const [first, second, third] = unique(52, 3) as [string, string, string]
    write(folder, 1, first)
    const { child, out } = observing(
      'journal',
      `[journal]\nenabled = true\nfilter =\nbackend = systemd[journalpath=${LOGS}/journal]\njournalmatch = _COMM=sshd\nfailregex = Failed password for .* from <HOST>\nmaxretry = 1\n`,
    )
    await told(out, [`journal ${first}`])
    write(folder, 2, second)
    await told(out, [`journal ${second}`])
    const journalctl = () =>
      childrenOf(child.pid!)
        .flatMap(({ pid }) => childrenOf(pid))
        .find(({ words }) => /^journalctl /.test(words))
    process.kill((await until('journalctl', journalctl)).pid, 'SIGKILL')
    write(folder, 3, third)
    await told(out, [`journal ${third}`])
    assert.equal(bans(out()).length, 3)
    await end(child)
  })

  function write(folder: string, part: number, address: string): void {
    const micros = Date.now() * 1000
    const entry = [
      `__REALTIME_TIMESTAMP=${micros}`,
      `__MONOTONIC_TIMESTAMP=${part}`,
      `_BOOT_ID=${'a'.repeat(32)}`,
      `_SOURCE_REALTIME_TIMESTAMP=${micros}`,
      '_HOSTNAME=host',
      '_COMM=sshd',
      '_PID=42',
      `MESSAGE=Failed password for root from ${address} port 22`,
    ]
    const file = join(folder, `part${part}.journal`)
    execFileSync(REMOTE, [`--output=${file}`, '-'], {
      input: `${entry.join('\n')}\n\n`,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    // As journald gives it to the group systemd-journal, which the reader has.
    chmodSync(file, 0o644)
  }
})

describe('packed logs', { skip: noLab() ?? false }, () => {
  let lab: Lab
  before(async () => {
    lab = await Lab.open(jail('packed', `${LOGS}/old.log.*.gz`, 'maxretry = 1000000\nfindtime = 1y'))
  })
  after(() => lab?.close())

  test('they are read once, by their own dates, also by a guard that is started again', async () => {
    const month = 30 * 86_400_000
    const addresses = unique(53, 4000)
    for (const part of [0, 1]) {
      const text = addresses
        .slice(part * 2000, part * 2000 + 2000)
        .map((one) => probeLine(one, '/.env', new Date(Date.now() - month)))
      writeFileSync(join(lab.folder, `log/old.log.${part + 1}.gz`), gzipSync(text.join('')))
    }
    const counted = async () => {
      const { failedNow, logs } = await lab.jail('packed')
      return logs.filter(({ state }) => state === 'ended').length === 2 ? failedNow : 0
    }
    const first = await lab.guard()
    await until('all of it', async () => (await counted()) > 0)
    assert.equal(await counted(), addresses.length)
    await first.stop()
    const again = await lab.guard()
    await until('all of it', async () => (await counted()) > 0)
    const { failedTotal, failedNow } = await lab.jail('packed')
    assert.deepEqual({ failedTotal, failedNow }, { failedTotal: 0, failedNow: addresses.length })
    const why = JSON.parse((await lab.rampart('why', addresses[7]!, '--json')).out) as { counting: { last: number }[] }
    assert.ok(Math.abs(Date.now() - month - why.counting[0]!.last) < 600_000)
    await again.stop()
  })
})

describe('R22 lines of 10 and of 100 MB', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  before(async () => {
    lab = await Lab.open(jail('long', `${LOGS}/long.log`))
    lab.write('log/long.log', '')
    guard = await lab.guard()
  })
  after(() => lab?.close())

  test('R22 who attacks after them is banned, and the guard has grown by less than 50 MB', async (t) => {
    const banned = (address: string) => until(`${address} banned`, async () => (await lab.inKernel()).includes(address))
    const [before, ...later] = unique(54, 3) as [string, string, string]
    lab.append('log/long.log', probeLine(before))
    await banned(before)
    await sleep(1000)
    const held = memory(guard.process.pid!)
    let most = held
    const watch = setInterval(() => {
      most = Math.max(most, memory(guard.process.pid!))
    }, 20)
    for (const [index, megabytes] of [10, 100].entries()) {
      const log = openSync(join(lab.folder, 'log/long.log'), 'a')
      for (let i = 0; i < megabytes; i++) writeSync(log, Buffer.alloc(1_000_000, 'A'))
      writeSync(log, `\n${probeLine(later[index]!)}`)
      await banned(later[index]!)
    }
    clearInterval(watch)
    t.diagnostic(`${held.toFixed(0)} MiB before, ${most.toFixed(0)} at most`)
    assert.ok(most - held < 50, `${held} ${most}`)
    await until('both are told to be cut', async () => (await lab.jail('long')).logs[0]?.cut === 2)
  })
})
