import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { ended } from '../lab/host.ts'
import { ATTACKERS, ATTACKERS6, GATEWAY, Lab, noLab, ROOT, sleep, until, VISITORS } from '../lab/lab.ts'

const RAMPART = join(ROOT, 'bin/rampart')
const ATTACKER = `${ATTACKERS}.7`
/** An ordinary user, as `setpriv` makes one. */
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

describe('the commands of rampart', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await Lab.open()
    await lab.nginx()
    guard = await lab.guard()
    await lab.visits(ATTACKER, '/.env?[1-3]')
    await lab.visit(`${ATTACKERS}.8`, '/.env')
    await until('a ban', async () => (await lab.inKernel()).includes(ATTACKER))
    await until('a count', async () => (await lab.jail('nginx-botsearch')).failedNow === 1)
  })
  after(() => lab?.close())

  /** What a person types after `rampart`, what comes of it. */
  interface Row {
    readonly name: string
    readonly words: readonly string[]
    readonly code: number
    readonly out?: readonly RegExp[]
    readonly err?: readonly RegExp[]
    readonly as?: readonly string[]
    readonly input?: string
  }

  const rows: readonly Row[] = [
    { name: 'version', words: ['version'], code: 0, out: [/^rampart \d+\.\d+\.\d+\n$/] },
    { name: 'help', words: ['help'], code: 0, out: [/^Usage: rampart /, /\bstatus\b/, /\bwhy\b/, /sudo rampart up/] },
    {
      name: 'help of a command fits a screen',
      words: ['help', 'ban'],
      code: 0,
      out: [/^Usage: rampart ban /, /^(.*\n){5,24}$/],
    },
    { name: '--help after a command', words: ['why', '--help'], code: 0, out: [/^Usage: rampart why /] },
    { name: 'no word at all', words: [], code: 2, err: [/Usage: rampart/] },
    { name: 'an unknown word', words: ['bann'], code: 2, err: [/unknown command 'bann'/, /ban/] },
    { name: 'an unknown option', words: ['status', '--yaml'], code: 2, err: [/unknown option '--yaml'/, /help/] },
    {
      name: 'status',
      words: ['status'],
      code: 0,
      out: [/^Rampart \S+ guards since /, /1 banned/, /nginx-botsearch +1 +1 +1 +\/var\/log\/nginx\/access\.log/],
    },
    {
      name: 'status of a jail',
      words: ['status', 'nginx-botsearch'],
      code: 0,
      out: [/^nginx-botsearch\n/, /198\.51\.100\.7 +since .* left +3 failures/],
    },
    {
      name: 'status of no jail',
      words: ['status', 'nginx'],
      code: 1,
      err: [/^rampart: there is no jail "nginx"\n {2}there are: .*nginx-4xx/],
    },
    {
      name: 'why of a banned one',
      words: ['why', ATTACKER],
      code: 0,
      out: [
        /is banned by nginx-botsearch after 3 failures/,
        /"GET \/\.env\?3 HTTP/,
        /kernel: inet rampart_bans, set \S+, expires in 3[56]\d\d s/,
      ],
    },
    {
      name: 'why of one who is counted',
      words: ['why', `${ATTACKERS}.8`],
      code: 0,
      out: [/nginx-botsearch has counted 1 of 3 failures/],
    },
    {
      name: 'why of a stranger',
      words: ['why', `${VISITORS}.99`],
      code: 0,
      out: [/is not banned, and no jail has counted a failure of it/],
    },
    {
      name: 'why of the gateway',
      words: ['why', GATEWAY],
      code: 0,
      out: [/is never banned: it is a gateway of this host/],
    },
    {
      name: 'why of what is no address',
      words: ['why', 'example.com'],
      code: 1,
      err: [/"example\.com" is not an address or a network\n {2}write it as/],
    },
    {
      name: 'a bad address with an escape in it is shown without',
      words: ['why', '\x1b[2J'],
      code: 1,
      err: [/\\x1b\[2J/],
    },
    { name: 'ban of half the internet', words: ['ban', '0.0.0.0/0'], code: 1, err: [/wider than \/8/] },
    { name: 'ban for a time that is none', words: ['ban', '192.0.2.77', '--for', 'soon'], code: 1, err: [/soon/] },
    { name: 'ban in no jail', words: ['ban', '192.0.2.77', '--jail', 'x'], code: 1, err: [/there is no jail "x"/] },
    {
      name: 'ban of the gateway',
      words: ['ban', GATEWAY],
      code: 1,
      out: [/is never banned: it is a gateway of this host \(--force/],
    },
    {
      name: 'unban of one who is not banned',
      words: ['unban', '192.0.2.77'],
      code: 1,
      out: [/192\.0\.2\.77 +is not banned/],
    },
    {
      name: 'match of a log',
      words: ['match', 'nginx-botsearch', '/var/log/nginx/access.log'],
      code: 0,
      out: [/198\.51\.100\.7/],
    },
    {
      name: 'match of standard input',
      words: ['match', 'nginx-botsearch', '-'],
      code: 0,
      out: [/198\.51\.100\.9/],
      input: `${ATTACKERS}.9 - - [22/Nov/2026:18:29:45 +0000] "GET /.env HTTP/1.1" 404 153 "-" "x"\n`,
    },
    { name: 'match of nothing', words: ['match', 'nginx-botsearch', '-'], code: 1, input: 'hello\n' },
    { name: 'match by no filter', words: ['match', 'nginx-x'], code: 2, err: [/nginx-x/] },
    { name: 'match of no log', words: ['match', 'sshd', '/var/log/no.log'], code: 2, err: [/\/var\/log\/no\.log/] },
    {
      name: 'nobody asks the guard',
      as: NOBODY,
      words: ['status'],
      code: 1,
      err: [/this user may not speak to the guard/, /sudo rampart/],
    },
    {
      name: 'nobody bans',
      as: NOBODY,
      words: ['ban', '192.0.2.77'],
      code: 1,
      err: [/this user may not speak to the guard/, /sudo rampart/],
    },
    { name: 'nobody guards', as: NOBODY, words: ['up'], code: 1, err: [/root/, /sudo rampart up/] },
    {
      name: 'no guard answers there',
      words: ['status', '--socket', '/run/none.sock'],
      code: 1,
      err: [/^rampart: no guard is running .*\n {2}start it: sudo rampart up\n$/],
    },
  ]

  describe('each says what it did and ends with its code', { concurrency: 4 }, () => {
    for (const { name, as = [], words, code, out = [/^$/], err = [/^$/], input } of rows) {
      test(name, async () => {
        const done = await lab.server.run([...as, 'timeout', '10', RAMPART, ...words], input)
        assert.equal(done.code, code, done.err + done.out)
        // Who says nothing about an output expects none; `match` sums up in any case.
        if (!(words[0] === 'match' && code === 1 && input)) for (const expected of out) assert.match(done.out, expected)
        for (const expected of err) assert.match(done.err, expected)
        assert.doesNotMatch(done.out + done.err, /\bat .*\.m?[jt]s:\d/, 'no stack trace')
      })
    }
  })

  test('ban and unban by hand reach the kernel, both families, networks and times', async () => {
    const addresses = [`${ATTACKERS}.20`, `${ATTACKERS6}:20`, '10.99.0.0/24', '2001:db8:9::/48']
    const ban = await lab.rampart('ban', ...addresses, '--for', '10m', '--json')
    assert.equal(ban.code, 0, ban.err)
    assert.deepEqual(
      (JSON.parse(ban.out) as { address: string; done: boolean }[]).map(({ address, done }) => [address, done]),
      addresses.map((one) => [one, true]),
    )
    assert.equal(await lab.visit(`${ATTACKERS}.20`, '/'), 0)
    assert.equal(await lab.visit(`${ATTACKERS6}:20`, '/'), 0)
    const why = await whyOf('10.99.0.7')
    assert.equal(why.bans[0]?.jail, 'manual')
    assert.ok(Math.abs(why.kernel[0]!.expiresSeconds! - 600) < 10, String(why.kernel[0]?.expiresSeconds))
    assert.equal((await lab.rampart('unban', ...addresses)).code, 0)
    assert.equal(await lab.visit(`${ATTACKERS}.20`, '/'), 200)
    assert.deepEqual(await lab.inKernel(), [ATTACKER])
  })

  test('bans lists those in force with their jails, and past ones when asked', async () => {
    const [one, other] = [`${ATTACKERS}.40`, '10.98.0.0/24']
    await lab.rampart('ban', one, other, '--for', '10m')
    await lab.rampart('unban', other)
    const listed = async (...words: readonly string[]) => {
      const { out } = await lab.rampart('bans', '--json', ...words)
      const { guard, bans } = JSON.parse(out) as { guard: string; bans: { address: string; state: string }[] }
      assert.equal(guard, 'running')
      return bans.map(({ address, state }) => `${address} ${state}`)
    }
    assert.deepEqual(await listed(), [`${one} active`, `${ATTACKER} active`])
    assert.deepEqual(await listed('--jail', 'manual'), [`${one} active`])
    const all = await listed('--state', 'all')
    assert.deepEqual(
      [`${one} active`, `${other} over`, `${ATTACKER} active`].filter((row) => !all.includes(row)),
      [],
    )
    const { out } = await lab.rampart('bans')
    assert.match(
      out,
      /^address +jail +since +ends +failures +bans +by\n198\.51\.100\.40 +manual .* in (10m|9m 59s) +0 +1 +hand\n/,
    )
    await lab.rampart('unban', one)
    assert.match((await lab.rampart('bans', '--jail', 'x')).err, /there is no jail "x"\n {2}there are: /)
  })

  test('bans of one country, where there is data of countries, and of those of which it is not known', async () => {
    const far = '8.8.8.8'
    await lab.rampart('ban', far)
    const listed = async (...words: readonly string[]) => {
      const { out, err } = await lab.rampart('bans', '--json', ...words)
      if (out === '') return err
      return (JSON.parse(out) as { bans: { address: string; country: string | null }[] }).bans
    }
    const all = await listed()
    assert.ok(typeof all !== 'string')
    const country = all.find(({ address }) => address === far)!.country
    const addresses = async (code: string) => {
      const bans = await listed('--country', code)
      return typeof bans === 'string' ? bans : bans.map(({ address }) => address)
    }
    if (country === null) assert.match(String(await addresses('US')), /there is no data of countries here/)
    else assert.deepEqual([await addresses(country.toLowerCase()), await addresses('unknown')], [[far], [ATTACKER]])
    await lab.rampart('unban', far)
  })

  test('more bans than go into one answer are listed, and nobody who does not read them is waited for', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => `10.50.${i >> 8}.${i & 255}`)
    await lab.rampart('ban', ...many, '--for', '10m')
    const slow = lab.server.start([
      'curl',
      ...['-s', '--limit-rate', '1k', '--unix-socket', '/run/rampart/rampart.sock', 'http://x/v1/bans'],
    ])
    const { out } = await lab.rampart('bans', '--json', '--jail', 'manual')
    const { bans } = JSON.parse(out) as { bans: { address: string }[] }
    assert.deepEqual(bans.map(({ address }) => address).sort(), [...many].sort())
    slow.kill()
    await lab.rampart('unban', '--all', '--jail', 'manual')
  })

  test('ban in a jail uses its ports; the last of two jails that let go opens the door', async () => {
    const from = `${ATTACKERS}.21`
    assert.equal((await lab.rampart('ban', from, '--jail', 'nginx-botsearch')).code, 0)
    assert.equal((await lab.rampart('ban', from, '--jail', 'nginx-forbidden')).code, 0)
    assert.equal((await whyOf(from)).bans.length, 2)
    assert.equal((await lab.rampart('unban', from, '--jail', 'nginx-botsearch')).code, 0)
    assert.equal(await lab.visit(from, '/'), 0)
    assert.equal((await lab.rampart('unban', from)).code, 0)
    assert.equal(await lab.visit(from, '/'), 200)
  })

  test('why tells who did it, for what reason, what ended it, and the failures by the hour', async () => {
    const from = `${ATTACKERS}.23`
    await lab.rampart('ban', from, '--for', '10m', '--reason', 'was rude on the phone')
    const is = await lab.rampart('why', from)
    assert.match(is.out, /is banned by hand, since .*, until .* left\)\n {4}was rude on the phone\n {2}kernel: /)
    await lab.rampart('unban', from)
    const was = await lab.rampart('why', from)
    assert.match(was.out, /^earlier: manual from .* to .*, by hand, lifted by hand\n$/)
    const { out } = await lab.rampart('why', ATTACKER)
    assert.match(out, /\nfailures by the hour: nginx-botsearch \d\d:00 3\n/)
    for (const reason of ['', 'a\nb', 'x'.repeat(201)]) {
      const { code, err } = await lab.rampart('ban', from, '--reason', reason)
      assert.deepEqual([code, err.split('\n')[0]], [1, 'rampart: the reason is not one short line'])
    }
  })

  async function whyOf(address: string) {
    const { out } = await lab.rampart('why', address, '--json')
    return JSON.parse(out) as { bans: { jail: string }[]; kernel: { set: string; expiresSeconds?: number }[] }
  }

  test('status --json has a stable shape', async () => {
    const status = await lab.status()
    assert.deepEqual(Object.keys(status).sort(), [
      'banned',
      'faults',
      'folders',
      'history',
      'jails',
      'kernel',
      'lastMinute',
      'lines',
      'observe',
      'pending',
      'pid',
      'since',
      'spared',
      'version',
    ])
    assert.equal(status.pid, guard.process.pid)
    assert.ok(status.lastMinute.bans > 0 && status.lastMinute.lines > 0, 'from the first second on')
    const { bans, ...jail } = await lab.jail('nginx-botsearch')
    assert.deepEqual(jail, {
      name: 'nginx-botsearch',
      filter: 'nginx-botsearch',
      logs: [{ log: '/var/log/nginx/access.log', state: 'reading', cut: 0, behind: 0 }],
      unwritten: [],
      scope: 'drops 80,443',
      actions: [],
      waitingNow: 0,
      failedNow: 1,
      failedTotal: 4,
      bannedNow: 1,
      pendingNow: 0,
      bannedTotal: jail.bannedTotal,
      maxretry: 3,
      findtime: 600,
      bantime: 3600,
      networks: { ipv6: 64, addresses: 10, maxretry: 6, bantime: 3600 },
    })
    const [ban] = bans
    assert.deepEqual(
      { ...ban, from: 0, until: ban!.until! - ban!.from },
      { address: ATTACKER, from: 0, until: 3_600_000, failures: 3, origin: 'filter', pending: false },
    )
  })

  test('events are told as JSON, one a line, as they happen', async () => {
    const tail = lab.server.start([RAMPART, 'tail', '--json'])
    let out = ''
    tail.stdout!.on('data', (bytes) => {
      out += bytes
    })
    let err = ''
    tail.stderr!.on('data', (bytes) => {
      err += bytes
    })
    const from = `${ATTACKERS}.22`
    await sleep(300)
    await lab.rampart('ban', from)
    await lab.rampart('unban', from)
    await until('both events', () => out.split('\n').length === 3, 3000)
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; address: string; seq: number })
    assert.deepEqual(
      events.map(({ kind, address }) => [kind, address]),
      [
        ['ban', from],
        ['unban', from],
      ],
    )
    assert.equal(events[1]!.seq, events[0]!.seq + 1)
    tail.kill()
    await ended(tail)
    assert.deepEqual([tail.exitCode, err], [0, ''])
  })

  test('the control socket is 0600 in a folder 0700, and what is no command is refused', async () => {
    assert.equal(
      await lab.server.must(['stat', '-c', '%a %U', '/run/rampart/rampart.sock', '/run/rampart']),
      '600 root\n700 root\n',
    )
    const post = (body: string) =>
      lab.server.must(['curl', '-s', '-d', body, '--unix-socket', '/run/rampart/rampart.sock', 'http://x/v1/command'])
    for (const body of [
      '',
      'x',
      '[]',
      '{}',
      '{"verb":"reboot"}',
      '{"verb":"ban","addresses":[1]}',
      '{"verb":"ban","addresses":"x"}',
      '{"verb":"__proto__"}',
      '{"verb":"constructor"}',
      '['.repeat(100_000),
    ]) {
      const { fault } = JSON.parse(await post(body)) as { fault?: { code: string } }
      assert.equal(fault?.code, 'control.bad-command', body.slice(0, 60))
    }
    assert.equal((await lab.rampart('status')).code, 0)
  })

  test('the privileged half alone is root; the reader is nobody without a capability', async () => {
    const children = await lab.server.must(['ps', '--ppid', String(guard.process.pid), '-o', 'pid=,args='])
    const reader = /^ *(\d+) .*reader\.mjs/m.exec(children)![1]!
    const status = readFileSync(`/proc/${reader}/status`, 'utf8')
    assert.match(status, /^Uid:\t([1-9]\d*)\t\1\t\1\t\1$/m)
    assert.match(status, /^CapEff:\t0+$/m)
    assert.match(status, /^CapPrm:\t0+$/m)
  })

  test('--observe changes nothing in the kernel, nor in the history, and tells whom it would ban', async () => {
    await guard.stop()
    const ruleset = () => lab.server.must(['nft', 'list', 'ruleset'])
    const files = () => lab.server.must(['sh', '-c', 'cd /var/lib/rampart && sha256sum *'])
    const before = [await ruleset(), await files()]
    const watching = await lab.guard(['--observe'])
    assert.match(watching.out, /observes .*\nIt changes nothing in the kernel/)
    const from = `${ATTACKERS}.30`
    await lab.visits(from, '/.env?[1-3]')
    await until('it is told', () => watching.out.includes(from), 3000)
    assert.equal(await lab.visit(from, '/'), 200)
    assert.deepEqual([await ruleset(), await files()], before)
    assert.equal(await watching.stop(), 0)
    assert.deepEqual([await ruleset(), await files()], before)
  })
})
