/** Bans of `banaction = ufw` in UFW's words: as the installed Fail2ban has the installed ufw list them, and without a guard. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../../lab/guarding.ts'
import type { Host } from '../../lab/host.ts'
import { ATTACKERS, Lab, noLab, ROOT, until } from '../../lab/lab.ts'
import { startFail2ban } from '../../lab/original.ts'

const ACTION = '/etc/fail2ban/action.d/ufw.conf'

/** Both programs read it. */
const JAILS = `[DEFAULT]
backend = polling
banaction = ufw
action = %(banaction)s
bantime = 1h
findtime = 10m
maxretry = 3
filter = fails
logpath = /var/log/nginx/empty.log
[web]
enabled = true
logpath = /var/log/nginx/fails.log
[sshd]
enabled = true
[application]
enabled = true
banaction = ufw[application="Lab Web"]
[denying]
enabled = true
banaction = ufw[blocktype=deny]
[commented]
enabled = true
banaction = ufw[comment="<name>: <failures> by <ip>"]
[ported]
enabled = true
banaction = ufw[port=25, protocol=tcp]
[nobody]
enabled = true
banaction = ufw[application="lab web"]
`
/** Ours alone: its filter is of the stock. */
const UFW_JAIL = `[ufw]
enabled = true
filter = ufw
logpath = /var/log/ufw.log
banaction = ufw
maxretry = 3
# Its bans are in the same set of the kernel as those of the application, but not in UFW's words.
[unnamed]
enabled = true
filter = fails
action = iptables-multiport[port="80,443,8080", protocol=all, blocktype=REJECT]
`
const FILTER = `[Definition]
failregex = ^\\s*FAIL from <SUBNET>
`
const FAIL2BAN = `[Definition]
loglevel = INFO
logtarget = /run/rampart/fail2ban.log
socket = /run/rampart/fail2ban.sock
pidfile = /run/rampart/fail2ban.pid
dbfile = /run/rampart/fail2ban.sqlite3
`
const PROFILE = `[Lab Web]
title=t
description=d
ports=80,443/tcp|8080/udp
`

/** In order; the last one of an address that another jail has banned already. */
const BANS = [
  ['sshd', `${ATTACKERS}.1`],
  ['sshd', '2001:db8:bad::1'],
  ['application', `${ATTACKERS}.2`],
  ['application', '2001:db8:bad::2'],
  ['denying', `${ATTACKERS}.3`],
  ['commented', `${ATTACKERS}.4`],
  ['ported', `${ATTACKERS}.5`],
  ['nobody', `${ATTACKERS}.6`],
  ['sshd', '203.0.113.0/24'],
  ['ported', `${ATTACKERS}.1`],
] as const

const missing = noLab()

