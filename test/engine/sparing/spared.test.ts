import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../../src/base/address.ts'
import { ownSpared, spared } from '../../../src/engine/sparing/spared.ts'
import { SshPeers } from '../../../src/engine/sparing/ssh-peers.ts'
import { timeServers } from '../../../src/engine/sparing/time-servers.ts'
import { ignoreList } from '../../../src/jail/ignore.ts'
import { fakeWorld } from '../../../src/world/fake.ts'

interface Process {
  /** The last byte of the far end's address too: 203.0.113.pid. */
  readonly pid: number
  readonly uid: number
  readonly parent: number
  readonly title: string
  readonly name?: string
}

/** As OpenSSH 9.2 and 9.8 have them; 105 is sshd's own user. */
const PROCESSES: readonly Process[] = [
  { pid: 40, uid: 0, parent: 1, title: 'sshd: bob [priv]' },
  { pid: 41, uid: 1000, parent: 40, title: 'sshd: bob@pts/0' },
  { pid: 42, uid: 105, parent: 43, title: 'sshd: root [net]' },
  { pid: 43, uid: 0, parent: 1, title: 'sshd: root [priv]' },
  { pid: 44, uid: 0, parent: 1, title: 'sshd: /usr/sbin/sshd -D [listener] 1 of 10-100 startups' },
  { pid: 45, uid: 0, parent: 44, title: 'sshd: root@pts/1' },
  { pid: 46, uid: 0, parent: 44, title: 'sshd-session: root@notty', name: 'sshd-session' },
  { pid: 47, uid: 1000, parent: 1, title: 'sshd: bob@pts/9' },
  { pid: 48, uid: 1000, parent: 47, title: 'sshd: bob@pts/9' },
  { pid: 49, uid: 0, parent: 44, title: 'sshd: [accepted]' },
  { pid: 50, uid: 0, parent: 44, title: 'sshd: unknown [priv]' },
]

function host() {
  const world = fakeWorld({ own: ['127.0.0.1', '192.0.2.10', 'fe80::1', '2001:db8::10'] })
  world.put(
    '/proc/net/route',
    'Iface\tDestination\tGateway\tFlags\neth0\t00000000\t010200C0\t0003\neth0\t000200C0\t00000000\t0001\n',
  )
  world.put(
    '/proc/net/ipv6_route',
    `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 20010db8000000000000000000000001 00000400 1 0 3 eth0\n`,
  )
  world.put('/etc/resolv.conf', '# by hand\nnameserver 192.0.2.53\nnameserver fe80::53%eth0\nsearch example.org\n')
  world.put('/run/systemd/sessions/7', 'UID=1000\nREMOTE=1\nREMOTE_HOST=203.0.113.7\n')
  world.put('/run/systemd/sessions/7.ref', '')
  const utmp = new Uint8Array(384)
  utmp[0] = 7
  utmp.set([203, 0, 113, 9], 348)
  world.put('/run/utmp', utmp)
  world.put('/etc/passwd', 'root:x:0:0::/:/bin/sh\nsshd:x:105:65534::/run/sshd:/bin/false\n')
  for (const { pid, uid, parent, title, name = 'sshd' } of PROCESSES) {
    world.put(`/proc/${pid}/comm`, `${name}\n`)
    world.put(`/proc/${pid}/cmdline`, `${title}\0`)
    world.put(`/proc/${pid}/status`, `Name:\t${name}\nPPid:\t${parent}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`)
    world.put(`/proc/${pid}/fd/4`, `socket:[${pid}00]`)
  }
  const row = ({ pid }: Process) => {
    const far = `${pid.toString(16).toUpperCase()}7100CB`
    return `  0: 0A0200C0:0016 ${far}:C350 01 00000000:00000000 02:0 0 0 0 ${pid}00 1 0000000000000000 20 4 0 10 -1`
  }
  world.put('/proc/net/tcp', `sl local_address rem_address\n${PROCESSES.map(row).join('\n')}\n`)
  const files = {
    ...world.files,
    link: (path: string) => (path.endsWith('/fd/4') ? world.files.text(path) : undefined),
  }
  return { ...world, files }
}

