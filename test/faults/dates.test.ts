/** Dates in logs that cannot be right, beside the installed Fail2ban on the same logs. Source of the ids: docs/faults.md */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, until } from '../lab/lab.ts'
import { startFail2ban } from '../lab/original.ts'
import { noWallClock, WallClock } from '../lab/wall-clock.ts'

const missing =
  noLab() ?? noWallClock() ?? (existsSync('/usr/bin/fail2ban-server') ? undefined : 'fail2ban is not installed')

const CONFIGURATION: Readonly<Record<string, string>> = {
  'fail2ban.conf': `[Definition]
loglevel = INFO
logtarget = /run/rampart/fail2ban.log
socket = /run/rampart/fail2ban.sock
pidfile = /run/rampart/fail2ban.pid
dbfile = None
`,
  'jail.conf': `[DEFAULT]
backend = polling
banaction = noted
action = %(banaction)s
maxretry = 1
bantime = 10m
findtime = 10m
[web]
enabled = true
filter = web
logpath = /var/log/nginx/access.log
[ssh]
enabled = true
filter = ssh
logpath = /var/log/auth.log
`,
  'filter.d/web.conf': '[Definition]\nfailregex = ^<HOST> - \\S+ \\[\\] "GET /probe[^"]*" 404\n',
  'filter.d/ssh.conf':
    '[Definition]\nfailregex = ^ host sshd\\[\\d+\\]: Failed password for \\S+ from <HOST> port \\d+$\n',
  'action.d/noted.conf': '[Definition]\nactionban = true\n',
}
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Digits of a moment, as a clock so many minutes east of Greenwich shows them. */
function digits(moment: number, east = 0) {
  const date = new Date(moment + east * MINUTE)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return { day: date.getUTCDate(), month: MONTHS[date.getUTCMonth()]!, year: date.getUTCFullYear(), clock, two }
}

function web(from: string, moment: number, east = 0, zone = '+0000'): string {
  const { day, month, year, clock, two } = digits(moment, east)
  return `${from} - - [${two(day)}/${month}/${year}:${clock} ${zone}] "GET /probe HTTP/1.1" 404 1 "-" "-"\n`
}

function ssh(from: string, moment: number, east = 0): string {
  const { day, month, clock } = digits(moment, east)
  return `${month} ${String(day).padStart(2, ' ')} ${clock} host sshd[7]: Failed password for root from ${from} port 7\n`
}

interface Case {
  readonly name: string
  readonly jail: 'web' | 'ssh'
  readonly line: (from: string, now: number, east: number) => string
  /** Whether the forms that Fail2ban knows hold the year depends on the year that it is. */
  readonly orNot?: true
}

const STAMPS: readonly Case[] = [
  { name: 'an hour ahead', jail: 'web', line: (from, now) => web(from, now + HOUR) },
  { name: 'a day ahead', jail: 'web', line: (from, now) => web(from, now + DAY) },
  { name: 'ten years ahead', jail: 'web', line: (from, now) => web(from, now + 3652 * DAY), orNot: true },
  { name: 'an hour ago', jail: 'web', line: (from, now) => web(from, now - HOUR) },
  { name: 'a month ago', jail: 'web', line: (from, now) => web(from, now - 30 * DAY) },
  { name: 'of a wrong zone', jail: 'web', line: (from, now) => web(from, now, 0, '+0900') },
  { name: 'a second ahead', jail: 'web', line: (from, now) => web(from, now + 1000) },
  { name: 'without a year, an hour ahead', jail: 'ssh', line: (from, now, east) => ssh(from, now + HOUR, east) },
  { name: 'without a year, two days ahead', jail: 'ssh', line: (from, now, east) => ssh(from, now + 2 * DAY, east) },
  {
    name: 'without a year, half a minute ago',
    jail: 'ssh',
    line: (from, now, east) => ssh(from, now - MINUTE / 2, east),
  },
  { name: 'without a year, an hour ago', jail: 'ssh', line: (from, now, east) => ssh(from, now - HOUR, east) },
]

/** Minutes east of Greenwich at that moment. */
type Moment = readonly [name: string, zone: string, east: number, moment: string, stamps: readonly Case[]]

