/** `rampart jail list`, `enable`, `disable` and `test`, with a guard that runs and without one. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Switched } from '../../src/cli/rampart/jail/carry-out.ts'
import type { ListedJail } from '../../src/cli/rampart/jail/listed-jail.ts'
import type { Tested } from '../../src/cli/rampart/jail/try-jail.ts'
import type { ListedBan } from '../../src/engine/status.ts'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, ATTACKERS6, Lab, noLab, ROOT, until, VISITORS } from '../lab/lab.ts'

const SWITCHES = '/etc/rampart/jail.d/zz-rampart.local'
const OURS = 'rampart/jail.d/zz-rampart.local'

describe('rampart jail', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await Lab.open()
    await lab.nginx()
    guard = await lab.guard()
  })
  after(() => lab?.close())

  const running = async () => (await lab.status()).jails.map(({ name }) => name)
  const json = async <T>(...words: readonly string[]): Promise<T> =>
    JSON.parse((await lab.rampart('jail', ...words, '--json')).out) as T
  const listed = async (name: string) => (await json<ListedJail[]>('list', '--all')).find((jail) => jail.name === name)!
  const isOurs = () => existsSync(join(lab.folder, OURS))

  test('enable and disable are taken over at once, for good, beside what is found on this host', async () => {
    const before = await running()
    assert.ok(!before.includes('vsftpd') && before.includes('nginx-4xx'))
    const enabled = await json<Switched>('enable', 'vsftpd')
    assert.deepEqual(enabled.jails, [
      {
        ...{ name: 'vsftpd', enabled: true, changed: true, file: SWITCHES, line: 5, running: true },
        logs: [{ log: '/var/log/vsftpd.log', state: 'pending' }],
      },
    ])
    assert.deepEqual((await running()).sort(), [...before, 'vsftpd'].sort())
    const { out } = await lab.rampart('jail', 'disable', 'nginx-4xx', 'vsftpd')
    assert.match(
      out,
      /^nginx-4xx {2}is disabled from now on \(\S+:5\), and does not run\nvsftpd {2}is disabled from now on, and/,
    )
    assert.deepEqual((await running()).sort(), before.filter((name) => name !== 'nginx-4xx').sort())
    await guard.stop()
    guard = await lab.guard()
    assert.ok(!(await running()).includes('nginx-4xx'))
    await lab.rampart('jail', 'enable', 'nginx-4xx')
    assert.equal(isOurs(), false)
    assert.deepEqual((await running()).sort(), before.sort())
  })

  test('what is so already is no change; --dry-run is none either', async () => {
    const { out, code } = await lab.rampart('jail', 'enable', 'nginx-4xx')
    assert.deepEqual([code, out], [0, 'nginx-4xx  is enabled already, and runs\nnothing was changed\n'])
    const dry = await lab.rampart('jail', 'disable', 'nginx-4xx', '--dry-run')
    assert.match(
      dry.out,
      /^nginx-4xx {2}would be disabled .*\nwould be written: .*\n[\s\S]*\[nginx-4xx\]\n {2}enabled = false\n$/,
    )
    assert.equal(isOurs(), false)
    assert.ok((await running()).includes('nginx-4xx'))
  })

  test('bans of a jail end when it is disabled, and come back with it', async () => {
    const from = `${ATTACKERS}.60`
    await lab.rampart('ban', from, '--jail', 'nginx-forbidden', '--for', '1h')
    await lab.rampart('jail', 'disable', 'nginx-forbidden')
    assert.equal(await lab.visit(from, '/'), 200)
    const bans = JSON.parse((await lab.rampart('bans', '--state', 'all', '--json')).out) as {
      bans: { state: string }[]
    }
    assert.deepEqual(
      bans.bans.map(({ state }) => state),
      ['kept'],
    )
    await lab.rampart('jail', 'enable', 'nginx-forbidden')
    assert.equal(await lab.visit(from, '/'), 0)
    await lab.rampart('unban', from)
  })

  describe('is refused, and nothing is changed', () => {
    const rows: readonly [sentence: string, local: string | undefined, words: readonly string[], err: RegExp][] = [
      ['a name that no jail has', undefined, ['enable', 'sshdd'], /no jail "sshdd"\n {2}did you mean sshd\?/],
      ['a name with more in it', undefined, ['enable', 'x]\n[DEFAULT'], /there is no jail "x\]\\x0a\[DEFAULT"/],
      ['one of two that is none', undefined, ['disable', 'sshd', 'x'], /there is no jail "x"/],
      [
        'where another jail has a fault',
        '[bad]\nenabled = true\nfilter = none\n[sshd]\nenabled = true\n',
        ['enable', 'ufw'],
        /^rampart: \/etc\/rampart\/jail\.local:3: jail bad: .*\n {2}nothing was changed/,
      ],
      [
        'a jail whose expression is none',
        '[bad]\nfilter =\nfailregex = <HOST> (\n',
        ['enable', 'bad'],
        /^rampart: .*\(.*\n {2}nothing was changed/,
      ],
      ['the last jail', '[sshd]\nenabled = true\n', ['disable', 'sshd'], /no jail would run any more/],
    ]
    for (const [sentence, local, words, err] of rows) {
      test(sentence, async () => {
        const before = await running()
        if (local) lab.write('rampart/jail.local', local)
        const done = await lab.rampart('jail', ...words)
        if (local) await lab.server.must(['rm', '/etc/rampart/jail.local'])
        assert.equal(done.code, 1, done.out)
        assert.match(done.err, err)
        assert.equal(isOurs(), false)
        assert.deepEqual(await running(), before)
      })
    }
    test('where a file that is read later says otherwise', async () => {
      await lab.server.must(['mkdir', '-p', '/etc/rampart/jail.d'])
      lab.write('rampart/jail.d/zzz.local', '[vsftpd]\nenabled = false\n')
      const { code, err } = await lab.rampart('jail', 'enable', 'vsftpd')
      await lab.server.must(['rm', '/etc/rampart/jail.d/zzz.local'])
      assert.equal(code, 1)
      assert.match(err, /^rampart: \/etc\/rampart\/jail\.d\/zzz\.local:2: .*read later.*\n {2}nothing was changed/)
      assert.equal(isOurs(), false)
    })
  })

  test('the list says where a jail stands, whether it runs, and why not', async () => {
    lab.write('rampart/jail.local', '[bad]\nenabled = true\nfilter = none\n[sshd]\nenabled = true\n')
    const bad = await listed('bad')
    assert.deepEqual(
      [bad.enabled, bad.running, bad.file, bad.line, bad.filter],
      [true, false, '/etc/rampart/jail.local', 1, null],
    )
    assert.match(bad.why!, /^\/etc\/rampart\/jail\.local:3: jail bad: there is no filter "none"$/)
    const sshd = await listed('sshd')
    assert.deepEqual(
      [sshd.enabled, sshd.running, sshd.switchedAt, sshd.logs, sshd.why],
      [
        true,
        true,
        { file: '/etc/rampart/jail.local', line: 5 },
        [{ log: '/var/log/auth.log', state: 'reading', why: null }],
        null,
      ],
    )
    assert.match((await listed('ufw')).why!, /it is not enabled: it runs until the next rampart reload/)
    assert.equal((await lab.rampart('jail', 'list')).code, 1)
    await lab.server.must(['rm', '/etc/rampart/jail.local'])
    assert.equal((await listed('vsftpd')).why, 'nothing was found here that it is for, and it is not enabled')
    const { code, out } = await lab.rampart('jail', 'list')
    assert.equal(code, 0)
    assert.match(
      out,
      /^jail +state +logs +where\n[\s\S]*nginx-4xx +runs +\/var\/log\/nginx\/access\.log +\S+\/jail\.conf:\d+\n/,
    )
    assert.match(out, /\d+ jails not enabled: rampart jail list --all\n$/)
  })

  test('test bans whom the guard has banned, and nobody else', async () => {
    await lab.visits(`${ATTACKERS}.61`, '/.env?[1-3]')
    await lab.visits(`${ATTACKERS}.62`, '/.env?[1-2]')
    await lab.visits(`${ATTACKERS6}:62`, '/.env?[1-4]')
    await lab.rampart('allow', `${VISITORS}.61`)
    await lab.visits(`${VISITORS}.61`, '/.env?[1-5]')
    const banned = async () => {
      const { out } = await lab.rampart('bans', '--jail', 'nginx-botsearch', '--json')
      return (JSON.parse(out) as { bans: ListedBan[] }).bans.map(({ address }) => address).sort()
    }
    await until('both bans', async () => (await banned()).length === 2)
    const tested = await json<Tested>('test', 'nginx-botsearch')
    assert.deepEqual(tested.bans.map(({ address }) => address).sort(), await banned())
    const [log] = tested.logs
    assert.ok(log!.lines >= log!.matched && log!.matched === log!.failures && log!.failures >= 12, JSON.stringify(log))
    const of = (address: string) => tested.addresses.find((one) => one.address === address)!
    assert.deepEqual([of(`${ATTACKERS}.62`).failures, of(`${ATTACKERS}.62`).bans], [2, 0])
    assert.match(of(`${VISITORS}.61`).spared!, /allow\.list:3 allows it/)
    const { out, code } = await lab.rampart('jail', 'test', 'nginx-botsearch')
    assert.equal(code, 0)
    assert.match(out, /^nginx-botsearch bans for 1h after 3 failures in 10m\n {2}\/var\/log\/nginx\/access\.log: /)
    assert.match(out, /203\.0\.113\.61 +5 +0 .* never banned: .*\n/)
    assert.match(out, /\n2 would have been banned, of 4 that failed\n {2}198\.51\.100\.61 .*\n {4}.*env\?3/)
  })

  const OLD = (from: string, minute: number) =>
    `${from} - - [01/Oct/2026:10:${String(minute).padStart(2, '0')}:00 +0000] "GET /.env HTTP/1.1" 404 1 "-" "x"\n`

  test('test goes by the times in the log, of files that it is given', async () => {
    const slow = [0, 9, 18, 27, 36].map((minute) => OLD('192.0.2.81', minute)).join('')
    const fast = [0, 1, 2].map((minute) => OLD('192.0.2.82', minute)).join('')
    lab.write('syslog/slow.log', slow)
    lab.write('syslog/fast.log', fast)
    const tested = await json<Tested>('test', 'nginx-botsearch', '/var/log/slow.log', '/var/log/fast.log')
    assert.deepEqual(
      tested.bans.map(({ address, at }) => `${address} ${new Date(at).toISOString()}`),
      ['192.0.2.82 2026-10-01T10:02:00.000Z'],
    )
    const piped = await lab.server.run([join(ROOT, 'bin/rampart'), 'jail', 'test', 'nginx-botsearch', '-'], fast)
    assert.match(piped.out, /1 would have been banned, of 1 that failed/)
  })

  const wrong: readonly [sentence: string, words: readonly string[], code: number, err: RegExp][] = [
    ['no such jail', ['nginx-botsearc'], 2, /did you mean nginx-botsearch\?/],
    ['no such log', ['nginx-botsearch', '/var/log/none'], 2, /\/var\/log\/none does not exist/],
    [
      'a jail without a log here',
      ['vsftpd'],
      2,
      /no log of jail vsftpd is there: \/var\/log\/vsftpd\.log\n {2}name one/,
    ],
    ['a log in which nobody failed', ['sshd'], 1, /^$/],
  ]
  for (const [sentence, words, code, err] of wrong) {
    test(`test of ${sentence}`, async () => {
      const done = await lab.rampart('jail', 'test', ...words)
      assert.equal(done.code, code)
      assert.match(done.err, err)
    })
  }

  test('without a guard it is written all the same, and said', async () => {
    await guard.stop()
    const { code, out } = await lab.rampart('jail', 'disable', 'nginx-4xx')
    assert.equal(code, 0)
    assert.match(out, /^nginx-4xx {2}is disabled from now on \(.*\); no guard is running\nwritten: /)
    const list = await lab.rampart('jail', 'list')
    assert.equal(list.code, 1)
    assert.match(list.out, /^no guard is running\n[\s\S]*sshd +enabled +\/var\/log\/auth\.log/)
  })
})
