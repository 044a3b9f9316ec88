/** Floods of sources and of bans: tables stay small, nobody hides in a crowd, and what is full makes room. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { memory } from '../../bench/guard/processes.ts'
import { childrenOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS6, Lab, noLab, sleep, until, VISITORS, VISITORS6 } from '../lab/lab.ts'
import { probeLine } from '../lab/lines.ts'

/** Bans that all jails hold at once, at most. */
const MOST = 5000

const JAILS = ['first', 'third', 'four']
  .map((name) => {
    const own = { first: 'maxretry = 1', third: 'maxretry = 3', four: 'maxretry = 3\nbannet.ipv4 = 24' }[name]
    const log = `logpath = /var/log/nginx/${name}.log`
    return `[${name}]\nenabled = true\nfilter = nginx-botsearch\nbantime = 1h\n${log}\n${own}\n`
  })
  .join('')

/** MiB of all processes of the guard that it takes at most, however many sources there are. */
const MOST_MEMORY = 256

describe('tables under floods', { skip: noLab() ?? false, concurrency: false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await Lab.open(JAILS)
    lab.write('rampart/fail2ban.local', `[Definition]\nmaxbans = ${MOST}\n`)
    for (const log of ['first', 'third', 'four']) lab.write(`log/${log}.log`, '')
    await lab.nginx()
    guard = await lab.guard()
    // It looks through the configuration after the start, and takes as much memory for it as all else.
    const isLooking = () => childrenOf(guard.process.pid!).some(({ words }) => / config check/.test(words))
    await until('the configuration looked through', () => !isLooking(), 60_000)
  })
  after(() => lab?.close())

  const banned = async (jail: string) => (await lab.jail(jail)).bans.map(({ address }) => address)
  const linesRead = async () => (await lab.status()).lines

  /** What it does, and how much memory the guard had meanwhile at most. */
  async function watched(act: () => Promise<void>): Promise<number> {
    let most = 0
    const timer = setInterval(() => {
      try {
        most = Math.max(most, memory(guard.process.pid!))
      } catch {
        // A child ended just now.
      }
    }, 100)
    await act()
    clearInterval(timer)
    return most
  }

  test('R26 3,000 new offenders, then one more: it is in the kernel with them', async (t) => {
    const offenders = Array.from({ length: 3000 }, (_, i) => `10.26.${i >> 8}.${i & 255}`)
    lab.append('log/first.log', offenders.map((from) => probeLine(from)).join(''))
    const start = Date.now()
    lab.append('log/first.log', probeLine('10.27.0.1'))
    await until('the last offender in the kernel', async () => (await lab.inKernel()).includes('10.27.0.1'), 30_000)
    t.diagnostic(`${Date.now() - start} ms, the listing of the kernel's set among them`)
    assert.deepEqual(new Set(await lab.inKernel()), new Set([...offenders, '10.27.0.1']))
    await until('no ban pending', async () => (await lab.status()).pending === 0)
    assert.equal((await banned('first')).length, 3001)
  })

  test('R27 20,000 addresses of one /64, one failure each: one ban of the network', async (t) => {
    const flood = Array.from({ length: 20_000 }, (_, i) => probeLine(`${ATTACKERS6}:${(i + 16).toString(16)}`)).join('')
    assert.equal(await lab.visit(`${ATTACKERS6}:1`, '/'), 200)
    const most = await watched(async () => {
      const lines = await linesRead()
      lab.append('log/third.log', flood)
      await until('all read', async () => (await linesRead()) >= lines + 20_000, 30_000)
    })
    t.diagnostic(`${Math.round(most)} MiB`)
    assert.deepEqual(await banned('third'), [`${ATTACKERS6}:/64`])
    assert.ok((await lab.inKernel()).includes(`${ATTACKERS6}:`))
    assert.equal(await lab.visit(`${ATTACKERS6}:1`, '/'), 0, 'who sent nothing yet is in it too')
    assert.equal(await lab.visit(`${VISITORS6}:1`, '/'), 200, 'another network is not')
    assert.ok(most < MOST_MEMORY, `${most} MiB`)
  })

  test('R27 what is told of the network and of an address in it', async () => {
    const { out: status } = await lab.rampart('status', 'third')
    assert.match(status, /networks +\/64 of IPv6 for 1h after 6 failures of 10 addresses/)
    const { out: why } = await lab.rampart('why', `${ATTACKERS6}:1`)
    assert.match(why, /is banned as part of 2001:db8:bad::\/64 by third after 10 failures/)
    const { out: not, code } = await lab.rampart('unban', `${ATTACKERS6}:1`)
    assert.match(not, /is banned by third as a part of 2001:db8:bad::\/64: unban that network/)
    assert.equal(code, 1)
    const { out: lifted } = await lab.rampart('unban', `${ATTACKERS6}:/64`)
    assert.match(lifted, /no longer banned by third/)
    assert.equal(await lab.visit(`${ATTACKERS6}:1`, '/'), 200)
  })

  test('a /24 is banned where the jail says so, and not where one of it is spared', async () => {
    const spared = VISITORS // Nothing in it is spared; the resolver's network is.
    const probes = (network: string) => Array.from({ length: 12 }, (_, i) => probeLine(`${network}.${i + 1}`)).join('')
    lab.append('log/four.log', probes(spared) + probes('198.51.100'))
    await until('the network', async () => (await banned('four')).includes(`${spared}.0/24`))
    assert.deepEqual(await banned('four'), [`${spared}.0/24`])
    await until('told', () => /spared +198\.51\.100\.0\/24 {2}four/.test(guard.out))
    await lab.rampart('unban', `${spared}.0/24`)
  })

  test('R28 300,000 sources, one failure each: a repeat offender among them is banned, memory stays bounded', async (t) => {
    const sources = 300_000
    const offender = '198.18.28.28'
    const turns = [0.05, 0.5, 0.95].map((part) => Math.floor(part * sources))
    const most = await watched(async () => {
      for (let i = 0; i < sources; ) {
        const text: string[] = []
        for (const end = i + 20_000; i < end; i++) {
          text.push(probeLine(`11.${i >> 16}.${(i >> 8) & 255}.${i & 255}`))
          if (turns.includes(i)) text.push(probeLine(offender))
        }
        lab.append('log/third.log', text.join(''))
      }
      await until('the repeat offender banned', async () => (await banned('third')).includes(offender), 120_000)
    })
    const { failedNow, bans } = await lab.jail('third')
    t.diagnostic(`${Math.round(most)} MiB, ${failedNow} addresses counted`)
    assert.deepEqual(
      bans.map(({ address }) => address),
      [offender],
    )
    assert.ok(failedNow > 0.94 * sources, `${failedNow} of them are counted`)
    assert.ok(most < MOST_MEMORY, `${most} MiB`)
    await until('the history written', async () => (await lab.status()).history.state === 'ok')
    await sleep(1500)
    const bytes = statSync(join(lab.folder, 'state/history.db')).size
    assert.ok(bytes < 40 * 1024 * 1024, `the history has ${bytes} bytes`)
  })

  test('R29 more bans than there is room for: those that end first go, and it is told once', async () => {
    await lab.rampart('ban', '10.29.255.1', '--for', '10m')
    const offenders = Array.from({ length: MOST }, (_, i) => `10.29.${i >> 8}.${i & 255}`)
    lab.append('log/first.log', offenders.map((from) => probeLine(from)).join(''))
    await until('the last of them', async () => (await banned('first')).includes(offenders.at(-1)!), 30_000)
    await until('no ban pending', async () => (await lab.status()).pending === 0)
    const { banned: now, kernel, faults } = await lab.status()
    assert.equal(now, MOST)
    assert.deepEqual(kernel, { state: 'ok' })
    const inKernel = new Set(await lab.inKernel())
    assert.equal(inKernel.size, MOST)
    assert.ok(inKernel.has('10.29.255.1'), 'what a person has banned stays, though it ends first')
    const gone = offenders.filter((from) => !inKernel.has(from))
    assert.equal(gone.length, 1, 'all that came before made room, and one of these')
    assert.deepEqual(
      faults.map(({ code }) => code),
      ['jail.full'],
    )
    assert.equal(guard.out.match(/ fault /g)?.length, 1)
    const { out: why } = await lab.rampart('why', '10.26.0.1', '--json')
    assert.equal(JSON.parse(why).bans.length, 0)
    assert.equal(JSON.parse(why).earlier.length, 1)
  })

  test('R29 after a restart there are as many, and no more', async () => {
    await guard.kill()
    guard = await lab.guard()
    await until('all restored', async () => (await lab.inKernel()).length === MOST)
    lab.append('log/first.log', probeLine('10.30.0.1'))
    await until('one more', async () => (await lab.inKernel()).includes('10.30.0.1'))
    await until('one less', async () => (await lab.inKernel()).length === MOST)
  })
})
