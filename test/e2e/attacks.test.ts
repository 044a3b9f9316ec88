import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, ATTACKERS6, Lab, noLab, SERVER, SERVER6, sleep, until, VISITORS, VISITORS6 } from '../lab/lab.ts'
import { guessPasswords, startSshd } from '../lab/sshd.ts'

/** The stock jails as they are: the guard finds nginx, sshd and the kernel's log by itself. */
describe('attackers of a real nginx and sshd, and visitors beside them', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  const banned = new Set<string>()

  before(async () => {
    lab = await Lab.open()
    await Promise.all([lab.nginx(), startSshd(lab)])
    guard = await lab.guard()
  })
  after(() => lab?.close())

  interface Attack {
    readonly name: string
    readonly jail: string
    readonly run: (from: string) => Promise<unknown>
    /** What the ban shuts; by default port 80. */
    readonly shuts?: string
  }

  const attacks: readonly Attack[] = [
    {
      name: 'thirty pages that do not exist',
      jail: 'nginx-4xx',
      run: (from) => lab.visits(from, '/page[1-30]'),
    },
    {
      name: "R39 three paths that only robots ask for, whatever the method and the letters' clothes",
      jail: 'nginx-botsearch',
      run: async (from) => {
        await lab.visits(from, '/wp-login.php')
        await lab.visits(from, '/%70hpmyadmin/', '--path-as-is', '-X', 'PROPFIND')
        await lab.visits(from, '//.env', '--path-as-is')
      },
    },
    {
      name: 'five wrong passwords for a secret page',
      jail: 'nginx-http-auth',
      run: (from) => lab.visits(from, '/secret/?[1-5]', '--user', 'admin:guess'),
    },
    {
      name: 'five visits to a folder that nginx denies to all',
      jail: 'nginx-forbidden',
      run: (from) => lab.visits(from, '/forbidden/[1-5]'),
    },
    {
      name: 'fifteen handshakes without a common cipher',
      jail: 'nginx-sslerror',
      shuts: 'https://SERVER/',
      // RSA alone, which the lab's certificate cannot do.
      run: (from) => lab.visits(from, 'https://SERVER/?[1-15]', '--tls-max', '1.2', '--ciphers', 'AES128-GCM-SHA256'),
    },
    {
      name: 'thirty requests that the rate limit refuses',
      jail: 'nginx-limit-req',
      run: async (from) => {
        const statuses = await lab.visits(from, '/login?[1-36]', '--max-time', '1')
        assert.ok(statuses.filter((status) => status === 503).length >= 30, String(statuses))
      },
    },
    {
      name: 'TLS and garbage sent to port 80',
      jail: 'nginx-bad-request',
      run: async (from) => {
        const garbage = [
          '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
          'SSH-2.0-scan\r\n\r\n',
          'a b c d\r\n\r\n',
          '\xff\xfe\r\n',
          'CONNECT x:25 HTTP/1.1\r\n\r\n',
        ]
        await Promise.all(
          garbage.map(async (bytes) => {
            const connection = lab.connect(from)
            connection.send(Buffer.from(bytes, 'latin1'))
            await until('an answer to garbage', () => connection.received, 3000)
            await connection.close()
          }),
        )
      },
    },
    {
      name: "passwords tried on a real sshd, by OpenSSH's own client",
      jail: 'sshd',
      shuts: 'ssh',
      run: (from) => guessPasswords(lab, from, 5),
    },
    {
      name: "fifteen SYNs that the firewall refused, in the kernel's log",
      jail: 'ufw',
      run: async (from) =>
        lab.append('syslog/ufw.log', Array.from({ length: 15 }, (_, i) => blockedSyn(from, 1000 + i)).join('')),
    },
  ]

  const families = [
    ['IPv4', (n: number) => `${ATTACKERS}.${n}`, `${VISITORS}.9`],
    ['IPv6', (n: number) => `${ATTACKERS6}:${n}`, `${VISITORS6}:9`],
  ] as const

  describe('each is banned by the jail that it concerns', { concurrency: 6 }, () => {
    for (const [family, address] of families) {
      for (const [i, { name, jail, run, shuts = '/' }] of attacks.entries()) {
        test(`${family}: ${name}`, async () => {
          const from = address(10 + i)
          banned.add(from)
          assert.equal(await lab.visit(from, '/'), 200, 'before the attack the server answers')
          await run(from)
          await until(
            `${from} banned by ${jail}`,
            async () => (await lab.jail(jail)).bans.some(({ address }) => address === from),
            4000,
          )
          if (shuts === 'ssh') assert.match(await guessPasswords(lab, from, 1), /timed out/)
          else assert.equal(await lab.visit(from, shuts), 0)
          if (shuts !== '/') assert.equal(await lab.visit(from, '/'), 200, 'what the jail does not guard stays open')
        })
      }

      test(`${family}: an open connection dies with the ban`, async () => {
        const from = address(40)
        banned.add(from)
        const connection = lab.connect(from)
        const ask = () => connection.send('GET / HTTP/1.1\r\nHost: lab\r\n\r\n')
        ask()
        await until('the first answer', () => /hello/.test(connection.received), 3000)
        await lab.visits(from, '/.git/config?[1-3]')
        await until('the ban', async () => (await lab.inKernel()).includes(from), 4000)
        const { length } = connection.received
        ask()
        await sleep(1000)
        assert.equal(connection.received.length, length)
        await connection.close()
      })
    }
  })

  describe('visitors of the same minute are served', { concurrency: 2 }, () => {
    for (const [family, , visitor] of families) {
      test(`${family}: who browses, mistypes a password twice and meets missing pictures`, async () => {
        const statuses = [
          ...(await lab.visits(visitor, '/')),
          ...(await lab.visits(visitor, '/picture[1-40].png')),
          ...(await lab.visits(visitor, '/lost[1-3].html')),
          ...(await lab.visits(visitor, '/secret/')),
          ...(await lab.visits(visitor, '/secret/?[1-2]', '--user', 'admin:wright')),
          ...(await lab.visits(visitor, '/secret/', '--user', 'admin:right')),
          ...(await lab.visits(visitor, '/login')),
          ...(await lab.visits(visitor, 'https://SERVER/')),
          ...(await lab.visits(visitor, '/robots.txt')),
          ...(await lab.visits(visitor, '/')),
        ]
        const missing = (count: number) => Array(count).fill(404)
        assert.deepEqual(statuses, [200, ...missing(43), 401, 401, 401, 200, 200, 200, 404, 200])
      })
    }
  })

  test('the kernel holds the attackers and nobody else', async () => {
    assert.deepEqual((await lab.inKernel()).sort(), [...banned].sort())
    const { jails, pending, kernel, faults } = await lab.status()
    assert.deepEqual({ pending, kernel, faults }, { pending: 0, kernel: { state: 'ok' }, faults: [] })
    const addresses = await Promise.all(
      jails.map(async ({ name }) => (await lab.jail(name)).bans.map(({ address }) => address)),
    )
    assert.deepEqual([...new Set(addresses.flat())].sort(), [...banned].sort())
  })

  test('the guard told each ban in a line with its reason', () => {
    for (const from of banned)
      assert.match(guard.out, new RegExp(` ban {6}${from.replaceAll('.', '\\.')}  \\S+  \\d+ failures, for `))
    assert.equal(guard.err, '')
  })
})

/** As the kernel prints it with UFW's prefix. */
function blockedSyn(from: string, port: number): string {
  const v6 = from.includes(':')
  const to = v6 ? SERVER6 : SERVER
  const ends = v6
    ? `LEN=80 TC=0 HOPLIMIT=49 FLOWLBL=1234 PROTO=TCP`
    : `LEN=60 TOS=0x00 PREC=0x00 TTL=49 ID=4660 DF PROTO=TCP`
  const stamp = new Date().toISOString().replace('Z', '+00:00')
  return `${stamp} server kernel: [12345.678901] [UFW BLOCK] IN=eth0 OUT= MAC=52:54:00:12:34:56:52:54:00:ab:cd:ef:08:00 SRC=${from} DST=${to} ${ends} SPT=51234 DPT=${port} WINDOW=64240 RES=0x00 SYN URGP=0\n`
}