describe('bans in UFW’s words', { skip: missing ?? false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await labOf()
    await said('ufw --force enable')
    await said('ufw allow 22/tcp')
    lab.write('rampart/jail.local', UFW_JAIL)
    guard = await lab.guard()
    await ban(lab, (jail, address) => ['rampart', 'ban', address, '--jail', jail])
  })
  after(() => lab?.close())

  const run = (words: readonly string[], input = '') =>
    lab.server.run([join(ROOT, 'bin', words[0]!), ...words.slice(1)], input)
  async function said(sentence: string, input = ''): Promise<string> {
    const { code, out, err } = await run(sentence.split(' '), input)
    return code === 0 ? out : `${code}: ${err}`
  }
  /** What is listed, without columns. */
  async function listed(form = ''): Promise<string[]> {
    const text = await said(`ufw status${form && ` ${form}`}`)
    const lines = text.split('\n').filter((line) => /Fail2Ban|by \d|ALLOW|DENY|REJECT/.test(line))
    return lines.map((line) => line.replace(/ +/g, ' ').trim())
  }

  test('as the installed Fail2ban has the installed ufw list them', {
    skip:
      existsSync('/usr/bin/fail2ban-server') && existsSync('/usr/sbin/ufw') && existsSync(ACTION)
        ? false
        : 'Fail2ban or ufw is not installed',
  }, async () => {
    const theirs = await theirStatus()
    for (const [i, words] of ['status', 'status verbose', 'status numbered'].entries()) {
      assert.deepEqual((await said(`ufw ${words}`)).split('\n'), theirs[i]!.split('\n'), words)
    }
  })

  test('a program is told whose ban it is and until when', async () => {
    const { rules } = JSON.parse(await said('ufw status --json')) as {
      rules: {
        number: number
        action: string
        from: { address: string }
        ban: { jail: string; until: string } | null
      }[]
    }
    const shown = rules.find(({ from }) => from.address === `${ATTACKERS}.3`)!
    assert.deepEqual([shown.action, shown.ban?.jail], ['deny', 'denying'])
    assert.ok(Date.parse(shown.ban!.until) > Date.now() + 3_000_000)
    assert.equal(rules.at(-1)?.ban, null)
  })

  test('an application’s ports are refused, and no others', async () => {
    const table = await lab.server.must(['nft', 'list', 'table', 'inet', 'rampart_bans'])
    assert.match(table, new RegExp(`set all_80_443_8080_reject_4 \\{[^}]*${ATTACKERS}\\.2 `))
    assert.match(table, new RegExp(`set all_drop_4 \\{[^}]*${ATTACKERS}\\.3 `))
    assert.match(table, new RegExp(`set all_unreachable_4 \\{[^}]*${ATTACKERS}\\.5 `))
  })

  test('as by the rule of that name TCP hears of a port that cannot be reached, of an application’s it is reset', async () => {
    const unreachable = async () =>
      Number(
        /^Icmp: (?:\d+ ){2}(?:-?\d+ )?(\d+)/m.exec(
          (await lab.outside.must(['cat', '/proc/net/snmp'])).replace(/^Icmp: In.*\n/m, ''),
        )![1],
      )
    const heard = async (from: string) => {
      const before = await unreachable()
      assert.equal(await lab.visit(from, '/'), 0)
      return (await unreachable()) - before
    }
    assert.deepEqual([await heard(`${ATTACKERS}.5`), await heard(`${ATTACKERS}.2`)], [1, 0])
  })

  test('they are no rules: neither show added nor the export has them', async () => {
    assert.equal(
      await said('ufw show added'),
      "Added user rules (see 'ufw status' for running firewall):\nufw allow 22/tcp\n",
    )
    assert.doesNotMatch(await said('rampart firewall export'), /reject|198\.51/)
  })

  test('a rule is inserted where it is said by the numbers that are shown, never before a ban', async () => {
    const before = await listed('numbered')
    const at = before.findIndex((line) => line.includes('22/tcp ALLOW')) + 1
    assert.equal(await said(`ufw insert ${at} deny from 192.0.2.77`), 'Rule inserted\n')
    assert.equal((await listed('numbered'))[at - 1], `[${String(at).padStart(2)}] Anywhere DENY IN 192.0.2.77`)
    assert.equal(await said('ufw insert 1 deny from 192.0.2.78'), 'Rule inserted\n')
    assert.equal((await listed('numbered'))[at - 1], `[${String(at).padStart(2)}] Anywhere DENY IN 192.0.2.78`)
    assert.equal(await said('ufw insert 99 deny from 192.0.2.79'), "1: ERROR: Invalid position '99'\n")
    await said('ufw delete deny from 192.0.2.77')
    await said('ufw delete deny from 192.0.2.78')
    assert.deepEqual(await listed('numbered'), before)
  })

  test('by its number it is asked for as UFW asks, and lifted', async () => {
    const number = (await listed('numbered')).findIndex((line) => line.includes(`${ATTACKERS}.4`)) + 1
    const question = `Deleting:\n reject from ${ATTACKERS}.4 comment 'commented: 0 by ${ATTACKERS}.4'\nProceed with operation (y|n)? `
    assert.equal(await said(`ufw delete ${number}`, 'n\n'), `${question}Aborted\n`)
    assert.ok((await lab.inKernel()).includes(`${ATTACKERS}.4`))
    assert.equal(await said(`ufw delete ${number}`, 'y\n'), `${question}Rule deleted\n`)
    assert.ok(!(await lab.inKernel()).includes(`${ATTACKERS}.4`))
    assert.equal((await lab.jail('commented')).bannedNow, 0)
  })

  const DELETED: Readonly<Record<string, readonly [string, string]>> = {
    'by its sentence': [`ufw delete reject from ${ATTACKERS}.5 to any`, 'Rule deleted\n'],
    'of IPv6': ['ufw delete reject from 2001:db8:bad::1', 'Rule deleted (v6)\n'],
    'of an application': [
      `ufw delete reject from ${ATTACKERS}.2 to any app Lab`,
      'Could not delete non-existent rule\n',
    ],
    'with another action it is none': [`ufw delete deny from ${ATTACKERS}.6`, 'Could not delete non-existent rule\n'],
    'a network': ['ufw delete reject from 203.0.113.0/24', 'Rule deleted\n'],
    'one that denies': [`ufw delete deny from ${ATTACKERS}.3`, 'Rule deleted\n'],
    'once more': [`ufw delete deny from ${ATTACKERS}.3`, 'Could not delete non-existent rule\n'],
    'a dry run lifts nothing': [`ufw --dry-run delete reject from ${ATTACKERS}.6`, ''],
  }
  for (const [title, [sentence, answer]] of Object.entries(DELETED)) {
    test(`deleted: ${title}`, async () => {
      const address = /from (\S+)/.exec(sentence)![1]!.replace('/24', '')
      const had = (await lab.inKernel()).includes(address)
      const out = await said(sentence)
      if (answer !== '') assert.equal(out, answer)
      const isLifted = /^Rule deleted/.test(answer)
      assert.equal((await lab.inKernel()).includes(address), had && !isLifted)
    })
  }

  test('an application’s by its name', async () => {
    const words = ['ufw', 'delete', 'reject', 'from', `${ATTACKERS}.2`, 'to', 'any', 'app', 'Lab Web']
    const { out } = await run(words)
    assert.equal(out, 'Rule deleted\n')
    assert.ok(!(await lab.inKernel()).includes(`${ATTACKERS}.2`))
  })

  test('of several jails that ban an address one is listed, and all of them let it go', async () => {
    assert.equal((await listed()).filter((line) => line.includes(`${ATTACKERS}.1 `)).length, 1)
    assert.equal(await said(`ufw delete reject from ${ATTACKERS}.1`), 'Rule deleted\n')
    assert.ok(!(await lab.inKernel()).includes(`${ATTACKERS}.1`))
    assert.deepEqual([(await lab.jail('sshd')).bannedNow, (await lab.jail('ported')).bannedNow], [0, 0])
  })

  test('a ban that the log led to tells its attempts, and what is a rule as well goes with it', async () => {
    for (let i = 0; i < 3; i++) lab.append('log/fails.log', fail(`${ATTACKERS}.9`))
    await until('the ban', async () => (await lab.inKernel()).includes(`${ATTACKERS}.9`))
    const line = `Anywhere REJECT ${ATTACKERS}.9 # by Fail2Ban after 3 attempts against web`
    await until('it is listed', async () => (await listed()).includes(line))
    assert.equal(await said(`ufw reject from ${ATTACKERS}.9`), 'Rule added\n')
    assert.equal(await said(`ufw delete reject from ${ATTACKERS}.9`), 'Rule deleted\n')
    assert.ok(!(await lab.inKernel()).includes(`${ATTACKERS}.9`))
    assert.ok(!(await listed()).some((one) => one.includes(`${ATTACKERS}.9 `)))
  })

  test('a jail of ufw’s own log, as the manuals set it up: who is refused again and again is banned and listed', async () => {
    for (let i = 1; i <= 3; i++) lab.append('syslog/ufw.log', blocked(`${ATTACKERS}.20`, i))
    const line = `Anywhere REJECT ${ATTACKERS}.20 # by Fail2Ban after 3 attempts against ufw`
    await until('it is listed', async () => (await listed()).includes(line))
    const number = (await listed('numbered')).findIndex((one) => one.includes(`${ATTACKERS}.20`)) + 1
    assert.equal(await said(`ufw --force delete ${number}`), 'Rule deleted\n')
    assert.equal((await lab.jail('ufw')).bannedNow, 0)
  })

  test('when the guard was killed they are listed, since they are in force; to look at them writes nothing', async () => {
    const before = await listed('numbered')
    await guard.kill()
    assert.deepEqual(await listed('numbered'), before)
    assert.ok(before.some((line) => line.includes(`${ATTACKERS}.6`)))
  })

  test('then ufw lifts one by itself, in kernel and history; whom another jail bans as well stays', async () => {
    const elements = await lab.inKernel()
    assert.equal(await said(`ufw delete reject from ${ATTACKERS}.6`), 'Rule deleted\n')
    assert.deepEqual((await lab.inKernel()).sort(), elements.filter((one) => one !== `${ATTACKERS}.6`).sort())
    assert.ok(!(await listed()).some((line) => line.includes(`${ATTACKERS}.6 `)))
    guard = await lab.guard()
    assert.ok(!(await lab.inKernel()).includes(`${ATTACKERS}.6`), 'it does not come back')
    for (const jail of ['application', 'unnamed']) await run(['rampart', 'ban', `${ATTACKERS}.7`, '--jail', jail])
    await guard.kill()
    const words = ['ufw', 'delete', 'reject', 'from', `${ATTACKERS}.7`, 'to', 'any', 'app', 'Lab Web']
    assert.equal((await run(words)).out, 'Rule deleted\n')
    assert.equal((await lab.inKernel()).filter((one) => one === `${ATTACKERS}.7`).length, 1)
    guard = await lab.guard()
    const bannedBy = async (jail: string) => (await lab.jail(jail)).bans.map(({ address }) => address)
    assert.deepEqual(await bannedBy('application'), ['2001:db8:bad::2'])
    assert.deepEqual(await bannedBy('unnamed'), [`${ATTACKERS}.7`])
    await run(['rampart', 'unban', '--all'])
    await guard.kill()
  })

  test('when the firewall is off it says only so; they are listed once it is on', async () => {
    await said('ufw disable')
    assert.equal(await said('ufw status'), 'Status: inactive\n')
    await said('ufw --force enable')
    guard = await lab.guard()
    await run(['rampart', 'ban', `${ATTACKERS}.8`, '--jail', 'sshd'])
    assert.ok((await listed()).some((line) => line.includes(`${ATTACKERS}.8`)))
    await guard.stop()
  })

  test('when the guard ended and took them along none is listed', async () => {
    guard = await lab.guard()
    await guard.stop()
    assert.deepEqual(await lab.inKernel(), [])
    assert.deepEqual(await listed(), ['22/tcp ALLOW Anywhere', '22/tcp (v6) ALLOW Anywhere (v6)'])
  })

  test('a history that cannot be read is told, and keeps nobody from the rules', async () => {
    guard = await lab.guard()
    await guard.kill()
    lab.write('state/history.db', 'no database'.repeat(1000))
    const { code, out, err } = await run(['ufw', 'status'])
    assert.equal(code, 0)
    assert.match(out, /^22\/tcp +ALLOW/m)
    assert.match(err, /^WARN: bans are not listed: /)
    assert.equal((await run(['ufw', 'delete', 'allow', '22/tcp'])).out, 'Rule deleted\nRule deleted (v6)\n')
  })

  /** The same bans by the installed pair, in a host of its own. */
  async function theirStatus(): Promise<readonly string[]> {
    const beside = await labOf()
    const ufw = (...words: readonly string[]) => beside.server.must(['/usr/sbin/ufw', ...words])
    try {
      mkdirSync(join(beside.folder, 'fail2ban/action.d'))
      copyFileSync(ACTION, join(beside.folder, 'fail2ban/action.d/ufw.conf'))
      await ufw('--force', 'enable')
      await ufw('allow', '22/tcp')
      await startFail2ban(beside)
      let count = 0
      await ban(
        beside,
        (jail, address) => ['fail2ban-client', 'set', jail, 'banip', address],
        async () => {
          count += 1
          // The last one is a rule already.
          await until(
            'the rule',
            async () =>
              (await ufw('status')).split('REJECT').length + (await ufw('status')).split('DENY').length >
              Math.min(count, BANS.length - 1) + 1,
            20_000,
          )
        },
      )
      return [await ufw('status'), await ufw('status', 'verbose'), await ufw('status', 'numbered')]
    } finally {
      await beside.close()
    }
  }
})

