import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { ownSpared, spared } from '../../src/engine/spared.ts'
import { ignoreList } from '../../src/jail/ignore.ts'
import { fakeWorld } from '../../src/world/fake.ts'

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
  // 41: a session that runs as its user; 42: not logged in yet, as sshd's own user; 43: the listener.
  for (const [pid, uid] of [
    [41, 1000],
    [42, 105],
    [43, 0],
  ] as const) {
    world.put(`/proc/${pid}/comm`, 'sshd\n')
    world.put(`/proc/${pid}/status`, `Name:\tsshd\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`)
    world.put(`/proc/${pid}/fd/4`, `socket:[${pid}00]`)
  }
  const row = (remote: string, inode: number) =>
    `  0: 0A0200C0:0016 ${remote}:C350 01 00000000:00000000 02:0 0 0 0 ${inode} 1`
  world.put('/proc/net/tcp', `sl local_address rem_address\n${row('297100CB', 4100)}\n${row('2A7100CB', 4200)}\n`)
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
  ['198.51.100.99', /proxy/],
  ['0.0.0.0', /no host/],
  ['255.255.255.255', /broadcast|multicast/],
  ['224.0.0.1', /multicast/],
  ['169.254.1.1', /link-local/],
  ['fe80::abcd', /link-local/],
  ['ff02::1', /multicast/],
  ['0.0.0.0/0', /broadcast/],
]

const list = spared(host(), ['198.51.100.0/24'])

for (const [address, why] of never) {
  test(`${address} is never banned`, () => assert.match(ignoreList(list)(parseNetwork(address)!) ?? '', why))
}

for (const address of ['203.0.113.42', '203.0.113.43', '198.51.101.1', '2001:db8::2']) {
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
    '198.51.100.0/24',
  ])
})
