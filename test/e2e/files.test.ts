import assert from 'node:assert/strict'
import { closeSync, openSync, renameSync, truncateSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, ATTACKERS6, Lab, noLab, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

/** Each test has a log and a jail of its own, so that all can run at once under one guard. */
const LOGS = ['later', 'renamed', 'copied', 'recreated', 'halves', 'denied', 'storm'] as const

/** More retries than lines: nobody is banned, so that every line counts, the second of an address too. */
const JAILS = LOGS.map(
  (name) => `[${name}]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/${name}.log
maxretry = 1000000
`,
).join('\n')

/** Real requests to a real nginx, which reopens its log at USR1. */
const NGINX_JAIL = `[nginx-botsearch]
enabled = true
maxretry = 1
`

describe('logs that come, go and turn: every line counts, none twice', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await Lab.open(`${JAILS}\n${NGINX_JAIL}`)
    const names = ['renamed', 'copied', 'recreated', 'halves', 'storm']
    for (const name of names) lab.append(`log/${name}.log`, '')
    await lab.nginx()
    guard = await lab.guard()
    await lab.reading(names)
  })
  after(() => lab?.close())

  const path = (name: string) => join(lab.folder, 'log', name)
  const append = (name: string, addresses: readonly string[]) =>
    lab.append(`log/${name}`, addresses.map((one) => probeLine(one)).join(''))

  /** Each address has written one line: as many failures as addresses, each from another. */
  async function counted(jail: string, addresses: readonly string[]): Promise<void> {
    await until(
      `${addresses.length} failures in ${jail}`,
      async () => (await lab.jail(jail)).failedTotal >= addresses.length,
      6000,
    ).catch(() => {})
    await sleep(300) // What would be read twice has come by now.
    const { failedTotal, failedNow } = await lab.jail(jail)
    assert.deepEqual({ failedTotal, failedNow }, { failedTotal: addresses.length, failedNow: addresses.length })
  }

  describe('all at once', { concurrency: LOGS.length + 1 }, () => {
    test('R19 a log that is not there is pending, and is read from its first line when it appears', async () => {
      const [log] = (await lab.jail('later')).logs
      assert.equal(log?.state, 'pending')
      const addresses = unique(1, 50)
      append('later.log', addresses)
      await counted('later', addresses)
      assert.equal((await lab.jail('later')).logs[0]?.state, 'reading')
      assert.match(guard.out, /reading {2}\/var\/log\/nginx\/later\.log/)
    })

    test('R17 renamed and created anew, with late lines to the old file', async () => {
      const addresses = unique(2, 400)
      const late = openSync(path('renamed.log'), 'a')
      append('renamed.log', addresses.slice(0, 100))
      renameSync(path('renamed.log'), path('renamed.log.1'))
      append('renamed.log', addresses.slice(100, 200))
      await sleep(300)
      writeSync(
        late,
        addresses
          .slice(200, 300)
          .map((one) => probeLine(one))
          .join(''),
      )
      append('renamed.log', addresses.slice(300))
      await counted('renamed', addresses)
      closeSync(late)
    })

    test('R16 copied and truncated, three times, the last time grown past where reading was', async () => {
      const addresses = unique(3, 900)
      append('copied.log', addresses.slice(0, 200))
      await until('the first part', async () => (await lab.jail('copied')).failedTotal === 200)
      truncateSync(path('copied.log'))
      append('copied.log', addresses.slice(200, 250))
      await until('the second part', async () => (await lab.jail('copied')).failedTotal === 250)
      truncateSync(path('copied.log'))
      append('copied.log', addresses.slice(250, 300))
      await until('the third part', async () => (await lab.jail('copied')).failedTotal === 300)
      truncateSync(path('copied.log'))
      append('copied.log', addresses.slice(300))
      await counted('copied', addresses)
    })

    test('R18 deleted, and a while later there again', async () => {
      const addresses = unique(4, 200)
      append('recreated.log', addresses.slice(0, 100))
      unlinkSync(path('recreated.log'))
      await sleep(1500)
      append('recreated.log', addresses.slice(100))
      await counted('recreated', addresses)
    })

    test('R23 lines written in two halves count once, when they are whole', async () => {
      const addresses = unique(5, 40)
      for (const address of addresses.slice(0, -1)) {
        const line = probeLine(address)
        const half = Math.floor(Math.random() * (line.length - 1)) + 1
        lab.append('log/halves.log', line.slice(0, half))
        await sleep(10)
        lab.append('log/halves.log', line.slice(half))
      }
      const last = addresses.at(-1)!
      const cut = last.length - 1 // The first half alone would be another address's.
      lab.append('log/halves.log', probeLine(last).slice(0, cut))
      await sleep(1000)
      assert.equal((await lab.jail('halves')).failedTotal, addresses.length - 1)
      lab.append('log/halves.log', probeLine(last).slice(cut))
      await counted('halves', addresses)
    })

    test('a log that only root may read', async () => {
      lab.write('log/denied.log', '', 0o600)
      const addresses = unique(6, 300)
      for (let i = 0; i < 300; i += 100) {
        append('denied.log', addresses.slice(i, i + 100))
        await sleep(100)
      }
      await counted('denied', addresses)
      lab.write('log/denied.log.new', '', 0o600)
      renameSync(path('denied.log.new'), path('denied.log'))
      append('denied.log', unique(6, 300, 300))
      await counted('denied', unique(6, 600))
    })

    test('R17 twenty rotations while lines pour in', async () => {
      const addresses = unique(7, 4000)
      for (let turn = 0; turn < 20; turn++) {
        for (let i = 0; i < 200; i += 40) {
          append('storm.log', addresses.slice(turn * 200 + i, turn * 200 + i + 40))
          await sleep(5)
        }
        // As logrotate names them: a busy reader that missed one finds it by its number.
        for (let age = turn; age > 0; age--) renameSync(path(`storm.log.${age}`), path(`storm.log.${age + 1}`))
        renameSync(path('storm.log'), path('storm.log.1'))
        lab.append('log/storm.log', '')
      }
      await counted('storm', addresses)
    })

    test("R17 nginx's own log, renamed and reopened by USR1 amidst requests: each prober is banned once", async () => {
      const from = Array.from({ length: 60 }, (_, i) =>
        i % 2 ? `${ATTACKERS}.${i + 10}` : `${ATTACKERS6}${(i + 10).toString(16)}::1`,
      )
      const probe = (addresses: readonly string[]) => lab.crowd(addresses.map((one) => ({ from: one, path: '/.env' })))
      const of = (family: 4 | 6) => from.filter((one) => one.includes(':') === (family === 6))
      const [v4, v6] = [of(4), of(6)]
      await probe(v4.slice(0, 10))
      renameSync(path('access.log'), path('access.log.1'))
      await probe(v4.slice(10, 20)) // Still to the old file.
      await lab.server.must(['sh', '-c', 'kill -USR1 $(cat /run/rampart/nginx.pid)'])
      await Promise.all([probe(v4.slice(20)), probe(v6)])
      await until('all banned', async () => (await lab.jail('nginx-botsearch')).bannedNow === from.length, 5000).catch(
        () => {},
      )
      const { bans, bannedTotal, failedTotal } = await lab.jail('nginx-botsearch')
      assert.deepEqual(bans.map(({ address }) => address).sort(), [...from].sort())
      assert.deepEqual({ bannedTotal, failedTotal }, { bannedTotal: from.length, failedTotal: from.length })
      assert.deepEqual((await lab.inKernel()).sort(), [...from].sort())
    })
  })

  test('the guard has no fault to tell', async () => {
    assert.deepEqual((await lab.status()).faults, [])
  })
})
