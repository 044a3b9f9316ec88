/**
 * The published set-up where no syslog daemon runs: there is no /var/log/ufw.log, and Fail2ban would not start. The jail ufw
 * reads what the kernel says, from its device or in the journal, and that is told.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { kernelDevice, kernelLog } from '../lab/kernel-log.ts'
import { ATTACKERS, noLab, until, VISITORS } from '../lab/lab.ts'
import { PublishedHost } from './published/host.ts'

const IGNORED = `${VISITORS}.50`
const ATTACKER = `${ATTACKERS}.9`
const VICTIM = `${VISITORS}.66`
const REMOTE = '/lib/systemd/systemd-journal-remote'
/** As its package leaves it, where it is installed. */
const FAIL2BAN = '/etc/fail2ban'
const MACHINE = '/etc/machine-id'
const BOOT = '/proc/sys/kernel/random/boot_id'
const idOf = (path: string) => readFileSync(path, 'utf8').trim().replaceAll('-', '')
const missing = [REMOTE, '/usr/bin/journalctl', MACHINE].find((path) => !existsSync(path))
const noJournal = missing && `no ${missing} here`

describe('the published set-up on a host without rsyslog, and without a journal', { skip: noLab() ?? false }, () => {
  let host: PublishedHost
  before(async () => {
    host = await withoutRsyslog()
    const device = await kernelDevice(host.lab)
    await host.raiseFirewall()
    await kernelLog(host.lab, (message) => {
      host.kernel.push(message)
      device(message)
    })
  })
  after(() => host?.lab.close())

  test('it starts, and tells that the jail ufw reads the kernel itself', async () => {
    assert.deepEqual(await host.fail2ban('start'), { code: 0, out: 'Server ready\n', err: '' })
    await assertTold(host, "the kernel's log itself (/dev/kmsg)")
    assert.match((await host.fail2ban('status', 'ufw')).out, /File list:\t\/dev\/kmsg\n/)
    const { out } = await host.lab.rampart('status', 'ufw')
    assert.match(out, /^logs +\/dev\/kmsg, since nobody writes \/var\/log\/ufw\.log here$/m)
  })

  test('who is refused is banned by it, who is in ignoreip is not; a restart keeps the ban', () => assertBans(host))
})

describe('the published set-up on a host whose journal is all it has', {
  skip: noLab() ?? noJournal ?? false,
}, () => {
  let host: PublishedHost
  let entries = 0
  before(async () => {
    host = await withoutRsyslog(existsSync(FAIL2BAN) ? FAIL2BAN : undefined)
    journal({ _TRANSPORT: 'stdout', _COMM: 'init', MESSAGE: 'a host begins' })
    await host.raiseFirewall()
    await kernelLog(host.lab, (message) => {
      host.kernel.push(message)
      journal({ _TRANSPORT: 'kernel', SYSLOG_IDENTIFIER: 'kernel', MESSAGE: message })
    })
  })
  after(() => host?.lab.close())

  /** As journald keeps it. Who follows the journal of a host is told of its present boot alone. */
  function journal(entry: Readonly<Record<string, string>>): void {
    const micros = Date.now() * 1000
    const of = {
      ...{ __REALTIME_TIMESTAMP: micros, __MONOTONIC_TIMESTAMP: ++entries, _BOOT_ID: idOf(BOOT) },
      ...{ _SOURCE_REALTIME_TIMESTAMP: micros, _HOSTNAME: 'server', ...entry },
    }
    const lines = Object.entries(of).map(([name, value]) => `${name}=${value}\n`)
    const file = join(host.lab.folder, 'syslog/journal', idOf(MACHINE), 'system.journal')
    mkdirSync(dirname(file), { recursive: true })
    execFileSync(REMOTE, [`--output=${file}`, '-'], {
      input: `${lines.join('')}\n`,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    // As to the group systemd-journal, which the reader has.
    chmodSync(file, 0o644)
  }

  test('it starts, and tells that the jail ufw reads the journal, of the kernel alone', async () => {
    assert.deepEqual(await host.fail2ban('start'), { code: 0, out: 'Server ready\n', err: '' })
    await assertTold(host, 'the journal')
    assert.match((await host.fail2ban('status', 'ufw')).out, /Journal matches:\t_TRANSPORT=kernel\n/)
  })

  test('what a program writes in the words of the kernel counts for nothing', async () => {
    const refused = `[UFW BLOCK] IN=eth0 OUT= SRC=${VICTIM} DST=192.0.2.1 LEN=60 PROTO=TCP SPT=1 DPT=2 SYN URGP=0`
    for (let i = 0; i < 5; i++) {
      journal({ _TRANSPORT: 'syslog', SYSLOG_IDENTIFIER: 'kernel', _COMM: 'logger', MESSAGE: refused })
    }
    await assertBans(host)
  })
})

async function withoutRsyslog(from?: string): Promise<PublishedHost> {
  const host = await PublishedHost.open([IGNORED], from)
  for (const log of ['ufw.log', 'auth.log']) host.remove(`syslog/${log}`)
  await host.lab.nginx()
  return host
}

/** At the start, by `-t`, by the doctor, which finds nothing wrong with it. */
async function assertTold(host: PublishedHost, what: string): Promise<void> {
  const told = `jail ufw reads ${what}: nobody writes /var/log/ufw.log here`
  await until('it is in the log', () => host.lab.read('syslog/fail2ban.log').includes(`INFO    ${told}\n`))
  assert.ok((await host.fail2ban('-t')).err.includes(`NOTICE ${told}\n`))
  const { findings } = JSON.parse((await host.lab.rampart('doctor', '--json')).out) as { findings: { code: string }[] }
  const codes = findings.map(({ code }) => code)
  assert.ok(codes.includes('detection.ufw-kernel-log'))
  assert.ok(!codes.includes('detection.unreadable') && !codes.includes('detection.not-reading'), codes.join())
}

async function assertBans(host: PublishedHost): Promise<void> {
  await host.try('ufw', IGNORED)
  await host.attack('ufw', ATTACKER)
  for (const words of [[], ['restart']]) {
    if (words.length > 0) assert.equal((await host.fail2ban(...words)).code, 0)
    assert.equal(await host.lab.visit(ATTACKER, '/'), 0)
    for (const address of [IGNORED, VICTIM]) assert.equal(await host.lab.visit(address, '/'), 200)
    assert.deepEqual((await host.loop())['ufw'], [ATTACKER])
    assert.deepEqual(await host.lab.inKernel(), [ATTACKER])
  }
}
