/** R15 with a real Fail2ban: what it banned becomes the guard's, while it runs and after it was killed. */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { ended } from '../lab/host.ts'
import { GATEWAY, Lab, noLab, until } from '../lab/lab.ts'
import { startFail2ban } from '../lab/original.ts'

const missing = noLab() ?? (existsSync('/usr/bin/fail2ban-server') ? undefined : 'fail2ban is not installed')

const SERVER_CONF = `[Definition]
loglevel = INFO
logtarget = /run/rampart/fail2ban.log
socket = /run/rampart/fail2ban.sock
pidfile = /run/rampart/fail2ban.pid
dbfile = /run/rampart/fail2ban.sqlite3
`
/** Fail2ban's jails read logs of their own, so that Rampart bans nobody by itself. */
const JAIL_CONF = `[DEFAULT]
backend = polling
banaction = noted
action = %(banaction)s
bantime = 10m
findtime = 10m
filter = noted
logpath = /var/log/nginx/empty.log
[first]
enabled = true
maxretry = 2
logpath = /var/log/nginx/first.log
[growing]
enabled = true
maxretry = 1
bantime = 4
bantime.increment = true
logpath = /var/log/nginx/growing.log
[ever]
enabled = true
bantime = -1
[theirs]
enabled = true
`
const FILTER = `[Definition]
failregex = ^\\s*FAIL from <SUBNET>
`
const ACTION = `[Definition]
actionban = true
`
const RAMPART_LOCAL = `[DEFAULT]
logpath = /var/log/nginx/empty.log
banaction = nftables-multiport
[first]
logpath = /var/log/nginx/empty.log
ignoreip = 198.51.100.40
[growing]
logpath = /var/log/nginx/ours.log
bantime = 1h
maxretry = 3
[theirs]
enabled = false
`

interface Told {
  readonly schema: number
  readonly bans: readonly {
    readonly address: string
    readonly jail: string
    readonly done: boolean
    readonly words: string
  }[]
  readonly past: number
  readonly left: number
}

