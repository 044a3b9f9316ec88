/** `rampart status`: where in which file a fault stands. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printStatus } from '../../src/cli/rampart/status.ts'
import type { FaultStatus, Status } from '../../src/engine/status.ts'

const STATUS: Status = {
  ...{ version: '0.0.0', pid: 1, since: 0, observe: false, banned: 0, pending: 0, lines: 0, jails: [] },
  ...{ lastMinute: { lines: 0, failures: 0, bans: 0 } },
  ...{ kernel: { state: 'ok' }, history: { state: 'ok' }, spared: [], faults: [] },
}

const rows: readonly [sentence: string, fault: FaultStatus, line: string][] = [
  [
    'a fault of a file is told with its line',
    { code: 'x', message: 'jail a: no filter', at: { file: '/etc/fail2ban/jail.local', line: 7 } },
    '/etc/fail2ban/jail.local:7: jail a: no filter',
  ],
  [
    'a message that names its file is not told of it twice',
    { code: 'x', message: '/etc/f is not UTF-8', at: { file: '/etc/f' } },
    '/etc/f is not UTF-8',
  ],
  ['a fault of no file is told as it is', { code: 'x', message: 'the reader \x1b ended' }, 'the reader \\x1b ended'],
]

for (const [sentence, fault, line] of rows) {
  test(sentence, () => {
    const terminal = { out() {}, err() {}, colour: false, columns: undefined }
    assert.ok(
      printStatus(terminal, { ...STATUS, faults: [fault] }, 0)
        .split('\n')
        .includes(line),
    )
  })
}

const log = (name: string, state = 'reading', why?: string) => ({ log: name, state, why, cut: 0, behind: 0 })
const JAIL = {
  ...{ name: 'nginx-botsearch', filter: 'x', scope: '', actions: [], waitingNow: 0, failedNow: 1, failedTotal: 3 },
  ...{ bannedNow: 50_000, pendingNow: 0, bannedTotal: 60_000, maxretry: 3, findtime: 600, bantime: 600 },
  networks: { ipv4: undefined, ipv6: undefined, addresses: 10, maxretry: 6, bantime: 600 },
  unwritten: [],
} as const

test('one screen of 80 columns: many logs and many who are spared are folded, what was in the last minute is told', () => {
  const logs = [1, 2, 3].map((n) => log(`/var/log/nginx/site-${n}.access.log`))
  const status = {
    ...STATUS,
    lines: 1_234_567,
    lastMinute: { lines: 1200, failures: 3, bans: 1 },
    jails: [
      { ...JAIL, logs },
      { ...JAIL, name: 'sshd', logs: [log('/var/log/auth.log', 'pending', 'it is not there')] },
    ],
    spared: Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`),
  }
  const terminal = { out() {}, err() {}, colour: false, columns: 80 }
  const lines = printStatus(terminal, status, 0).split('\n')
  for (const line of lines) assert.ok(line.length <= 80, line)
  assert.deepEqual(lines.slice(1), [
    '0 banned; 1,234,567 lines read, in the last minute 1,200 (3 failures, 1 ban)',
    '',
    'jail             failing  banned  in all  logs',
    'nginx-botsearch        1   50000   60000  /var/log/nginx/site-1.access.log,',
    '                                          /var/log/nginx/site-2.access.log,',
    '                                          /var/log/nginx/site-3.access.log',
    'sshd                   1   50000   60000  /var/log/auth.log (pending: it is not',
    '                                          there)',
    '',
    'never banned: 10.0.0.0, 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5,',
    '  10.0.0.6, 10.0.0.7, 10.0.0.8, 10.0.0.9, 10.0.0.10, 10.0.0.11 and 988 more',
    '',
  ])
})
