/** R15 rules that a killed Fail2ban left in ufw: they become bans with the time that is left, and no packet slips in between. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ended } from '../lab/host.ts'
import { ATTACKERS, Lab, noLab, ROOT, until } from '../lab/lab.ts'
import { startFail2ban } from '../lab/original.ts'

const ACTION = '/etc/fail2ban/action.d/ufw.conf'
const missing =
  noLab() ?? (existsSync(ACTION) && existsSync('/usr/bin/fail2ban-server') ? undefined : 'fail2ban is not installed')

const JAIL_CONF = `[DEFAULT]
backend = polling
banaction = ufw
action = %(banaction)s
findtime = 10m
bantime = 10m
maxretry = 3
filter = fails
logpath = /var/log/nginx/empty.log
[sshd]
enabled = true
[short]
enabled = true
bantime = 5
[commented]
enabled = true
banaction = ufw[comment="gone: <ip> (<name>)"]
[theirs]
enabled = true
`
const SERVER_CONF = `[Definition]
loglevel = INFO
logtarget = /run/rampart/fail2ban.log
socket = /run/rampart/fail2ban.sock
pidfile = /run/rampart/fail2ban.pid
dbfile = /run/rampart/fail2ban.sqlite3
`

interface Told {
  readonly database?: string
  readonly rules: readonly {
    readonly jail: string
    readonly address: string
    readonly done: boolean
    readonly words: string
  }[]
}

describe('R15 rules that Fail2ban left in ufw', { skip: missing ?? false }, () => {
  let lab: Lab

  before(async () => {
    lab = await Lab.open()
    // UFW's own files, whatever of /etc is the lab's.
    const own =
      'for d in /etc/ufw /etc/default; do mkdir -p /run/own$d; cp -a $d/. /run/own$d/; mount --bind /run/own$d $d; done'
    await lab.server.must(['sh', '-ec', own])
    // Fail2ban has our ufw do what it wants: the rules stand in our table.
    await lab.server.must(['sh', '-ec', `mkdir -p /run/bin; ln -s ${join(ROOT, 'bin/ufw')} /run/bin/ufw`])
    lab.write('fail2ban/fail2ban.conf', SERVER_CONF)
    lab.write('fail2ban/jail.conf', JAIL_CONF)
    for (const name of ['filter.d', 'action.d']) mkdirSync(join(lab.folder, 'fail2ban', name))
    lab.write('fail2ban/filter.d/fails.conf', '[Definition]\nfailregex = ^\\s*FAIL from <SUBNET>\n')
    copyFileSync(ACTION, join(lab.folder, 'fail2ban/action.d/ufw.conf'))
    lab.write('log/empty.log', '')
    lab.write('rampart/jail.local', '[theirs]\nenabled = false\n')
    await ufw('--force', 'enable')
    await ufw('allow', '80/tcp')
  })
  after(() => lab?.close())

  const ufw = (...words: readonly string[]) => lab.server.must([join(ROOT, 'bin/ufw'), ...words])
  const rules = async () => (await ufw('show', 'added')).split('\n').filter((line) => /ufw (reject|deny)/.test(line))
  async function take(...words: readonly string[]): Promise<Told> {
    const { out, err } = await lab.rampart('import', 'fail2ban', '--json', ...words)
    assert.equal(err, '')
    return JSON.parse(out) as Told
  }

  test('R15 they are taken over with the time that is left to them, and go; others stay', async (t) => {
    const fail2ban = await startFail2ban(lab, 'PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin')
    const bans = [
      ['sshd', `${ATTACKERS}.1`],
      ['sshd', '2001:db8:bad::1'],
      ['commented', `${ATTACKERS}.2`],
      ['theirs', `${ATTACKERS}.3`],
      ['short', `${ATTACKERS}.4`],
    ] as const
    for (const [jail, address] of bans) await lab.server.must(['fail2ban-client', 'set', jail, 'banip', address])
    const begun = Date.now()
    await until('its rules', async () => (await rules()).length === bans.length, 20_000)
    fail2ban.kill('SIGKILL')
    await ended(fail2ban)
    // One that its database has never heard of, and one of the admin's.
    await ufw('reject', 'from', `${ATTACKERS}.5`, 'comment', 'by Fail2Ban after 7 attempts against sshd')
    await ufw('reject', 'from', `${ATTACKERS}.6`, 'comment', 'by hand')
    const guard = await lab.guard()
    await until('the short ban is over', () => Date.now() > begun + 7000)

    const before = await rules()
    assert.equal((await take('--dry-run')).rules.length, 6)
    assert.deepEqual(await rules(), before)

    // Somebody knocks all the while.
    let knocks = 0
    let isDone = false
    const knocking = (async () => {
      while (!isDone) {
        assert.equal(await lab.visit(`${ATTACKERS}.1`, '/'), 0)
        knocks += 1
      }
    })()
    const told = await take()
    isDone = true
    await knocking
    t.diagnostic(`${knocks} knocks`)
    const shown = told.rules.map(
      ({ jail, address, done, words }) => `${jail} ${address} ${done} ${words.replace(/\d+m( \d+s)?/, 'TIME')}`,
    )
    assert.deepEqual(shown.sort(), [
      `commented ${ATTACKERS}.2 true is banned here already`,
      `short ${ATTACKERS}.4 true its ban was over`,
      `sshd ${ATTACKERS}.1 true is banned here already`,
      `sshd ${ATTACKERS}.5 true banned for TIME more`,
      'sshd 2001:db8:bad::1 true is banned here already',
      `theirs ${ATTACKERS}.3 false no jail of this name runs here`,
    ])
    assert.deepEqual(
      await rules(),
      [
        `ufw reject from ${ATTACKERS}.6 comment 'by hand'`,
        `ufw reject from ${ATTACKERS}.3 comment 'by Fail2Ban after 0 attempts against theirs'`,
      ].sort((a) => (a.includes('theirs') ? -1 : 1)),
    )
    const kernel = await lab.inKernel()
    assert.deepEqual(kernel.sort(), [`${ATTACKERS}.1`, `${ATTACKERS}.2`, `${ATTACKERS}.5`, '2001:db8:bad::1'])
    const { bans: known } = JSON.parse((await lab.rampart('why', `${ATTACKERS}.1`, '--json')).out)
    assert.ok(known[0].until - Date.now() < 599_000, 'of what its database says is left')
    const { bans: unknown } = JSON.parse((await lab.rampart('why', `${ATTACKERS}.5`, '--json')).out)
    assert.deepEqual([unknown[0].failures, Math.round((unknown[0].until - unknown[0].from) / 60_000)], [7, 10])
    assert.match(
      await ufw('status'),
      new RegExp(`REJECT +${ATTACKERS}\\.5 +# by Fail2Ban after 7 attempts against sshd\\n`),
    )

    assert.deepEqual(
      (await take()).rules.map(({ address }) => address),
      [`${ATTACKERS}.3`],
      'a second time nothing is new',
    )
    await guard.stop()
  })

  test('R15 without a database they are taken over all the same', async () => {
    await lab.server.must(['sh', '-c', 'rm /run/rampart/fail2ban.sqlite3*'])
    await ufw('reject', 'from', `${ATTACKERS}.9`, 'comment', 'by Fail2Ban after 3 attempts against sshd')
    const guard = await lab.guard()
    const told = await take()
    assert.deepEqual(told.rules.map(({ address, done }) => [address, done]).sort(), [
      [`${ATTACKERS}.3`, false],
      [`${ATTACKERS}.9`, true],
    ])
    assert.ok((await lab.inKernel()).includes(`${ATTACKERS}.9`))
    const { out } = await lab.rampart('import', 'fail2ban')
    assert.match(out, /^0 of 1 rules that Fail2ban left behind in ufw became bans/m)
    await guard.stop()
  })
})