/** With files that both programs read. */
async function labOf(): Promise<Lab> {
  const lab = await Lab.open()
  await privateEtc(lab.server)
  lab.write('fail2ban/fail2ban.conf', FAIL2BAN)
  lab.write('fail2ban/jail.conf', JAILS)
  mkdirSync(join(lab.folder, 'fail2ban/filter.d'))
  lab.write('fail2ban/filter.d/fails.conf', FILTER)
  for (const log of ['fails', 'empty']) lab.write(`log/${log}.log`, '')
  lab.write('lab-web', PROFILE)
  await lab.server.must(['cp', join(lab.folder, 'lab-web'), '/etc/ufw/applications.d/lab-web'])
  return lab
}

/** UFW's own files, as they were installed. */
async function privateEtc(server: Host): Promise<void> {
  await server.must([
    'sh',
    '-ec',
    `mkdir -p /etc/ufw/applications.d
    for d in /etc/ufw /etc/default; do mkdir -p /run/own$d; cp -a $d/. /run/own$d/; mount --bind /run/own$d $d; done
    rm -f /etc/ufw/user*.rules.* /etc/ufw/*.2*`,
  ])
}

async function ban(
  lab: Lab,
  words: (jail: string, address: string) => readonly string[],
  then: () => Promise<void> = async () => {},
): Promise<void> {
  for (const [jail, address] of BANS) {
    const [program = '', ...rest] = words(jail, address)
    await lab.server.must([program === 'rampart' ? join(ROOT, 'bin/rampart') : program, ...rest])
    await then()
  }
}

function fail(from: string): string {
  const [date, time] = new Date().toISOString().split(/[T.]/)
  return `${date} ${time} FAIL from ${from}\n`
}

/** As the kernel logs what UFW refuses. */
function blocked(from: string, port: number): string {
  const time = new Date()
    .toString()
    .replace(/^\w+ (\w+) 0?(\d+) \d+ (\S+).*/, (_, month, day, clock) => `${month} ${day.padStart(2)} ${clock}`)
  const packet = `IN=eth0 OUT= MAC=00:00:00:00:00:01:00:00:00:00:00:02:08:00 SRC=${from} DST=192.0.2.1 LEN=60 TOS=0x00 PREC=0x00 TTL=64`
  return `${time} lab kernel: [  1.${port}00000] [UFW BLOCK] ${packet} ID=${port} DF PROTO=TCP SPT=40000 DPT=${port} WINDOW=64240 RES=0x00 SYN URGP=0\n`
}
