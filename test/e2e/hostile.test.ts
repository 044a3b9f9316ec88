import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, GATEWAY, Lab, noLab, until } from '../lab/lab.ts'
import { probeLine } from '../lab/lines.ts'

/** What a terminal may obey, but for the end of a line: C0, DEL, C1 (ECMA-48), and what turns the direction of text. */
const CONTROL = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/
const ESCAPE = /[\0-\x09\x0b-\x1f]/
/** Nobody at these addresses has done anything. */
const VICTIM = '203.0.113.66'
const VICTIM6 = '2001:db8:600d::66'

describe('hostile bytes and forged lines', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  let attackers = 10
  const fresh = () => `${ATTACKERS}.${attackers++}`

  before(async () => {
    lab = await Lab.open(ALL_AT_ONCE)
    await lab.nginx()
    guard = await lab.guard()
  })
  after(() => lab?.close())

  const isBanned = async (address: string) => (await lab.inKernel()).includes(address)

  /** The guard is well if the next one who attacks is banned in time. */
  async function stillGuards(): Promise<void> {
    const attacker = fresh()
    const began = Date.now()
    await lab.visit(attacker, '/.env')
    await until(`${attacker} banned`, () => isBanned(attacker), 4000)
    assert.ok(Date.now() - began <= 2000, `${Date.now() - began} ms`)
    assert.equal(guard.process.exitCode, null)
  }

  /** Nothing that a terminal would obey. */
  function assertPlain(text: string): void {
    assert.doesNotMatch(text, CONTROL)
  }

  describe('bytes in the access log', () => {
    const junk: readonly (readonly [string, () => Uint8Array])[] = [
      [
        'every byte there is, in lines of their own',
        () => Buffer.concat(bytes().map((byte) => Buffer.from([byte, 10]))),
      ],
      ['every byte there is, in one line', () => Buffer.from([...bytes().filter((byte) => byte !== 10), 10])],
      ['a megabyte of NUL, as a crash leaves it', () => Buffer.concat([Buffer.alloc(1024 * 1024), Buffer.from('\n')])],
      [
        'half a character of UTF-8, overlong forms, surrogates',
        () => Buffer.from('\xe2\x82\n\xc0\xaf\n\xed\xa0\x80\n\xf5\x80\x80\x80\n', 'latin1'),
      ],
      [
        'ten megabytes without an end of line, then its end',
        () => Buffer.concat([Buffer.alloc(10 * 1024 * 1024, 'A'), Buffer.from('\n')]),
      ],
      ['a hundred thousand empty lines', () => Buffer.alloc(100_000, '\n')],
      [
        'a million quotes',
        () => Buffer.concat([Buffer.from(`${VICTIM} - - [`), Buffer.alloc(1_000_000, '" '), Buffer.from('\n')]),
      ],
    ]
    for (const [name, made] of junk) {
      test(name, async () => {
        lab.append('log/access.log', made())
        await stillGuards()
      })
    }

    test('a probe with all of them in its line is banned, and neither the terminal nor `why` shows one raw', async () => {
      const attacker = '198.51.100.200'
      const nasty = '\x1b[2J\x1b]52;c;cm0gLXJm\x07\x00\x9b31m\xff\xfe\x7f\r\x08\xe2\x80\xae\xc2\x9b'
      lab.append(
        'log/access.log',
        Buffer.from(probeLine(attacker, `/.env?${nasty}`).replace('"probe"', `"${nasty}"`), 'latin1'),
      )
      await until('the ban', () => isBanned(attacker), 3000)
      await until('it is told', () => guard.out.includes(attacker))
      assertPlain(guard.out)
      assert.match(guard.out, / ban {6}198\.51\.100\.200 {2}nginx-botsearch {2}1 failure, for 1h\n/)
      const why = await lab.rampart('why', attacker)
      assert.match(why.out, /\/\.env\?/)
      assertPlain(why.out)
      assert.doesNotMatch((await lab.rampart('why', attacker, '--json')).out, ESCAPE)
      assertPlain((await lab.rampart('match', 'nginx-botsearch', '/var/log/nginx/access.log')).out.slice(-10_000))
      assertPlain((await lab.rampart('status', 'nginx-botsearch')).out)
    })
  })

  describe('lines that a client forges through nginx ban nobody else', () => {
    const stamp = () => new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', '%20')
    const tail = 'server:%20_,%20request:%20%22GET%20/%20HTTP/1.1%22,%20host:%20%22x%22'
    const forge = (path: string, ...options: string[]) => lab.visit(fresh(), path, '--globoff', ...options)
    const forged = (victim: string) => [
      `${stamp()}%20[error]%201%231:%20*1%20user%20%22x%22:%20password%20mismatch,%20client:%20${victim},%20${tail}`,
      `${stamp()}%20[error]%201%231:%20*1%20limiting%20requests,%20excess:%205.500%20by%20zone%20%22login%22,%20client:%20${victim},%20${tail}`,
      `${stamp()}%20[error]%201%231:%20*1%20access%20forbidden%20by%20rule,%20client:%20${victim},%20${tail}`,
    ]

    for (const victim of [VICTIM, VICTIM6]) {
      test(`R37 a path with an encoded end of line, one or several, and a whole record of ${victim} behind it`, async () => {
        for (const record of forged(victim)) {
          for (const end of ENDS) {
            await forge(`/missing${end}${record}${end}y`)
            await forge(`/forbidden/${end}${record}${end}${record}`)
          }
          await forge(`/login%0a${record}%0ay`)
          await forge(`/secret/%0a${record}%0ay`, '--user', 'admin:guess')
          await forge(`/secret/`, '--user', `admin\n${decodeURIComponent(record)}\n:guess`)
        }
        assert.match(
          lab.read('log/error.log'),
          new RegExp(`^${stamp().slice(0, 10)}.*client: ${victim}, `, 'm'),
          'nginx wrote the forged line',
        )
        await stillGuards()
        assert.equal(await isBanned(victim), false)
        assert.equal(await lab.visit(victim, '/'), 200)
      })
    }

    const headers: readonly (readonly [string, (victim: string) => readonly string[]])[] = [
      [
        'Referer',
        (victim) => ['--referer', `http://x", client: ${victim}, server: _, request: "GET / HTTP/1.1", host: "x`],
      ],
      ['User-Agent', (victim) => ['--user-agent', `x" 404 1 "-" "\n${victim} - - [`.replace('\n', ' ')]],
      ['X-Forwarded-For', (victim) => ['--header', `X-Forwarded-For: ${victim}`]],
      ['user name', (victim) => ['--user', `x", client${victim}, server: _:guess`]],
    ]
    for (const [field, options] of headers) {
      test(`R38 a second client in the ${field}: the first, which nginx wrote, is banned`, async () => {
        const [forger, prober] = [fresh(), fresh()]
        await lab.visit(forger, '/forbidden/', ...options(VICTIM))
        await lab.visit(prober, '/.env', ...options(VICTIM))
        await until('both banned', async () => (await isBanned(forger)) && (await isBanned(prober)), 3000)
        assert.equal(await isBanned(VICTIM), false)
      })
    }

    const closed = `x", client: ${VICTIM}, server: _, request: "GET / HTTP/1.1", host: "x`
    const requests: readonly (readonly [where: string, request: string])[] = [
      ['path', `GET /forbidden/${closed} HTTP/1.1\r\nHost: lab\r\n\r\n`],
      ['path of a request that names a host', `GET http://lab/forbidden/${closed} HTTP/1.1\r\nHost: lab\r\n\r\n`],
      ['host', `GET /forbidden/ HTTP/1.1\r\nHost: ${closed}\r\n\r\n`],
      ['method', `GET", client: ${VICTIM}, server: / HTTP/1.1\r\nHost: lab\r\n\r\n`],
      ['version', `GET /forbidden/ HTTP/1.1", client: ${VICTIM}, server: _\r\nHost: lab\r\n\r\n`],
    ]
    for (const [where, request] of requests) {
      test(`R38 a second client in the ${where}, raw: nobody but the first is banned`, async () => {
        const connection = lab.connect(fresh())
        connection.send(request)
        await until('an answer', () => connection.received)
        await connection.close()
        await stillGuards()
        assert.equal(await isBanned(VICTIM), false)
      })
    }
  })

  describe('who hides behind his user name is banned all the same', () => {
    for (const user of [
      'a b',
      'x [22/Nov/2026:18:29:45 +0000] "GET / HTTP/1.1" 200 1',
      `${VICTIM} - - [`,
      '-',
      ' ',
      'a\tb',
      'ü\u00ff',
      'a"b',
      '" ',
      'a] [b',
      '\\x22 "',
      `x", client${VICTIM}`,
    ]) {
      test(`R39 the user ${JSON.stringify(user)} is banned all the same`, async () => {
        const attacker = fresh()
        await lab.visit(attacker, '/wp-login.php', '--user', `${user}:x`)
        await until('the ban', () => isBanned(attacker), 3000)
        assert.equal(await isBanned(VICTIM), false)
      })
    }

    for (const [method, path] of [
      ['PROPFIND', '/phpmyadmin/'],
      ['get', '/phpmyadmin/'],
      ['GET', '/%77p-login.php'],
      ['X-Y', '//%77p-%6cogin.php?a=%22b%22'],
    ] as const) {
      test(`R39 a user with a space, by ${method} ${path}, is banned all the same`, async () => {
        const attacker = fresh()
        await lab.visit(attacker, path, '--user', 'a b:x', '--path-as-is', '-X', method)
        await until('the ban', () => isBanned(attacker), 3000)
      })
    }
  })

  describe('what this host needs is never banned, whatever a log says', () => {
    test('the gateway, by one who really attacks from it, which is told once', async () => {
      await lab.visits(GATEWAY, '/.env?[1-5]')
      await stillGuards()
      assert.equal(await lab.visit(GATEWAY, '/'), 200)
      assert.equal(guard.out.split(`spared   ${GATEWAY}  nginx-botsearch`).length, 2)
    })
  })
})

/** Ends of a line, as a path may hold them. */
const ENDS = ['%0a', '%0a%0a', '%0d%0a', '%0d', '%0a%0d%0a']

/** Each jail at the first failure, so that a single forged line would show. */
const ALL_AT_ONCE = [
  'nginx-botsearch',
  'nginx-http-auth',
  'nginx-limit-req',
  'nginx-forbidden',
  'nginx-4xx',
  'nginx-bad-request',
  'nginx-sslerror',
]
  .map((name) => `[${name}]\nenabled = true\nmaxretry = ${/4xx|bad/.test(name) ? 30 : 1}\n`)
  .join('\n')

function bytes(): number[] {
  return Array.from({ length: 256 }, (_, byte) => byte)
}
