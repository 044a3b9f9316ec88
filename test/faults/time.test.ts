/** The wall clock set while bans run, processes that sleep, and dates in logs that cannot be right. Source of the ids: docs/faults.md */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { childrenOf, readerOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, sleep, until } from '../lab/lab.ts'
import { probeLine } from '../lab/lines.ts'
import { noWallClock, WallClock } from '../lab/wall-clock.ts'

/** How long the bans last: R30 says 30. */
const BAN_S = Number(process.env['RAMPART_BAN_SECONDS'] ?? 4)
/** For how long a process sleeps. */
const SLEEP_S = Number(process.env['RAMPART_SLEEP_SECONDS'] ?? 3)
const HOUR_MS = 3_600_000
const JAILS = `[nginx-botsearch]
enabled = true
maxretry = 1
bantime = ${BAN_S}
[long]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/long.log
maxretry = 1
bantime = 1h
[counting]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/counting.log
maxretry = 3
findtime = 5m
`
const SHORT = '198.51.100.1'
const LATER = '198.51.100.2'
const LONG = '198.51.100.3'
const COUNTED = '198.51.100.4'

describe('the wall clock is set while bans run', { skip: noLab() ?? noWallClock() ?? false, concurrency: 4 }, () => {
  const steps: readonly (readonly [how: string, aheadMs: number])[] = [
    ['an hour forward', HOUR_MS],
    ['an hour back', -HOUR_MS],
    ['ten years forward', 10 * 365.25 * 24 * HOUR_MS],
    ['to 1970', -Date.now() + HOUR_MS],
  ]
  for (const [how, aheadMs] of steps) {
    test(`R30 ${how} during a ban of ${BAN_S} s: it lasts as long as it was meant to, and all that is shown follows`, async (t) => {
      const lab = await Lab.open(JAILS)
      try {
        const clock = await WallClock.of(lab)
        for (const name of ['long', 'counting']) lab.append(`log/${name}.log`, '')
        let guard = await lab.guard()
        const attack = (log: string, from: string) =>
          lab.append(`log/${log}.log`, probeLine(from, undefined, clock.now()))
        const isBanned = async (address: string) => (await lab.inKernel()).includes(address)
        attack('long', LONG)
        attack('counting', COUNTED)
        attack('access', SHORT)
        await until('the ban', () => isBanned(SHORT))
        const began = performance.now()
        const lasted = () => (performance.now() - began) / 1000

        clock.set(aheadMs)
        attack('access', LATER)
        await until('a ban after it', () => isBanned(LATER))
        const shown = async () => (await lab.jail('nginx-botsearch')).bans
        await until('what is shown has followed', async () =>
          (await shown()).every((ban) => Math.abs(ban.from - clock.now().getTime()) < BAN_S * 1000 + 5000),
        )
        for (const ban of await shown()) {
          const left = ban.until! - clock.now().getTime()
          assert.ok(left > 0 && left <= BAN_S * 1000, `${ban.address} has ${left} ms left`)
        }
        assert.match(guard.out, / clock {4}set (?:forward|back) by \d/)
        const { out } = await lab.rampart('status', 'nginx-botsearch')
        assert.match(out, / \d+s left/)
        await until('the history has followed', () => {
          const rows = sinceInHistory(lab)
          return rows.length >= 3 && rows.every((since) => Math.abs(since - clock.now().getTime()) < 60_000)
        })

        while (lasted() < BAN_S - 1.5) {
          assert.ok(await isBanned(SHORT), `after ${lasted()} s`)
          await sleep(100)
        }
        await until('its end', async () => !(await isBanned(SHORT)), 20_000)
        t.diagnostic(`it lasted ${lasted().toFixed(1)} s`)
        await until('and nowhere', async () => (await shown()).every(({ address }) => address !== SHORT))

        await guard.kill()
        guard = await lab.guard()
        assert.ok(await isBanned(LONG))
        const [ban] = (await lab.jail('long')).bans
        const left = (ban!.until! - clock.now().getTime()) / 1000
        assert.ok(left > 3500 && left <= 3600, `${left} s are left after a restart`)
        attack('counting', COUNTED)
        attack('counting', COUNTED)
        await until('the third failure bans, the first was before it all', () => isBanned(COUNTED))
        await backAgain(lab, guard, clock)
      } finally {
        await lab.close()
      }
    })
  }
})

/** Set right again while the ban of an hour runs. */
async function backAgain(lab: Lab, guard: Guarding, clock: WallClock): Promise<void> {
  clock.set(0)
  await until('it has followed back', async () => {
    const [ban] = (await lab.jail('long')).bans
    const left = ban!.until! - Date.now()
    return left > 3500_000 && left <= 3600_000
  })
  assert.ok((await lab.inKernel()).includes(LONG))
  assert.equal(guard.process.exitCode, null)
}

/** When the bans in force began. */
function sinceInHistory(lab: Lab): number[] {
  const database = new DatabaseSync(join(lab.folder, 'state/history.db'), { readOnly: true })
  try {
    return database
      .prepare('SELECT since FROM ban WHERE ended IS NULL')
      .all()
      .map(({ since }) => Number(since))
  } finally {
    database.close()
  }
}

describe('processes that sleep', { skip: noLab() ?? false, concurrency: 3 }, () => {
  const who: readonly (readonly [name: string, of: (guard: Guarding) => readonly number[]])[] = [
    ['the guard', (guard) => [guard.process.pid!]],
    ['the reader', (guard) => [readerOf(guard.process.pid!)!]],
    [
      'the guard and all below it',
      (guard) => [guard.process.pid!, ...childrenOf(guard.process.pid!).map(({ pid }) => pid)],
    ],
  ]
  for (const [name, of] of who) {
    test(`R30 ${name} sleeps for ${SLEEP_S} s: bans end in the kernel meanwhile, then all lines count`, async () => {
      const lab = await Lab.open(JAILS.replace(`bantime = ${BAN_S}`, 'bantime = 2'))
      try {
        lab.append('log/long.log', '')
        const guard = await lab.guard()
        const banned = () => lab.inKernel()
        lab.append('log/access.log', probeLine(SHORT))
        await until('the ban', async () => (await banned()).includes(SHORT))
        const sleepers = of(guard).filter((pid) => isSent(pid, 'SIGSTOP'))
        const began = performance.now()
        await until('its end in the kernel', async () => !(await banned()).includes(SHORT))
        lab.append('log/long.log', probeLine(LONG))
        await sleep(SLEEP_S * 1000 - (performance.now() - began))
        for (const pid of sleepers) isSent(pid, 'SIGCONT')
        await until('who came meanwhile', async () => (await banned()).includes(LONG))
        await until('the first is shown nowhere', async () => (await lab.jail('nginx-botsearch')).bannedNow === 0)
        assert.deepEqual((await lab.status()).faults, [])
      } finally {
        await lab.close()
      }
    })
  }
})

/** false: it has ended by itself, as an nft does. */
function isSent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
