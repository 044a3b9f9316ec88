/** What filters see of a journal's entries is what the installed Fail2ban's systemd backend shows them. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { journalLines } from '../../src/cli/log/journal-lines.ts'
import { realWorld } from '../../src/world/real.ts'

const REMOTE = '/lib/systemd/systemd-journal-remote'
const folder = mkdtempSync(join(tmpdir(), 'rampart-journal-oracle-'))
after(() => rmSync(folder, { recursive: true }))

function lacking(): string | false {
  if (!existsSync(REMOTE) || !existsSync('/usr/bin/journalctl')) return 'systemd-journal-remote is not installed'
  if (spawnSync('fail2ban-regex', ['--version']).status !== 0) return 'Fail2ban is not installed'
  if (spawnSync('/usr/bin/python3', ['-c', 'import systemd.journal']).status !== 0)
    return 'python3-systemd is not installed'
  return false
}

const KERNEL = { _HOSTNAME: 'web1', SYSLOG_IDENTIFIER: 'kernel' }
const ENTRIES: readonly (readonly [what: string, fields: Readonly<Record<string, string>>])[] = [
  ['the kernel', { ...KERNEL, _TRANSPORT: 'kernel', _SOURCE_MONOTONIC_TIMESTAMP: '12345678901' }],
  ['just after the boot', { ...KERNEL, _SOURCE_MONOTONIC_TIMESTAMP: '0' }],
  ['long after it', { ...KERNEL, _SOURCE_MONOTONIC_TIMESTAMP: '999999999999999' }],
  ['without the time at which the kernel said it', KERNEL],
  ['without a host', { SYSLOG_IDENTIFIER: 'kernel', _SOURCE_MONOTONIC_TIMESTAMP: '1234567' }],
  ['a program of that name with a number', { ...KERNEL, _PID: '7', _SOURCE_MONOTONIC_TIMESTAMP: '1234567' }],
  ['a command of that name', { _HOSTNAME: 'web1', _COMM: 'kernel', _SOURCE_MONOTONIC_TIMESTAMP: '1234567' }],
  ['another with such a time', { ...KERNEL, SYSLOG_IDENTIFIER: 'sshd', _SOURCE_MONOTONIC_TIMESTAMP: '1234567' }],
  ['a number of syslog', { _HOSTNAME: 'web1', _COMM: 'sudo', SYSLOG_PID: '8', _PID: '9' }],
  ['no sender', { _HOSTNAME: 'web1' }],
]

test('of every kind of entry the line is the same', { skip: lacking() }, async () => {
  const path = join(folder, 'x.journal')
  const now = Math.floor(Date.now() / 1000) - 60
  const written = ENTRIES.map(([what, fields], at) => {
    const all = { ...fields, MESSAGE: `${what}: SRC=192.0.2.${at + 1}` }
    const head = `__REALTIME_TIMESTAMP=${(now + at) * 1_000_000}\n__MONOTONIC_TIMESTAMP=${5_000_000 + at}\n_BOOT_ID=${'a'.repeat(32)}\n`
    return `${head}${Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')}\n`
  })
  execFileSync(REMOTE, [`--output=${path}`, '-'], { input: written.join(''), stdio: ['pipe', 'ignore', 'pipe'] })

  const source = `systemd-journal[journalfiles="${path}"]`
  const told = execFileSync('fail2ban-regex', ['--print-all-matched', source, 'SRC=<HOST>'], { encoding: 'utf8' })
  const theirs = [...told.matchAll(/^\| {2}\S+ (.*SRC=.*)$/gm)].map(([, line]) => line!)
  const ours: string[] = []
  const choice = { parameters: new Map([['journalfiles', path]]), journalmatch: [] }
  await journalLines(realWorld().run, choice, (line) => ours.push(line))
  assert.equal(theirs.length, ENTRIES.length)
  assert.deepEqual(ours, theirs)
})
