import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { childrenOf, isAlive, readerOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const JAILS = `
[nginx-botsearch]
enabled = true
maxretry = 1
[load]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/load.log
maxretry = 2
[half]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/half.log
maxretry = 4
`

const MOST_POURED = 8000

/** One host, one history: each test goes on where the one before left off. */
describe('a guard that is killed, stopped and started again', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await Lab.open(JAILS)
    lab.append('log/load.log', '')
    lab.append('log/half.log', '')
    await lab.nginx()
    guard = await lab.guard()
  })
  after(() => lab?.close())

  const banned = async (jail: string) => (await lab.jail(jail)).bans.map(({ address }) => address).sort()
  const kernelHolds = (addresses: readonly string[]) =>
    until(
      `${addresses.length} bans in the kernel`,
      async () => {
        const held = new Set(await lab.inKernel())
        return addresses.every((one) => held.has(one))
      },
      5000,
    )

  function history<Row>(question: string): Row[] {
    const database = new DatabaseSync(join(lab.folder, 'state/history.db'), { readOnly: true })
    try {
      return database.prepare(question).all() as Row[]
    } finally {
      database.close()
    }
  }

  test('kill -9 under load, three times: bans stay, no line is lost, nothing is banned or counted twice', async () => {
    const addresses: string[] = []
    const stop = new AbortController()
    const writer = pour(addresses, stop.signal)
    try {
      for (let round = 0; round < 3; round++) {
        await sleep(300 + Math.random() * 700)
        // A ban that is pending yet is in no kernel: the guard that is killed takes it with it.
        const before = (await lab.jail('load')).bans.filter(({ pending }) => !pending).map(({ address }) => address)
        const children = childrenOf(guard.process.pid!)
        assert.ok(children.length >= 2, 'a reader and a monitor')
        await guard.kill()
        await until('its children are gone', () => children.every(({ pid }) => !isAlive(pid)))
        await kernelHolds(before)
        await sleep(300)
        guard = await lab.guard()
      }
      await sleep(300)
    } finally {
      stop.abort()
      await writer
    }
    await until('all banned', async () => (await lab.jail('load')).bannedNow === addresses.length, 10_000).catch(
      () => {},
    )
    assert.deepEqual(await banned('load'), [...addresses].sort())
    await kernelHolds(addresses)
    await until('an idle history', async () => (await lab.status()).pending === 0)
    const rows = history<{ n: number; of: number }>(`SELECT count(*) AS n, count(DISTINCT address) AS of FROM ban`)
    assert.deepEqual({ ...rows[0] }, { n: addresses.length, of: addresses.length })
    // A ban that the kernel alone knew when the guard was killed is taken back without its failures.
    const [failures] = history<{ n: number }>('SELECT sum(count) AS n FROM failure')
    const [led] = history<{ n: number; odd: number }>(
      'SELECT sum(failures) AS n, sum(failures NOT IN (0, 2)) AS odd FROM ban',
    )
    assert.deepEqual({ ...led }, { n: failures!.n, odd: 0 })
    const twice = history(
      `SELECT body ->> 'address' AS address FROM event WHERE kind = 'ban' GROUP BY 1 HAVING count(*) > 1`,
    )
    assert.deepEqual(twice, [])
    // What it found of the guard before it is no foreign deed.
    assert.doesNotMatch(guard.out, / healed /)
  })

  /**
   * Twice from each of ever new addresses; of so many that a slow machine too keeps each failure: what waits for the
   * history is bounded, and statistics are given up first.
   */
  async function pour(addresses: string[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted && addresses.length < MOST_POURED) {
      const more = unique(1, 20, addresses.length)
      addresses.push(...more)
      for (let times = 0; times < 2; times++) {
        lab.append('log/load.log', more.map((one) => probeLine(one)).join(''))
        await sleep(5)
      }
    }
  }

  test('R09 lines written while it was down count, and with them what was half counted before', async () => {
    const [half, fresh, other] = unique(2, 3) as [string, string, string]
    lab.append('log/half.log', probeLine(half).repeat(3) + probeLine(other).repeat(2))
    await until('half counted', async () => (await lab.jail('half')).failedTotal === 5)
    await sleep(100)
    await guard.kill()
    lab.append('log/half.log', probeLine(half) + probeLine(fresh).repeat(4) + probeLine(other))
    guard = await lab.guard()
    await until('both banned', async () => (await banned('half')).length === 2, 4000)
    assert.deepEqual(await banned('half'), [half, fresh].sort())
    const { counting } = JSON.parse((await lab.rampart('why', other, '--json')).out) as {
      counting: { count: number }[]
    }
    assert.equal(counting[0]?.count, 3)
  })

  test('kill -9 of the reader alone, twice under load: it is started again, every line counts once', async () => {
    const start = history<{ n: number }>('SELECT sum(count) AS n FROM failure')[0]!.n
    const addresses = unique(3, 1200)
    for (let i = 0; i < addresses.length; i += 20) {
      lab.append(
        'log/load.log',
        addresses
          .slice(i, i + 20)
          .map((one) => probeLine(one).repeat(2))
          .join(''),
      )
      if (i === 300 || i === 900) {
        const reader = await until('a reader', () => readerOf(guard.process.pid!), 5000)
        process.kill(reader, 'SIGKILL')
      }
      await sleep(20)
    }
    const mine = async () => (await banned('load')).filter((one) => one.startsWith('10.3.'))
    await until('all banned', async () => (await mine()).length === addresses.length, 10_000).catch(() => {})
    assert.deepEqual(await mine(), [...addresses].sort())
    assert.match(guard.out, /the reader ended .* and is started again/)
    await sleep(1100)
    assert.equal(history<{ n: number }>('SELECT sum(count) AS n FROM failure')[0]!.n - start, 2 * addresses.length)
    assert.equal(history(`SELECT address FROM ban WHERE address LIKE '10.3.%'`).length, addresses.length)
  })

  test('R12 a second guard is refused, told who is there, and leaves the first alone', async () => {
    for (const own of [[], ['--state', '/run/rampart/other', '--socket', '/run/rampart/other.sock']]) {
      const { code, err } = await lab.server.run(['timeout', '10', join(ROOT, 'bin/rampart'), 'up', ...own])
      assert.equal(code, 1)
      assert.match(
        err,
        new RegExp(`another guard holds this network's bans \\(process ${guard.process.pid}\\)\\n {2}see it`),
      )
    }
    const { pid } = await lab.status()
    assert.equal(pid, guard.process.pid)
    assert.ok((await lab.inKernel()).length > 0)
  })

  test('what somebody else flushes or deletes in the kernel is whole again within 2 s', async () => {
    const attacker = `${ATTACKERS}.7`
    await lab.visit(attacker, '/.env')
    await until('the ban', async () => (await lab.inKernel()).includes(attacker))
    const all = (await lab.inKernel()).sort()
    const setOf = JSON.parse((await lab.rampart('why', attacker, '--json')).out).kernel[0].set as string
    const deeds = [
      ['nft', 'flush', 'ruleset'],
      ['nft', 'delete', 'table', 'inet', 'rampart_bans'],
      ['nft', 'flush', 'set', 'inet', 'rampart_bans', setOf],
      ['nft', 'delete', 'element', 'inet', 'rampart_bans', setOf, `{ ${attacker} }`],
      ['nft', 'flush', 'chain', 'inet', 'rampart_bans', 'bans'],
    ]
    for (const deed of deeds) {
      const told = guard.out.split(' healed ').length
      await lab.server.must(deed)
      const began = Date.now()
      await until(
        `the bans after ${deed.join(' ')}`,
        async () => {
          const held = await lab.inKernel()
          const chain = await lab.server.run(['nft', 'list', 'chain', 'inet', 'rampart_bans', 'bans'])
          return held.length === all.length && chain.out.includes(`@${setOf}`)
        },
        3000,
      )
      assert.ok(Date.now() - began < 2500, `${deed.join(' ')}: ${Date.now() - began} ms`)
      assert.deepEqual((await lab.inKernel()).sort(), all)
      assert.equal(await lab.visit(attacker, '/'), 0)
      assert.ok(guard.out.split(' healed ').length > told, `${deed.join(' ')}: it is told`)
    }
  })

  test('R11 a ban ends on time though no guard runs, and is over for the next one', async () => {
    const attacker = `${ATTACKERS}.9`
    assert.equal((await lab.rampart('ban', attacker, '--for', '2')).code, 0)
    assert.equal(await lab.visit(attacker, '/'), 0)
    await guard.kill()
    await until('its end in the kernel', async () => !(await lab.inKernel()).includes(attacker), 3000)
    assert.equal(await lab.visit(attacker, '/'), 200)
    guard = await lab.guard()
    assert.deepEqual(await banned('manual').catch(() => []), [])
    assert.equal(await lab.visit(attacker, '/'), 200)
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} ends it cleanly, the table goes, and the next start brings the bans back to their old ends`, async () => {
      const attacker = `${ATTACKERS}.7`
      const all = (await lab.inKernel()).sort()
      const end = await endOf(attacker)
      const children = childrenOf(guard.process.pid!)
      guard.process.kill(signal)
      await until('its end', () => guard.process.exitCode !== null, 5000)
      assert.equal(guard.process.exitCode, 0)
      assert.equal(guard.err, '')
      await until('its children are gone', () => children.every(({ pid }) => !isAlive(pid)))
      assert.equal((await lab.server.run(['nft', 'list', 'tables'])).out, '')
      assert.equal(existsSync(join(lab.folder, 'run/rampart.sock')), false)
      assert.equal(await lab.visit(attacker, '/'), 200)
      guard = await lab.guard()
      assert.deepEqual((await lab.inKernel()).sort(), all)
      const again = await endOf(attacker)
      assert.equal(again.until, end.until)
      assert.ok(Math.abs(again.expires - end.expires) < 3000, `${again.expires} ${end.expires}`)
      assert.match(guard.out, new RegExp(`restored +${all.length} bans from before`))
    })
  }

  /** When a ban ends by the history, and by the kernel's element; EpochMs. */
  async function endOf(address: string): Promise<{ until: number; expires: number }> {
    const { bans, kernel } = JSON.parse((await lab.rampart('why', address, '--json')).out)
    return { until: bans[0].until, expires: Date.now() + kernel[0].expiresSeconds * 1000 }
  }

  test('it guards on when nobody takes what it prints, and still ends cleanly', async () => {
    guard.process.stdout!.destroy()
    const attacker = `${ATTACKERS}.8`
    for (const path of ['/.env', '/.git/config']) {
      await lab.visit(attacker, path)
      await until('the ban', async () => (await lab.inKernel()).includes(attacker), 3000)
      await lab.rampart('unban', attacker) // Told too: a second attempt to print.
    }
    assert.equal(await guard.stop(), 0)
    assert.equal((await lab.server.run(['nft', 'list', 'tables'])).out, '')
    guard = await lab.guard()
  })

  test('--keep-bans leaves the bans in the kernel, and the next guard takes them over', async () => {
    await guard.stop()
    guard = await lab.guard(['--keep-bans'])
    const all = (await lab.inKernel()).sort()
    assert.equal(await guard.stop(), 0)
    assert.deepEqual((await lab.inKernel()).sort(), all)
    assert.equal(await lab.visit(`${ATTACKERS}.7`, '/'), 0)
    guard = await lab.guard()
    assert.deepEqual((await lab.inKernel()).sort(), all)
  })
})
