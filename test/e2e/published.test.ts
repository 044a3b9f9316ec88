/**
 * The set-up that manuals publish for Fail2ban and UFW, from its first command to its last, with our programs in their place.
 * It needs two corrections, which the first test shows: nginx-4xx is to read the access log, and nginx's error_log to be at
 * `info`.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { kernelLog } from '../lab/kernel-log.ts'
import { ATTACKERS, ATTACKERS6, noLab, until, VISITORS, VISITORS6 } from '../lab/lab.ts'
import { startSshd } from '../lab/sshd.ts'
import { JAILS } from './published/files.ts'
import { PublishedHost } from './published/host.ts'

const IGNORED = [`${VISITORS}.50`, `${VISITORS6}:50`]
const ORIGINAL = '/usr/bin'
const LONG_MS = 60_000
/** Each in a /64 of its own, so that no network is banned as a whole. */
const attacker = (family: 4 | 6, n: number) => (family === 4 ? `${ATTACKERS}.${n}` : `${ATTACKERS6}${n}::1`)

describe('the published set-up', { skip: noLab() ?? false }, () => {
  let host: PublishedHost
  /** By jail. */
  const banned = new Map<string, string[]>(JAILS.map((jail) => [jail, []]))

  before(async () => {
    host = await PublishedHost.open(IGNORED)
    await Promise.all([host.lab.nginx(), startSshd(host.lab)])
  })
  after(() => host?.lab.close())

  async function attack(jail: string, from: string): Promise<void> {
    await host.attack(jail, from)
    banned.get(jail)!.push(from)
  }
  const wanted = () => Object.fromEntries([...banned].map(([jail, list]) => [jail, [...list].sort()]))
  const everybody = () => [...banned.values()].flat().sort()

  /** Whoever was banned by mistake as well would be in it. */
  async function assertBans(): Promise<void> {
    assert.deepEqual(await host.loop(), wanted())
    assert.deepEqual((await host.lab.inKernel()).sort(), everybody())
  }

  test('the firewall, by its words; what it refuses is logged', async () => {
    await host.raiseFirewall()
    assert.deepEqual(await host.rules(), [...OPEN, ...OPEN_V6])
    await kernelLog(host.lab, (message) => {
      host.kernel.push(message)
      const stamp = new Date().toISOString().replace('Z', '+00:00')
      host.lab.append('syslog/ufw.log', `${stamp} server kernel: [ 1234.567890] ${message}\n`)
    })
  })

  test('as published, nginx-4xx and nginx-sslerror ban nobody; the doctor says so, and why', async () => {
    assert.deepEqual(await host.fail2ban('start'), { code: 0, out: 'Server ready\n', err: '' })
    await host.try('nginx-4xx', attacker(4, 1))
    await host.try('nginx-sslerror', attacker(4, 2))
    // Behind them in the same logs: what is before is read.
    await attack('nginx-botsearch', attacker(4, 3))
    await attack('nginx-http-auth', attacker(4, 4))
    await assertBans()
    for (const jail of ['nginx-4xx', 'nginx-sslerror']) {
      assert.match((await host.fail2ban('status', jail)).out, /Total failed:\t0\n/)
    }
    const told = [...(await host.doctor('nginx-4xx')), ...(await host.doctor('nginx-sslerror'))].join('\n')
    assert.match(told, /^lint\.wrong-log jail nginx-4xx can never match a line of \S+error\.log: it bans nobody$/m)
    assert.match(
      told,
      /^lint\.hidden-by-level jail nginx-sslerror: .* at level info, and \S+error\.log has level error$/m,
    )
  })

  test('the two corrections, a reload: the doctor is content with them', async () => {
    host.change(
      'fail2ban/jail.d/custom.conf',
      '= nginx-4xx\nlogpath = /var/log/nginx/error.log',
      '= nginx-4xx\nlogpath = /var/log/nginx/access.log',
    )
    host.change('nginx/nginx.conf', 'error.log;', 'error.log info;')
    await host.lab.server.must(['nginx', '-s', 'reload'])
    assert.deepEqual(await host.fail2ban('reload'), { code: 0, out: 'OK\n', err: '' })
    for (const jail of ['nginx-4xx', 'nginx-sslerror']) {
      assert.doesNotMatch((await host.doctor(jail)).join(), /wrong-log|hidden-by-level/)
    }
    await assertBans()
  })

  test('who is in ignoreip may do all of it and is banned by none', async () => {
    for (const jail of JAILS) await host.try(jail, IGNORED[0]!)
    for (const jail of JAILS.filter((one) => one !== 'ufw')) await host.try(jail, IGNORED[1]!)
  })

  describe('each attacker is banned by the jail that it concerns, on all ports', { concurrency: 4 }, () => {
    for (const family of [4, 6] as const) {
      for (const [i, jail] of JAILS.entries()) {
        test(`${jail}, IPv${family}: its next packet is refused, its open connection is cut`, async () => {
          const from = attacker(family, 10 + i)
          const connection = host.lab.connect(from)
          const ask = () => connection.send('GET / HTTP/1.1\r\nHost: lab\r\n\r\n')
          ask()
          await until('the first answer', () => /hello/.test(connection.received), LONG_MS)
          const { length } = connection.received
          await attack(jail, from)
          ask()
          await until('it is cut', () => connection.isOver, LONG_MS)
          assert.equal(connection.received.length, length)
          assert.equal(await host.lab.visit(from, '/'), 0)
          const ssh = host.lab.connect(from, 22)
          await until('it is refused', () => ssh.isOver, LONG_MS)
          assert.equal(ssh.received, '')
        })
      }
    }
  })

  test('the loop over all jails prints whom each bans, and nobody else; so does the installed client', async () => {
    await assertBans()
    for (const address of IGNORED) assert.equal(await host.lab.visit(address, '/'), 200)
    if (existsSync(`${ORIGINAL}/fail2ban-client`)) {
      assert.deepEqual(await host.loop(ORIGINAL), wanted())
      for (const words of [['status'], ...JAILS.map((jail) => ['status', jail])]) {
        // That it misses a fail2ban.conf it tells beside.
        const { code, out } = await host.lab.server.run([`${ORIGINAL}/fail2ban-client`, ...words])
        assert.deepEqual(await host.fail2ban(...words), { code, out, err: '' })
      }
    }
  })

  test('ufw lists each ban as the rule that Fail2ban would have made', async () => {
    const rules = (await host.rules()).map((rule) => rule.replace(/after \d+ attempts/, 'after N attempts'))
    const ofBan = (jail: string, address: string) =>
      `Anywhere${address.includes(':') ? ' (v6)' : ''} REJECT ${address} # by Fail2Ban after N attempts against ${jail}`
    const bans = [...banned].flatMap(([jail, list]) => list.map((address) => ofBan(jail, address)))
    assert.deepEqual([...rules].sort(), [...OPEN, ...OPEN_V6, ...bans].sort())
    assert.ok(rules.indexOf(OPEN[0]!) >= everybody().filter((one) => !one.includes(':')).length, 'bans come first')
  })

  for (const words of [['restart'], ['stop', 'start']]) {
    test(`${words.join(' and ')}: the bans stay`, async () => {
      for (const word of words) assert.equal((await host.fail2ban(word)).code, 0)
      await assertBans()
      assert.equal(await host.lab.visit(attacker(4, 10), '/'), 0)
    })
  }

  test('unbanip lets in again, whoever says it; ufw delete of the rule is an unban as well', async () => {
    const [first, second] = [attacker(4, 10), attacker(6, 10)]
    assert.equal(await host.lab.visit(first, '/'), 0)
    assert.deepEqual(await host.fail2ban('set', JAILS[0]!, 'unbanip', first), { code: 0, out: '1\n', err: '' })
    const original = existsSync(`${ORIGINAL}/fail2ban-client`)
    if (original) await host.lab.server.must([`${ORIGINAL}/fail2ban-client`, 'set', JAILS[0]!, 'unbanip', second])
    else await host.fail2ban('set', JAILS[0]!, 'unbanip', second)
    const third = attacker(4, 11)
    assert.deepEqual(await host.ufw(`delete reject from ${third}`), { code: 0, out: 'Rule deleted\n', err: '' })
    for (const address of [first, second, third]) assert.equal(await host.lab.visit(address, '/'), 200)
    const gone = [first, second, third]
    for (const [jail, list] of banned)
      banned.set(
        jail,
        list.filter((one) => !gone.includes(one)),
      )
    await assertBans()
    assert.ok((await host.rules()).every((rule) => gone.every((one) => !rule.includes(` ${one} `))))
  })
})

const PORTS = ['22/tcp', '80/tcp', '443/tcp']
const OPEN = PORTS.map((port) => `${port} ALLOW Anywhere`)
const OPEN_V6 = PORTS.map((port) => `${port} (v6) ALLOW Anywhere (v6)`)
