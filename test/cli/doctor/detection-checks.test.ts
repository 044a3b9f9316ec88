/** What the doctor says of the half that bans. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/base/fault.ts'
import { detectionChecks } from '../../../src/cli/rampart/doctor/detection-checks.ts'
import type { Guarding } from '../../../src/cli/rampart/doctor/read-guarding.ts'
import type { LogFacts } from '../../../src/cli/rampart/doctor/read-log.ts'
import { parseAllowList } from '../../../src/config/allow-list.ts'
import type { JailSettings } from '../../../src/config/settings.ts'
import type { JailStatus, Status } from '../../../src/engine/status.ts'
import { findings, told, ufwOf } from './wall.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const HOUR = 3_600_000

interface Odd {
  readonly logs?: readonly string[]
  readonly backend?: string
  readonly ignoreip?: readonly string[]
}

function jail(
  name: string,
  { logs = [], backend = 'auto', ignoreip = ['127.0.0.1/8', '::1'] }: Odd = {},
): JailSettings {
  const settings = {
    name,
    backend,
    filter: { name },
    logs: logs.map((path) => ({ path, tail: false })),
    options: { ignoreip },
  }
  return settings as unknown as JailSettings
}

function jails(...all: readonly JailSettings[]): Pick<Guarding, 'prepared'> {
  const discovery = { found: new Map([['sshd', undefined]]), left: new Map(), notes: [], nginx: undefined }
  return {
    prepared: {
      configuration: { jails: all },
      discovery,
      chosen: false,
      faults: [],
    } as unknown as Guarding['prepared'],
  }
}

function status(change: Partial<Status> = {}): Status {
  const one = {
    name: 'sshd',
    logs: [{ log: '/var/log/auth.log', state: 'reading', cut: 0, behind: 0 }],
  } as unknown as JailStatus
  return {
    ...{ version: '0', pid: 1, since: 0, observe: false, jails: [one], banned: 0, pending: 0, lines: 0 },
    lastMinute: { lines: 0, failures: 0, bans: 0 },
    ...{ kernel: { state: 'ok' }, history: { state: 'ok' }, spared: [], faults: [] },
    ...change,
  }
}

function log(change: Partial<LogFacts>): LogFacts {
  return {
    ...{ path: '/var/log/auth.log', jails: ['sshd'], state: 'read', modifiedMs: NOW - 60_000, size: 1000 },
    ...{ lastDate: NOW - 60_000, isZoned: false, zone: 'UTC', clients: [] },
    ...change,
  }
}

function guarding(change: Partial<Guarding> = {}): Guarding {
  return {
    ...jails(jail('sshd', { logs: ['/var/log/auth.log'] })),
    ...{
      linted: [],
      status: status(),
      ownJails: '/etc/rampart/jail.local',
      fail2ban: undefined,
      unit: undefined,
      isSystemd: true,
    },
    ...{
      logs: [log({})],
      allowed: [],
      peers: [],
      own: ['192.0.2.1'],
      now: NOW,
      programs: { journalctl: true, perl: true },
    },
    ...change,
  }
}

function nginxNote(code: string): Partial<Guarding> {
  const { prepared } = jails(jail('sshd'))
  const note = new Fault(code, 'what nginx does', { at: { file: '/etc/nginx/nginx.conf', line: 7 }, hint: 'this' })
  return { prepared: { ...prepared, discovery: { ...prepared.discovery, notes: [note] } } }
}

const ABSENT = new Fault('control.absent', 'no guard answers')
const UFW = jails(jail('ufw', { logs: ['/var/log/ufw.log'] }), jail('sshd'))
const BOTH = status({ jails: [{ ...status().jails[0]! }, { ...status().jails[0]!, name: 'ufw' }] })
const CLIENTS = Array.from({ length: 200 }, (_, at) => `10.0.0.${at % 50}`)

interface Row {
  readonly name: string
  readonly change: Partial<Guarding>
  readonly ufw?: ReturnType<typeof ufwOf>
  readonly told: readonly string[]
}

const ROWS: readonly Row[] = [
  { name: 'nothing', change: {}, told: [] },
  { name: 'no guard', change: { status: ABSENT }, told: ['error detection.no-guard: rampart up'] },
  {
    name: 'no guard, and a unit that would start it',
    change: { status: ABSENT, unit: 'fail2ban' },
    told: ['error detection.no-guard: systemctl enable --now fail2ban'],
  },
  { name: 'no guard, and nothing to guard', change: { ...jails(), status: ABSENT }, told: [] },
  {
    name: 'a guard that does not answer',
    change: { status: new Fault('control.silent', 'it says nothing', { hint: 'look' }) },
    told: ['error control.silent: look'],
  },
  {
    name: 'a guard that observes, cannot ban, keeps no history',
    change: {
      status: status({
        observe: true,
        kernel: { state: 'failing', why: 'refused' },
        history: { state: 'the disk is full' },
      }),
    },
    told: [
      'warning detection.observes: rampart stop; rampart up',
      'error detection.kernel',
      'warning detection.history',
    ],
  },
  {
    name: "the guard's own troubles, but for what the linter tells",
    change: {
      status: status({
        faults: [
          { code: 'action.failed', message: 'mail has failed', hint: 'see why' },
          { code: 'config.no-filter', message: 'twice' },
        ],
      }),
    },
    told: ['warning action.failed: see why'],
  },
  {
    name: 'Fail2ban beside the guard',
    change: { fail2ban: 77 },
    told: ['warning detection.two-guards: rampart import fail2ban && systemctl disable --now fail2ban'],
  },
  {
    name: 'Fail2ban beside one that observes',
    change: { fail2ban: 77, status: status({ observe: true }) },
    told: ['warning detection.observes: rampart stop; rampart up'],
  },
  {
    name: 'Fail2ban alone',
    change: { fail2ban: 77, status: ABSENT },
    told: ['hint detection.fail2ban: to compare: rampart up --observe'],
  },
  {
    name: 'a jail that was enabled since, and one that is gone',
    change: { ...jails(jail('nginx-4xx')), status: status() },
    told: [
      'warning detection.not-loaded: rampart reload',
      'hint detection.unwatched: in /etc/rampart/jail.local: [sshd] and below it enabled = true',
    ],
  },
  {
    name: 'a log that waits, and one that is far behind',
    change: {
      status: status({
        jails: [
          {
            ...status().jails[0]!,
            logs: [
              { log: '/var/log/a', state: 'denied', why: 'not allowed', cut: 0, behind: 0 },
              { log: '/var/log/b', state: 'reading', cut: 0, behind: 64 * 1024 * 1024 },
            ],
          },
        ],
      }),
    },
    told: ['warning detection.not-reading', 'warning detection.behind: rampart status'],
  },
  {
    name: 'what the linter finds, but for hints',
    change: {
      linted: [
        {
          code: 'lint.wrong-log',
          severity: 'error',
          jail: 'nginx-4xx',
          at: { file: '/etc/x', line: 3 },
          message: 'm',
          write: 'logpath = /l',
        },
        {
          code: 'lint.hidden-by-level',
          severity: 'warning',
          at: { file: '' },
          message: 'm',
          better: 'in nginx:',
          write: 'error_log /e info;',
        },
        { code: 'lint.open-end', severity: 'hint', at: { file: '/etc/x' }, message: 'm' },
      ],
    },
    told: ['error lint.wrong-log /etc/x:3: logpath = /l', 'warning lint.hidden-by-level: in nginx: error_log /e info;'],
  },
  {
    name: 'nginx believes whoever says from where he comes',
    change: nginxNote('nginx.trusts-everyone'),
    told: [
      'error nginx.trusts-everyone /etc/nginx/nginx.conf:7: in its place, for each proxy: set_real_ip_from ITS-ADDRESS;',
    ],
  },
  {
    name: 'nginx holds lines back',
    change: nginxNote('nginx.log-buffered'),
    told: ['hint nginx.log-buffered /etc/nginx/nginx.conf:7: this'],
  },
  {
    name: 'the jail ufw, and a firewall that logs nothing',
    change: { ...UFW, status: BOTH },
    ufw: ufwOf({ logging: 'off' }),
    told: ['warning detection.ufw-silent: ufw logging low'],
  },
  {
    name: 'the jail ufw, and no firewall',
    change: { ...UFW, status: BOTH },
    ufw: ufwOf({ enabled: false }),
    told: ['warning detection.ufw-off: ufw enable'],
  },
  {
    name: "the jail ufw reads the kernel's log",
    change: { ...jails(jail('ufw', { logs: ['/dev/kmsg'] }), jail('sshd')), status: BOTH },
    told: ['hint detection.ufw-kernel-log'],
  },
  {
    name: 'an admin by ssh whom ignoreip does not name',
    change: { peers: ['198.51.100.4', '127.0.0.1', '192.0.2.1'] },
    told: ['hint detection.own-address: rampart allow 198.51.100.4'],
  },
  {
    name: 'an admin by ssh whose network it names',
    change: { ...jails(jail('sshd', { ignoreip: ['198.51.100.0/24'] })), peers: ['198.51.100.4'] },
    told: [],
  },
  {
    name: 'an admin by ssh who is allowed by name',
    change: { allowed: [parseAllowList('198.51.100.0/24 # us', '/f')], peers: ['198.51.100.4'] },
    told: [],
  },
  {
    name: 'a line of those who are allowed that is none',
    change: { allowed: [parseAllowList('198.51.100\n', '/etc/rampart/allow.list')] },
    told: [
      'warning allow.bad-address /etc/rampart/allow.list:1: write it as 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/64',
    ],
  },
  {
    name: 'ignoreip that is misspelt',
    change: jails(jail('sshd', { ignoreip: ['300.1.2.3'] })),
    told: ['warning detection.ignoreip'],
  },
  {
    name: 'a log that is a folder',
    change: { logs: [log({ state: 'no file' })] },
    told: ['warning detection.unreadable: ls -ld /var/log/auth.log'],
  },
  { name: 'a log that is not there, which the linter tells', change: { logs: [log({ state: 'absent' })] }, told: [] },
  {
    name: 'auth.log since rsyslog has gone',
    change: { logs: [log({ modifiedMs: NOW - 90 * HOUR, lastDate: NOW - 90 * HOUR })] },
    told: ['warning detection.stale-log: in [sshd] of /etc/rampart/jail.local: backend = systemd'],
  },
  {
    name: 'the same without a journal',
    change: { isSystemd: false, logs: [log({ modifiedMs: NOW - 90 * HOUR, lastDate: NOW - 90 * HOUR })] },
    told: ['warning detection.stale-log: apt-get install rsyslog'],
  },
  {
    name: 'an old log of a quiet site',
    change: { logs: [log({ path: '/var/log/nginx/b.log', modifiedMs: NOW - 900 * HOUR, lastDate: NOW - 900 * HOUR })] },
    told: [],
  },
  {
    name: 'dates of a program that writes another zone',
    change: { logs: [log({ lastDate: NOW - 60_000 - 2 * HOUR - 3000 })] },
    told: ['warning detection.time-zone: in [sshd] of /etc/rampart/jail.local: logtimezone = UTC-0200'],
  },
  {
    name: 'dates of a zone that was named wrong',
    change: { logs: [log({ zone: 'UTC+0530', lastDate: NOW - 60_000 + 2.5 * HOUR })] },
    told: ['warning detection.time-zone: in [sshd] of /etc/rampart/jail.local: logtimezone = UTC+0800'],
  },
  {
    name: 'dates that name their zone',
    change: { logs: [log({ isZoned: true, lastDate: NOW - 60_000 - 2 * HOUR })] },
    told: [],
  },
  {
    name: 'a log that was touched since',
    change: { logs: [log({ lastDate: NOW - 60_000 - 2 * HOUR - 400_000 })] },
    told: [],
  },
  {
    name: 'dates from the future',
    change: { logs: [log({ isZoned: true, lastDate: NOW + 40 * HOUR })] },
    told: ['warning detection.future: see which clock is wrong: date; tail -n1 of the log'],
  },
  {
    name: 'all clients have private addresses',
    change: { logs: [log({ clients: CLIENTS })] },
    told: [
      'warning detection.private-clients: in nginx, for a proxy: set_real_ip_from ITS-ADDRESS; real_ip_header X-Forwarded-For;',
    ],
  },
  {
    name: 'some clients have',
    change: { logs: [log({ clients: [...CLIENTS, ...CLIENTS.map((_, at) => `203.0.113.${at}`)] })] },
    told: [],
  },
]

for (const { name, change, ufw = ufwOf(), told: wanted } of ROWS) {
  test(`${name}: ${wanted.length === 0 ? 'nothing is told' : wanted.join('; ')}`, () => {
    const checks = detectionChecks(guarding(change), { ufw })
    assert.deepEqual(told(checks), wanted)
    for (const { message } of findings(checks)) assert.match(message, /^[^\n]*[^.\n]$/)
  })
}
