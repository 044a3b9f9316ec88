/** `ufw show listening`: the answers were recorded from ufw 0.36.2 on a host with these tables in /proc. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listeners, listeningJson, printListening } from '../../../src/cli/ufw/listening.ts'
import { hostAddresses, listeningSockets } from '../../../src/cli/ufw/listening-sockets.ts'
import { ruleOf } from './rule-of.ts'

const ANY4 = '00000000'
const ANY6 = '0'.repeat(32)

/** A line of /proc/net/tcp and its kin. */
function socket(local: string, state: string, inode: number): string {
  const nobody = `${'0'.repeat(local.indexOf(':'))}:0000`
  return `   0: ${local} ${nobody} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000 100 0 0 10 0`
}

const HOST: Readonly<Record<string, string>> = {
  '/proc/self/net/tcp': [
    'sl',
    socket(`${ANY4}:2710`, '0A', 10),
    socket('0909090A:0016', '0A', 11),
    socket(`${ANY4}:0016`, '0A', 12),
    socket('0100007F:0019', '0A', 13),
    socket('0100007F:D362', '01', 14),
    socket('0403A8C0:01BB', '0A', 15),
    socket('0909090A:0009', '0A', 16),
  ].join('\n'),
  '/proc/self/net/tcp6': [
    'sl',
    socket(`${ANY6}:0016`, '0A', 20),
    socket('B80D0120000003000000000009000000:01BB', '0A', 21),
    socket('B80D0120000000000000000009000000:0050', '0A', 22),
  ].join('\n'),
  '/proc/self/net/udp': ['sl', socket('0909090A:0D05', '01', 30), socket(`${ANY4}:14E9`, '07', 31)].join('\n'),
  '/proc/self/net/udp6': ['sl', socket('00000000000000000000000001000000:0063', '07', 40)].join('\n'),
  '/proc/self/net/if_inet6': [
    'fe80000000000000bcb0e1fffecd3349 05 40 20 80     eth0',
    '20010db8000300000000000000000009 05 40 00 82     eth0',
    'fe800000000000008c1edafffe64a0f9 03 40 20 80       d0',
    '20010db8000000000000000000000009 03 30 00 82       d0',
    '00000000000000000000000000000001 01 80 10 80       lo',
  ].join('\n'),
  '/proc/9/exe': '/usr/sbin/sshd',
  '/proc/9/fd/3': 'socket:[12]',
  '/proc/9/fd/4': 'socket:[20]',
  '/proc/9/fd/5': '/dev/null',
  '/proc/10/exe': '/usr/lib/my prog (deleted)',
  '/proc/10/fd/7': 'socket:[31]',
  '/proc/11/exe': '/usr/sbin/child',
  '/proc/11/fd/3': 'socket:[12]',
}

const files = (host: Readonly<Record<string, string>>) => ({
  text: (path: string) => {
    if (host[path] === undefined) throw new Error('absent')
    return host[path]
  },
  link: (path: string) => host[path],
  list: (path: string) => {
    const below = Object.keys(host).filter((name) => name.startsWith(`${path}/`))
    return [...new Set(below.map((name) => name.slice(path.length + 1).split('/')[0]!))]
  },
})

const shown = (tuples: readonly string[], host = HOST) => {
  const world = files(host)
  return listeners(listeningSockets(world), tuples.map(ruleOf), hostAddresses(world))
}

test('who listens, by port as text; what only the host itself reaches is not shown', () =>
  assert.equal(
    printListening(shown([])),
    `tcp:
  10000 * (-)
  22 10.9.9.9 (-)
  22 * (child)
  443 192.168.3.4 (-)
  9 10.9.9.9 (-)
tcp6:
  22 * (sshd)
  443 2001:db8:3::9 (-)
  80 2001:db8::9 (-)
udp:
  3333 10.9.9.9 (-)
  5353 * (my)
udp6:

`,
  ))

test('a host on which nobody listens', () => {
  assert.equal(printListening(shown([], {})), '')
  assert.equal(printListening(shown([], { '/proc/self/net/tcp': 'sl\nrubbish\n 0: zz 1' })), '')
})

