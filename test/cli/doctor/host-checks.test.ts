/** What the doctor says of the host, and how it prints all of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Check } from '../../../src/cli/rampart/doctor/finding.ts'
import { hostChecks } from '../../../src/cli/rampart/doctor/host-checks.ts'
import { printChecks } from '../../../src/cli/rampart/doctor/print-checks.ts'
import type { Guarding } from '../../../src/cli/rampart/doctor/read-guarding.ts'
import { type HostFacts, type Owned, readHost } from '../../../src/cli/rampart/doctor/read-host.ts'
import { fakeWorld } from '../../../src/world/fake.ts'
import { told } from './wall.ts'

const GIB = 1024 ** 3
const DISK = { path: '/var/log', freeBytes: GIB, used: 50, usedInodes: 10 }
const OWNED: Owned = { path: '/etc/rampart/jail.local', kind: 'configuration', owner: 0, group: 0, mode: 0o644 }
const STATE: Owned = { path: '/var/lib/rampart', kind: 'state', owner: 0, group: 0, mode: 0o700 }
const PROGRAMS = { journalctl: true, perl: true }

interface Row {
  readonly name: string
  readonly host?: Partial<HostFacts>
  readonly programs?: Partial<Guarding['programs']>
  readonly told: readonly string[]
}

const ROWS: readonly Row[] = [
  { name: 'nothing', told: [] },
  {
    name: 'a clock that nothing sets',
    host: { clock: { isSynchronized: false, isMeantTo: false } },
    told: ['warning host.clock: timedatectl set-ntp true'],
  },
  {
    name: 'a clock that is not set yet',
    host: { clock: { isSynchronized: false, isMeantTo: true } },
    told: ['warning host.clock: timedatectl timesync-status'],
  },
  { name: 'a clock that is right', host: { clock: { isSynchronized: true, isMeantTo: true } }, told: [] },
  {
    name: 'little room',
    host: { disks: [{ ...DISK, freeBytes: 50 * 1024 ** 2 }] },
    told: ['warning host.disk: du -xh /var/log | sort -h | tail'],
  },
  {
    name: 'no room',
    host: { disks: [{ ...DISK, freeBytes: 0, used: 100 }] },
    told: ['error host.disk: du -xh /var/log | sort -h | tail'],
  },
  {
    name: 'no room for more files',
    host: { disks: [{ ...DISK, usedInodes: 99 }] },
    told: ['warning host.disk: du -xh /var/log | sort -h | tail'],
  },
  {
    name: 'jail.local that everybody may write',
    host: { owned: [{ ...OWNED, mode: 0o666 }, STATE] },
    told: [
      'error host.configuration: chown -R root:root /etc/rampart/jail.local; chmod -R go-w /etc/rampart/jail.local',
    ],
  },
  {
    name: 'an action of another user, and a filter of a group',
    host: {
      owned: [
        { ...OWNED, path: '/etc/fail2ban/action.d/x.conf', owner: 1000 },
        { ...OWNED, path: '/etc/fail2ban/filter.d/y.conf', group: 27, mode: 0o664 },
      ],
    },
    told: ['error host.configuration: chown -R root:root /etc/fail2ban; chmod -R go-w /etc/fail2ban'],
  },
  { name: "root's group may write", host: { owned: [{ ...OWNED, mode: 0o664 }] }, told: [] },
  {
    name: 'a state folder that everybody may read',
    host: { owned: [{ ...STATE, mode: 0o755 }] },
    told: ['hint host.state-readable: chmod 700 /var/lib/rampart'],
  },
  { name: 'no Perl', programs: { perl: false }, told: ['hint host.no-perl: apt-get install perl-base'] },
  { name: 'no journal where none is read', programs: { journalctl: false }, told: [] },
]

for (const { name, host, programs, told: wanted } of ROWS) {
  test(`${name}: ${wanted.length === 0 ? 'nothing is told' : wanted.join('; ')}`, () => {
    const prepared = { configuration: { jails: [] } } as unknown as Guarding['prepared']
    const facts: HostFacts = { clock: undefined, disks: [DISK], owned: [OWNED, STATE], ...host }
    assert.deepEqual(told(hostChecks(facts, { prepared, programs: { ...PROGRAMS, ...programs } })), wanted)
  })
}

test('what df and timedatectl say is read, whatever the names of the disks', async () => {
  const world = fakeWorld()
  world.put('/var/lib/rampart/history.db', '')
  world.put('/var/log/syslog', '')
  const head = 'Filesystem 1024-blocks Used Available Capacity Mounted on\n'
  world.answer('df -P -k', { out: `${head}/dev/a b 100 90 10 91% /\nserver:/x 200 0 200 - /var/log 2\n` })
  world.answer('df -P -i', { out: `${head}/dev/a b 100 99 1 99% /\nserver:/x 0 0 0 - /var/log 2\n` })
  world.answer('timedatectl show', { out: 'Timezone=UTC\nNTP=yes\nNTPSynchronized=no\n' })
  const { clock, disks } = await readHost(world, { stockFolder: '/stock', config: [], state: '/var/lib/rampart' })
  assert.deepEqual(clock, { isSynchronized: false, isMeantTo: true })
  assert.deepEqual(disks, [
    { path: '/var/lib/rampart', freeBytes: 10 * 1024, used: 91, usedInodes: 99 },
    { path: '/var/log', freeBytes: 200 * 1024, used: 0, usedInodes: 0 },
  ])
})

test('in groups, what is worst first; what is well on demand; nothing raw from outside', () => {
  const terminal = { out: () => {}, err: () => {}, colour: false, columns: 60 }
  const checks: readonly Check[] = [
    { group: 'detection', title: 'a', findings: [{ code: 'x', severity: 'hint', message: 'good to \x1b[31mknow' }] },
    { group: 'host', title: 'the clock is right', findings: [] },
    {
      group: 'detection',
      title: 'b',
      findings: [
        { code: 'y', severity: 'error', message: 'it fails', mend: 'mend it', at: { file: '/etc/a', line: 3 } },
      ],
    },
  ]
  const wanted = 'Detection\n  ✖ it fails (/etc/a:3)\n    mend it\n  · good to \\x1b[31mknow\n'
  assert.equal(printChecks(terminal, checks, {}), `${wanted}1 error, 1 hint, 1 thing is well (--all shows them)\n`)
  assert.equal(
    printChecks(terminal, checks, { all: true }),
    `${wanted}Host\n  ✔ the clock is right\n1 error, 1 hint, 1 thing is well\n`,
  )
})
