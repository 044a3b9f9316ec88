/** Reloads that succeed, reloads that must not, and restarts, while somebody who is banned keeps sending. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Reloaded } from '../../src/engine/life/reload.ts'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'
import { Witness } from '../lab/witness.ts'

interface Changes {
  /** Options of the jail `web`, in the place of its own or beside them. */
  readonly web?: Readonly<Record<string, string>>
  readonly more?: string
}

function noPython(): string | undefined {
  return spawnSync('python3', ['--version']).status === 0 ? undefined : 'python3 makes the terminal'
}

/** The jails of the lab, as the admin's file has them. */
function jails({ web = {}, more = '' }: Changes = {}): string {
  const own = { filter: 'nginx-botsearch', logpath: '/var/log/nginx/web.log', maxretry: '3', ...web }
  const options = Object.entries(own).map(([name, value]) => `${name} = ${value}\n`)
  return `[DEFAULT]
bantime = 1h
[web]
enabled = true
${options.join('')}
[load]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/load.log
maxretry = 2
${more}`
}

describe('a configuration that is read anew', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await Lab.open(jails())
    for (const log of ['web', 'load', 'other']) lab.append(`log/${log}.log`, '')
    guard = await lab.guard()
  })
  after(() => lab?.close())

  const admin = (text: string) => lab.write('rampart/jail.local', text)
  const offend = (log: string, address: string, times = 1) =>
    lab.append(`log/${log}.log`, probeLine(address).repeat(times))
  const banned = async (jail: string) => (await lab.jail(jail)).bans.map(({ address }) => address).sort()
  const reload = async (...words: readonly string[]): Promise<Reloaded & { readonly done: true }> => {
    const { code, out, err } = await lab.rampart('reload', ...words, '--json')
    assert.equal(code, 0, out + err)
    return JSON.parse(out) as Reloaded & { readonly done: true }
  }
  /** The sets of the kernel that hold this address. */
  const setsOf = async (address: string) => {
    const why = JSON.parse((await lab.rampart('why', address, '--json')).out) as { kernel: { set: string }[] }
    return why.kernel.map(({ set }) => set)
  }

  describe('R49', () => {
    /** What the admin did, what is said of it: place, and what is wrong. */
    const faults: readonly [
      sentence: string,
      files: Readonly<Record<string, string | Uint8Array | null>>,
      said: readonly RegExp[],
    ][] = [
      [
        'an expression that is none',
        { 'jail.local': jails({ web: { failregex: '^<HOST> (' } }) },
        [/jail\.local:8: .*web/],
      ],
      [
        'two of them, in a filter',
        {
          'jail.local': jails({ more: '[third]\nenabled = true\nfilter = own\nlogpath = /var/log/nginx/other.log\n' }),
          'filter.d/own.conf': '[Definition]\n\nfailregex = ^<HOST> (\n            <HOST>[z-a]\n',
        },
        [/filter\.d\/own\.conf:3: .*third/, /filter\.d\/own\.conf:3: .*third/],
      ],
      ['a line that is none', { 'jail.local': `${jails()}what is this\n` }, [/jail\.local:14: /]],
      ['a section twice', { 'jail.local': `${jails()}[web]\nmaxretry = 1\n` }, [/jail\.local:14: /]],
      [
        'a filter that there is none of',
        { 'jail.local': jails({ web: { filter: 'absent' } }) },
        [/jail\.local:\d+: .*absent/],
      ],
      ['a port that is none', { 'jail.local': jails({ web: { port: 'nonsense' } }) }, [/jail\.local:8: .*nonsense/]],
      ['a time that is none', { 'jail.local': jails({ web: { bantime: 'soon' } }) }, [/jail\.local:8: .*soon/]],
      ['a date pattern that is none', { 'jail.local': jails({ web: { datepattern: '%Q(' } }) }, [/jail\.local:8: /]],
      ['a path that is not absolute', { 'jail.local': jails({ web: { logpath: 'web.log' } }) }, [/web/]],
      [
        'a value that refers to itself',
        { 'jail.local': jails({ web: { port: '%(port)s' } }) },
        [/jail\.(conf|local):\d+: .*web/],
      ],
      ['a folder in the place of a file', { 'jail.local': null }, [/jail\.local is no file/]],
      [
        'an action that there is none of',
        { 'jail.local': jails({ web: { action: 'absent' } }) },
        [/jail\.local:8: .*absent/],
      ],
      [
        'bytes that are no text',
        { 'jail.local': Buffer.concat([Buffer.from(jails()), Buffer.from([0x23, 0xe9, 0x0a])]) },
        [/jail\.local is not UTF-8/],
      ],
      [
        'several at once, all of them told',
        {
          'jail.local': jails({
            web: { failregex: '^<HOST> (', port: 'nonsense' },
            more: '[third]\nenabled = true\nfilter = absent\n',
          }),
        },
        [/jail\.local:8: /, /jail\.local:9: /, /jail\.local:\d+: .*absent/],
      ],
    ]

    const [attacker, half] = unique(1, 2) as [string, string]
    let held: object

    before(async () => {
      offend('web', attacker, 3)
      offend('web', half, 2)
      await until('the ban', async () => (await banned('web')).includes(attacker))
      await until('half counted', async () => (await lab.jail('web')).failedTotal === 5)
      held = await hold()
    })
    const hold = async () => ({ web: await lab.jail('web'), kernel: (await lab.inKernel()).sort() })

    for (const [sentence, files, said] of faults) {
      test(`R49 ${sentence}: nothing changes, and it is told where and what`, async () => {
        for (const [name, text] of Object.entries(files)) change(name, text)
        const { code, out, err } = await lab.rampart('reload')
        for (const name of Object.keys(files)) undo(name)
        assert.notEqual(code, 0, out)
        for (const expected of said) assert.match(err, expected)
        assert.match(err, /\n {2}\S/, 'a hint')
        assert.match(err, /not reloaded, what ran before runs on\n$/)
        assert.deepEqual(await hold(), held)
      })
    }

    const path = (name: string) => join(lab.folder, 'rampart', name)
    function change(name: string, text: string | Uint8Array | null): void {
      rmSync(path(name), { recursive: true, force: true })
      mkdirSync(text === null ? path(name) : join(path(name), '..'), { recursive: true })
      if (text !== null) lab.write(`rampart/${name}`, text)
    }
    function undo(name: string): void {
      rmSync(path(name), { recursive: true, force: true })
      if (name === 'jail.local') admin(jails())
    }

    for (const target of ['nowhere', 'jail.local']) {
      test(`R49 a link to ${target} in the place of a file: nothing changes`, async () => {
        rmSync(path('jail.local'))
        symlinkSync(target, path('jail.local'))
        const { code, err } = await lab.rampart('reload')
        undo('jail.local')
        assert.equal(code, 1)
        assert.match(err, /\/etc\/rampart\/jail\.local/)
        assert.deepEqual(await hold(), held)
      })
    }

    test('R49 a jail that there is none of: nothing changes', async () => {
      const { code, err } = await lab.rampart('reload', 'absent')
      assert.equal(code, 1)
      assert.match(err, /there is no jail "absent"\n {2}there are: .*web/)
    })

    test('R49 a folder of the configuration that is gone: nothing changes', async () => {
      await lab.server.must(['umount', '/etc/rampart'])
      await lab.server.must(['rmdir', '/etc/rampart'])
      const { code, err } = await lab.rampart('reload')
      assert.equal(code, 1)
      assert.match(err, /there is no folder \/etc\/rampart\n/)
      assert.deepEqual(
        (await lab.status()).faults.map((fault) => fault.code),
        ['reload.refused'],
      )
      await lab.server.must(['mkdir', '/etc/rampart'])
      await lab.server.must(['mount', '--bind', join(lab.folder, 'rampart'), '/etc/rampart'])
      await reload()
    })

    test('R49 after all of them counters and positions are where they were: the third failure bans', async () => {
      offend('web', half)
      await until('the ban', async () => (await banned('web')).includes(half))
      assert.equal((await lab.jail('web')).failedTotal, 6)
      await reload()
      assert.deepEqual((await lab.status()).faults, [])
    })
  })

  test('what is different is said, and holds from then on', async () => {
    assert.deepEqual(await reload(), { done: true, notes: [], added: [], removed: [], changed: [] })
    admin(
      jails({
        web: { maxretry: '1', port: '25' },
        more: '[third]\nenabled = true\nfilter = nginx-botsearch\nlogpath = /var/log/nginx/other.log\nmaxretry = 1\n',
      }),
    )
    const { added, removed, changed } = await reload()
    assert.deepEqual(
      { added, removed, changed },
      { added: ['third'], removed: [], changed: [{ jail: 'web', what: ['maxretry', 'ports'] }] },
    )
    const [one, two] = unique(2, 2) as [string, string]
    offend('web', one)
    offend('other', two)
    await until('both bans', async () => (await banned('web')).includes(one) && (await banned('third')).includes(two))
    assert.deepEqual(await setsOf(one), ['tcp_25_drop_4'])
    admin(jails())
    assert.deepEqual((await reload()).removed, ['third'])
    assert.ok(!(await lab.inKernel()).includes(two))
    assert.match(guard.out, / reload {3}new: third; web with another maxretry, ports\n/)
  })

  test('one jail alone can be read anew, whatever stands in the others', async () => {
    admin(jails({ web: { maxretry: '7' } }).replace('maxretry = 2', 'maxretry = 9\nbantime = soon'))
    assert.deepEqual((await reload('web')).changed, [{ jail: 'web', what: ['maxretry'] }])
    assert.equal((await lab.jail('load')).maxretry, 2)
    assert.equal((await lab.rampart('reload', 'load')).code, 1)
    assert.equal((await lab.jail('load')).maxretry, 2)
    admin(jails())
    await reload('web')
    assert.equal((await lab.jail('web')).maxretry, 3)
  })

  test('SIGHUP reads it anew too, and tells what is at fault', async () => {
    admin(jails({ web: { maxretry: '5' } }))
    guard.process.kill('SIGHUP')
    await until('the new number', async () => (await lab.jail('web')).maxretry === 5)
    admin(jails({ web: { bantime: 'soon' } }))
    guard.process.kill('SIGHUP')
    await until('the fault', () => / fault {4}\/etc\/rampart\/jail\.local:8: .*soon/.test(guard.out))
    assert.equal((await lab.jail('web')).maxretry, 5)
    admin(jails())
    await reload()
  })

  test('an address that is spared from now on stays banned, as with Fail2ban, and counts no more', async () => {
    const [one, two] = unique(3, 2) as [string, string]
    offend('web', one, 3)
    await until('the ban', async () => (await banned('web')).includes(one))
    admin(jails({ web: { ignoreip: `${one} ${two}` } }))
    await reload()
    offend('web', two, 3)
    await until('it is told', () => guard.out.includes(`spared   ${two}`))
    assert.ok((await banned('web')).includes(one))
    admin(jails())
    await reload()
  })

  test('under load, with a reload every moment: each line counts once, for the jail that stays and for the one that does not change', async () => {
    const before = (await lab.jail('load')).failedTotal
    const stop = new AbortController()
    let reloads = 0
    const reloading = (async () => {
      for (; !stop.signal.aborted; reloads++) {
        const more =
          '[third]\nenabled = true\nfilter = nginx-botsearch\nlogpath = /var/log/nginx/load.log\nmaxretry = 1000\n'
        admin(jails({ web: { maxretry: String(3 + (reloads % 2)) }, more: reloads % 2 ? more : '' }))
        await reload()
      }
    })()
    const addresses = unique(4, 2000)
    for (let at = 0; at < addresses.length || reloads < 8; at += 20) {
      lab.append(
        'log/load.log',
        addresses
          .slice(at, at + 20)
          .map((one) => probeLine(one).repeat(2))
          .join(''),
      )
      await sleep(20)
    }
    stop.abort()
    await reloading
    await until('all counted', async () => (await lab.jail('load')).failedTotal - before >= 2 * addresses.length)
    await sleep(1000)
    assert.equal((await lab.jail('load')).failedTotal - before, 2 * addresses.length)
    const mine = (await banned('load')).filter((one) => one.startsWith('10.4.'))
    assert.deepEqual(mine, [...addresses].sort())
    admin(jails())
    await reload()
  })

  test('R50 20 reloads, two of them with other ports, and restarts that keep the bans: of 2,000 packets a second none gets through', async () => {
    const attacker = `${ATTACKERS}.7`
    const ports = [
      { port: '0:65535', protocol: 'udp' },
      { port: '1:65535', protocol: 'all' },
    ] as const
    admin(jails({ web: ports[0] }))
    await reload()
    offend('web', attacker, 3)
    await until('the ban', async () => (await lab.inKernel()).includes(attacker))
    const witness = await Witness.begin(lab, attacker)
    try {
      for (let round = 0; round < 20; round++) {
        admin(jails({ web: ports[round % 2]!, more: `# ${round}\n` }))
        await reload()
      }
      assert.equal(await witness.passed(), 0, 'reloads')
      // Another guard takes the place of this one.
      const second = await lab.guard(['--replace'])
      assert.equal(guard.process.exitCode, 0)
      guard = second
      assert.equal(await witness.passed(), 0, '--replace')
      // Stopped and started again, as a service manager does.
      assert.equal((await lab.rampart('stop', '--keep-bans')).code, 0)
      await sleep(500)
      guard = await lab.guard(['--keep-bans'])
      assert.equal(await witness.passed(), 0, 'stop --keep-bans')
      assert.equal(await guard.stop(), 0)
      guard = await lab.guard(['--keep-bans'])
      assert.equal(await witness.passed(), 0, '--keep-bans')
      // kill -9, and a start.
      await guard.kill()
      guard = await lab.guard()
      assert.equal(await witness.passed(), 0, 'kill -9')
      assert.ok((await banned('web')).includes(attacker))
      // The witness does see.
      await lab.rampart('unban', attacker)
      await until('packets', async () => (await witness.passed()) > 0)
    } finally {
      await witness.end()
    }
  })
})