const never: readonly [address: string, why: RegExp][] = [
  ['127.0.0.53', /loopback/],
  ['192.0.2.10', /address of this host/],
  ['2001:db8::10', /address of this host/],
  ['192.0.2.1', /gateway/],
  ['2001:db8::1', /gateway/],
  ['192.0.2.53', /name server/],
  ['203.0.113.7', /ssh/],
  ['203.0.113.9', /ssh/],
  ['203.0.113.41', /ssh/],
  ['203.0.113.45', /ssh/],
  ['203.0.113.46', /ssh/],
  ['203.0.113.123', /time server/],
  ['198.51.100.99', /proxy/],
  ['0.0.0.0', /no host/],
  ['255.255.255.255', /broadcast|multicast/],
  ['224.0.0.1', /multicast/],
  ['169.254.1.1', /link-local/],
  ['fe80::abcd', /link-local/],
  ['ff02::1', /multicast/],
  ['0.0.0.0/0', /broadcast/],
]

const world = host()
const list = spared(world, {
  allowed: [],
  proxies: ['198.51.100.0/24'],
  sshPeers: new SshPeers(world.files, world.clock).now(true),
  timeServers: [parseNetwork('203.0.113.123')!],
})

for (const [address, why] of never) {
  test(`${address} is never banned`, () => assert.match(ignoreList(list)(parseNetwork(address)!) ?? '', why))
}

const MAY = [40, 42, 43, 44, 47, 48, 49, 50].map((pid) => `203.0.113.${pid}`)

for (const address of [...MAY, '198.51.101.1', '2001:db8::2']) {
  test(`${address} may be banned`, () => assert.equal(ignoreList(list)(parseNetwork(address)!), undefined))
}

test('shown is only what is particular to this host', () => {
  assert.deepEqual(ownSpared(list), [
    '192.0.2.10',
    '2001:db8::10',
    '192.0.2.1',
    '2001:db8::1',
    '192.0.2.53',
    '203.0.113.7',
    '203.0.113.9',
    '203.0.113.41',
    '203.0.113.45',
    '203.0.113.46',
    '203.0.113.123',
    '198.51.100.0/24',
  ])
})

test('a process becomes sshd, and sshd a session, after it was first seen', () => {
  const world = host()
  const peers = new SshPeers(world.files, world.clock)
  const far = '203.0.113.49'
  world.put('/proc/49/comm', 'systemd\n')
  assert.equal(peers.now(false).includes(far), false)
  world.advance(1000)
  world.put('/proc/49/comm', 'sshd\n')
  world.put('/proc/49/cmdline', 'sshd: root@pts/3\0')
  assert.equal(peers.now(false).includes(far), true)
  world.advance(60_000)
  assert.equal(peers.now(false).includes(far), true)
})

const FILES: readonly [path: string, text: string, servers: readonly string[]][] = [
  [
    '/etc/chrony/chrony.conf',
    '# server no.example\npool 2.debian.pool.ntp.org iburst\nserver 192.0.2.5 prefer\n',
    ['2.debian.pool.ntp.org', '192.0.2.5'],
  ],
  ['/etc/chrony/sources.d/own.sources', 'peer clock.example\n', ['clock.example']],
  ['/etc/ntpsec/ntp.conf', 'pool -4 0.pool.example iburst # near\nrestrict default kod\n', ['0.pool.example']],
  [
    '/etc/systemd/timesyncd.conf',
    '[Time]\n#NTP=\nNTP=a.example b.example\n#FallbackNTP=0.debian.pool.ntp.org\n',
    ['a.example', 'b.example', '0.debian.pool.ntp.org'],
  ],
  ['/etc/systemd/timesyncd.conf.d/x.conf', '[Time]\nFallbackNTP=c.example\n', ['c.example']],
  ['/etc/openntpd/ntpd.conf', 'servers pool.example\nconstraints from "https://www.example"\n', ['pool.example']],
]

for (const [path, text, servers] of FILES) {
  test(`time servers stand in ${path}`, () => {
    const world = fakeWorld()
    world.put(path, text)
    assert.deepEqual(timeServers(world.files), servers)
  })
}