describe('R15 the import from a real Fail2ban', { skip: missing ?? false }, () => {
  let lab: Lab
  let fail2ban: ChildProcess
  let guard: Guarding

  before(async () => {
    lab = await Lab.open(RAMPART_LOCAL)
    for (const name of ['filter.d', 'action.d']) mkdirSync(join(lab.folder, 'fail2ban', name))
    lab.write('fail2ban/fail2ban.conf', SERVER_CONF)
    lab.write('fail2ban/jail.conf', JAIL_CONF)
    lab.write('fail2ban/filter.d/noted.conf', FILTER)
    lab.write('fail2ban/action.d/noted.conf', ACTION)
    for (const log of ['first', 'growing', 'ours', 'empty']) lab.write(`log/${log}.log`, '')
    fail2ban = await startFail2ban(lab)
    await theirBans()
    guard = await lab.guard()
  })
  after(() => lab?.close())

  async function theirBans(): Promise<void> {
    for (const from of ['198.51.100.10', '203.0.113.0/24', '2001:db8:bad::10'])
      lab.append('log/first.log', fail(from).repeat(2))
    lab.append('log/growing.log', fail('198.51.100.30'))
    const byHand = [
      ['first', GATEWAY, '198.51.100.40', 'nobody.example', '10.0.0.0/8'],
      ['ever', '198.51.100.20', '198.51.100.21'],
      ['theirs', '198.51.100.10'],
    ]
    for (const [jail, ...addresses] of byHand)
      await lab.server.must(['fail2ban-client', 'set', jail!, 'banip', ...addresses])
    await lab.server.must(['fail2ban-client', 'set', 'ever', 'unbanip', '198.51.100.21'])
    await told('the first short ban is over', (log) => /\[growing\] Unban/.test(log))
    lab.append('log/growing.log', fail('198.51.100.30'))
    await told('all bans', (log) => log.split(' Ban ').length > 12)
    await told('the second too', (log) => log.split('[growing] Unban').length > 2)
  }

  /** Its polling may pass over a change; with the next one it reads all. */
  async function told(what: string, isTold: (log: string) => boolean): Promise<void> {
    await until(
      what,
      () => {
        for (const log of ['first', 'growing']) lab.append(`log/${log}.log`, '\n')
        return isTold(lab.read('run/fail2ban.log'))
      },
      20_000,
    )
  }

  const take = async (...words: string[]) => {
    const { out, err } = await lab.rampart('import', 'fail2ban', '--json', ...words)
    assert.equal(err, '')
    return JSON.parse(out) as Told
  }
  const rows = ({ bans }: Told) =>
    bans.map(({ address, jail, words }) => `${jail} ${address} ${words.replace(/\d+m( \d+s)?/, 'TIME')}`).sort()
  /** Each ban in force, as it is told. */
  const inForce = (time: string, ever = time.replace('TIME more', 'ever')) =>
    [
      `first ${GATEWAY} is never banned: it is a gateway of this host`,
      `first 203.0.113.0/24 ${time}`,
      `first 198.51.100.10 ${time}`,
      `first 2001:db8:bad::10 ${time}`,
      'first 198.51.100.40 is never banned: 198.51.100.40 stands in ignoreip of first',
      'first nobody.example "nobody.example" is no address, or too wide a network',
      'first 10.0.0.0/8 "10.0.0.0/8" is no address, or too wide a network',
      `ever 198.51.100.20 ${ever}`,
      'theirs 198.51.100.10 no jail of this name runs here',
    ].sort()

  test('R15 a dry run changes nothing and tells what would be taken over, and what not, and why', async () => {
    const told = await take('--dry-run')
    assert.deepEqual(rows(told), inForce('would be banned for TIME more'))
    assert.deepEqual([told.schema, told.past], [4, 2])
    assert.equal((await lab.status()).banned, 0)
    assert.deepEqual(await lab.inKernel(), [])
  })

  test('R15 while Fail2ban runs its live bans come into the kernel with the time that is left, and stay after kill -9', async () => {
    const told = await take()
    assert.deepEqual(rows(told), inForce('banned for TIME more'))
    const held = ['198.51.100.10', '198.51.100.20', '2001:db8:bad::10', '203.0.113.0']
    assert.deepEqual((await lab.inKernel()).sort(), held)
    const { bans, kernel } = JSON.parse((await lab.rampart('why', '198.51.100.10', '--json')).out)
    assert.deepEqual([bans[0].origin, bans[0].failures, bans[0].matches.length, bans[0].count], ['import', 2, 2, 1])
    assert.match(bans[0].matches[1], /^\d{4}-.* FAIL from 198\.51\.100\.10$/)
    assert.ok(kernel[0].expiresSeconds > 400 && kernel[0].expiresSeconds <= 600, `${kernel[0].expiresSeconds} s`)
    assert.match(JSON.stringify(await lab.jail('ever')), /"address":"198.51.100.20"[^}]*/)
    await guard.kill()
    guard = await lab.guard()
    assert.deepEqual((await lab.inKernel()).sort(), held)
  })

  test('R15 who was banned before is banned longer, as Fail2ban would', async () => {
    lab.append('log/ours.log', fail('198.51.100.30').repeat(2))
    await until('a third ban', async () => (await lab.jail('growing')).bannedNow === 1)
    const { bans } = JSON.parse((await lab.rampart('why', '198.51.100.30', '--json')).out)
    assert.deepEqual([bans[0].count, (bans[0].until - bans[0].from) / 3_600_000], [3, 4])
  })

  test('R15 after Fail2ban was killed too, and a second time nothing is new', async () => {
    fail2ban.kill('SIGKILL')
    await ended(fail2ban)
    const told = await take()
    assert.deepEqual(rows(told), inForce('is banned here already', 'is banned here already'))
    assert.equal((await lab.status()).banned, 5)
  })

  test('R15 for a person it ends with what was taken over, and 1 if not all was', async () => {
    const { code, out } = await lab.rampart('import', 'fail2ban')
    assert.equal(code, 1)
    assert.match(out, /^10\.0\.0\.0\/8 +first +"10\.0\.0\.0\/8" is no address/m)
    assert.match(out, /^4 of 9 bans in force are taken over from \/run\/rampart\/fail2ban\.sqlite3$/m)
  })

  test('R15 without a database, and without a guard, it says what to do', async () => {
    const none = await lab.rampart('import', 'fail2ban', '--database', '/nowhere')
    assert.deepEqual(
      [none.code, none.err],
      [
        1,
        'rampart: /nowhere is not there: Fail2ban has left no database\n  name it: --database FILE (dbfile in fail2ban.conf)\n',
      ],
    )
    await lab.server.must(['mkfifo', '/run/rampart/pipe'])
    for (const path of ['/run/rampart/pipe', '/run/rampart', '/dev/null']) {
      const other = await lab.rampart('import', 'fail2ban', '--database', path)
      assert.equal(other.code, 1)
      assert.ok(other.err.startsWith(`rampart: ${path} is no file\n  name Fail2ban's database`), other.err)
    }
    const { code, err } = await lab.rampart('import', 'fail2ban', '--socket', '/run/rampart/none')
    assert.equal(code, 1)
    assert.match(err, /no guard is running/)
  })
})

function fail(from: string): string {
  const [date, time] = new Date().toISOString().split(/[T.]/)
  return `${date} ${time} FAIL from ${from}\n`
}