const MOMENTS: readonly Moment[] = [
  ['twenty seconds after New Year', 'UTC', 0, '2027-01-01T00:00:20Z', STAMPS],
  [
    'in the hour that comes twice',
    'Europe/Berlin',
    60,
    '2026-10-25T01:30:00Z',
    [
      ...STAMPS,
      { name: 'the same hour for the first time', jail: 'ssh', line: (from, now) => ssh(from, now - HOUR, 120) },
    ],
  ],
]

describe('dates that cannot be right', { skip: missing ?? false, concurrency: 2 }, () => {
  for (const [name, zone, east, moment, stamps] of MOMENTS) {
    test(`R31 ${name}: stamps of all kinds count as with Fail2ban, none bans for longer, it is told once a jail`, async (t) => {
      const lab = await Lab.open()
      try {
        const clock = await WallClock.of(lab)
        clock.set(Date.parse(moment) - Date.now())
        const guard = await begin(lab, zone)
        const say = (jail: 'web' | 'ssh', line: string) => lab.append(LOGS[jail], line)
        /** One in each log who attacks just now, and is banned by both: what is before him has been read. */
        const reaches = async (first: number) => {
          const now = clock.now().getTime()
          const [prober, guesser] = [addressOf(first), addressOf(first + 1)]
          say('web', web(prober, now))
          say('ssh', ssh(guesser, now, east))
          for (const banned of [ours, theirs]) {
            await until(
              'the last of each',
              async () => isSubset([prober, guesser], await everyone(lab, banned)),
              20_000,
            )
          }
        }
        // What stands in a log when a guard begins is judged otherwise: only then do the rules of these rows hold.
        await reaches(100)
        for (const [at, { jail, line }] of stamps.entries()) say(jail, line(addressOf(at), clock.now().getTime(), east))
        await reaches(102)
        const [own, others] = [await everyone(lab, ours), await everyone(lab, theirs)]
        assert.deepEqual(own.sort(), others.sort(), 'who is banned here and there')
        for (const [at, stamp] of stamps.entries()) if (!stamp.orNot) assert.ok(own.includes(addressOf(at)), stamp.name)
        for (const jail of ['web', 'ssh']) {
          for (const ban of (await lab.jail(jail)).bans) {
            const left = ban.until! - clock.now().getTime()
            assert.ok(left <= 10 * MINUTE, `${ban.address}: ${left} ms`)
          }
        }
        const told = guard.out.split('\n').filter((line) => / fault .*more than a minute from now/.test(line))
        assert.deepEqual(told.map((line) => / (web|ssh) /.exec(line)?.[1]).sort(), ['ssh', 'web'], guard.out)
        t.diagnostic(`${stamps.length} stamps`)
      } finally {
        await lab.close()
      }
    })
  }
})

const LOGS = { web: 'log/access.log', ssh: 'syslog/auth.log' } as const

function addressOf(at: number): string {
  return `198.51.100.${at + 1}`
}

/** Both on the same configuration, each with the given zone as its local one. */
async function begin(lab: Lab, zone: string): Promise<Guarding> {
  for (const name of ['filter.d', 'action.d']) mkdirSync(join(lab.folder, 'fail2ban', name))
  for (const [name, text] of Object.entries(CONFIGURATION)) lab.write(`fail2ban/${name}`, text)
  await lab.server.must(['sh', '-c', `ln -sf /usr/share/zoneinfo/${zone} /etc/localtime`])
  await startFail2ban(lab)
  // In the place of the script, as the guard alone is to act.
  lab.write('rampart/jail.local', '[DEFAULT]\naction = nftables-multiport\n')
  return lab.guard()
}

type Banned = (lab: Lab, jail: string) => Promise<string[]>

const ours: Banned = async (lab, jail) => (await lab.jail(jail)).bans.map(({ address }) => address)

const theirs: Banned = async (lab, jail) => {
  const out = await lab.server.must(['fail2ban-client', 'status', jail])
  return (/Banned IP list:\s*(.*)/.exec(out)?.[1] ?? '').split(' ')
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one))
}

async function everyone(lab: Lab, of: Banned): Promise<string[]> {
  return (await Promise.all(['web', 'ssh'].map((jail) => of(lab, jail)))).flat()
}