/** To which of the sockets, as `port address`. */
const ROWS: Readonly<Record<string, string>> = {
  'allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in': '22 10.9.9.9, 22 *',
  'limit udp 22 0.0.0.0/0 any 0.0.0.0/0 in': '',
  'deny any 22 0.0.0.0/0 any 1.2.3.4 in': '22 10.9.9.9, 22 *',
  'allow tcp 20:30 0.0.0.0/0 any 0.0.0.0/0 in': '22 10.9.9.9, 22 *',
  'allow tcp 21,22,443 0.0.0.0/0 any 0.0.0.0/0 in': '22 10.9.9.9, 22 *, 443 192.168.3.4',
  'allow tcp 10000:10001 0.0.0.0/0 any 0.0.0.0/0 in': '10000 *',
  'allow tcp 22 10.9.8.0/24 any 0.0.0.0/0 in': '22 *',
  'allow tcp 22 10.9.9.0/24 any 0.0.0.0/0 in': '22 10.9.9.9, 22 *',
  'allow tcp 22 10.0.9.9/255.0.255.255 any 0.0.0.0/0 in': '22 10.9.9.9, 22 *',
  'allow tcp 22 10.0.8.9/255.0.255.255 any 0.0.0.0/0 in': '22 *',
  'reject any any 0.0.0.0/0 53 1.1.1.1 in':
    '10000 *, 22 10.9.9.9, 22 *, 443 192.168.3.4, 9 10.9.9.9, 3333 10.9.9.9, 5353 *',
  'allow any any 192.168.3.4 any 0.0.0.0/0 in': '10000 *, 22 *, 443 192.168.3.4, 5353 *',
  'allow gre any 0.0.0.0/0 any 0.0.0.0/0 in': '',
  'allow any 22 0.0.0.0/0 any 0.0.0.0/0 out': '',
  'route:allow any 22 0.0.0.0/0 any 0.0.0.0/0 in': '',
  'allow any 22 0.0.0.0/0 any 0.0.0.0/0 in_eth0': '',
  'allow any 22 ::/0 any ::/0 in': '22 *',
  'allow any any ::/0 any ::/0 in_eth0': '22 *, 443 2001:db8:3::9',
  'allow any any ::/0 any ::/0 in_d0': '22 *, 80 2001:db8::9',
  'allow any any ::/0 any ::/0 in_lo': '22 *',
  'allow any any ::/0 any ::/0 in_eth+': '',
  'allow any any ::/0 any ::/0 in_d1': '',
  'allow any any 2001:db8::9 any ::/0 in': '22 *, 80 2001:db8::9',
  'allow any any 2001:db8::/33 any ::/0 in': '22 *, 443 2001:db8:3::9, 80 2001:db8::9',
  'allow any any 2001:db8::9 any ::/0 in_d0': '',
  'allow any any 2001:db8::/48 any ::/0 in_d0': '22 *, 80 2001:db8::9',
  'allow any any fe80::/10 any ::/0 in_d0': '',
  'allow any any ::1 any ::/0 in_lo': '22 *',
}

for (const [tuple, is] of Object.entries(ROWS)) {
  test(`${tuple} may decide ${is || 'nothing'}`, () => {
    const hit = [...shown([tuple]).values()].flat().filter(({ rules }) => rules.length > 0)
    assert.equal(
      hit.map(({ port, everywhere, address }) => `${port} ${everywhere ? '*' : address.text}`).join(', '),
      is,
    )
  })
}

const MIXED = [
  'allow udp 137,138 0.0.0.0/0 any 0.0.0.0/0 CIFS - in',
  'allow tcp 139,443 0.0.0.0/0 any 0.0.0.0/0 CIFS - in',
  'allow any 5353 0.0.0.0/0 any 0.0.0.0/0 in comment=78c3a41b',
]

test("an application's rules count one by one; a socket with rules ends in an empty line", () => {
  const { '/proc/self/net/tcp': tcp = '', '/proc/self/net/udp': udp = '' } = HOST
  assert.equal(
    printListening(shown(MIXED, { '/proc/self/net/tcp': tcp, '/proc/self/net/udp': udp })),
    `tcp:
  10000 * (-)
  22 10.9.9.9 (-)
  22 * (-)
  443 192.168.3.4 (-)
   [ 2] allow CIFS

  9 10.9.9.9 (-)
udp:
  3333 10.9.9.9 (-)
  5353 * (-)
   [ 3] allow 5353 comment 'xä\\x1b'


`,
  )
})

test('for programs', () => {
  const { '/proc/self/net/udp': udp = '', ...rest } = HOST
  const programs = Object.fromEntries(Object.entries(rest).filter(([path]) => !path.startsWith('/proc/self/net/')))
  assert.deepEqual(listeningJson(shown(MIXED, { ...programs, '/proc/self/net/udp': udp })), {
    listening: [
      { protocol: 'udp', family: 4, address: '10.9.9.9', port: 3333, program: null, rules: [] },
      {
        ...{ protocol: 'udp', family: 4, address: 'any', port: 5353, program: 'my' },
        rules: ["allow 5353 comment 'xä\x1b'"],
      },
    ],
  })
})