describe('a guard in a terminal', { skip: noLab() ?? noPython() ?? false }, () => {
  let lab: Lab

  before(async () => {
    lab = await Lab.open(jails())
    for (const log of ['web', 'load']) lab.append(`log/${log}.log`, '')
  })
  after(() => lab?.close())

  test('who sends SIGHUP has the configuration read anew; when the terminal is closed, the guard ends in order', async () => {
    const out = await lab.server.must(['python3', join(ROOT, 'test/lab/terminal.py'), join(ROOT, 'bin/rampart'), 'up'])
    assert.equal(out, 'reloaded\nended 0\n')
    assert.equal((await lab.server.run(['nft', 'list', 'tables'])).out, '')
  })
})

describe('a host on which something new is found', { skip: noLab() ?? false }, () => {
  let lab: Lab

  before(async () => {
    lab = await Lab.open()
    await lab.nginx()
  })
  after(() => lab?.close())

  test('the log of a new site is read after a reload, from where nobody enabled a jail by name', async () => {
    await lab.guard()
    const conf = lab.read('nginx/nginx.conf')
    lab.append('log/shop.log', '')
    lab.write(
      'nginx/nginx.conf',
      conf.replace(/access_log [^;]+;/, (line) => `${line}\n  access_log /var/log/nginx/shop.log;`),
    )
    const { out } = await lab.rampart('reload')
    assert.match(out, /nginx-botsearch with another logs/)
    lab.append('log/shop.log', probeLine(`${ATTACKERS}.1`).repeat(3))
    await until('the ban', async () => (await lab.inKernel()).includes(`${ATTACKERS}.1`))
  })
})
