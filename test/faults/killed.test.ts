/**
 * R08: killed at any instant, under load, again and again, also soon after a start. RAMPART_KILLS says how often; the
 * full measure is 200.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { ask } from '../../src/control/client.ts'
import { ended } from '../lab/host.ts'
import { Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const KILLS = Number(process.env['RAMPART_KILLS'] ?? 8)
/** Between two writes: where it takes long there would be too many offenders, of whom each start brings back all. */
const PAUSE_MS = KILLS > 50 ? 50 : 8

const JAILS = `
[load]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/load.log
maxretry = 2
bantime = 1h
`

const BANS_BY_LOG = `SELECT count(*) AS n, count(DISTINCT address) AS of, max(failures) AS most FROM ban
  WHERE address LIKE '10.1.%'`

describe(`R08 kill -9 at ${KILLS} random instants under load`, { skip: noLab() ?? false }, () => {
  let lab: Lab
  let hands = 0
  before(async () => {
    lab = await Lab.open(JAILS)
    lab.write('log/load.log', '')
  })
  after(() => lab?.close())

  test('R08 loses no ban that was told, counts every line once, leaves the history sound and the rules as they were', async (t) => {
    const offenders: string[] = []
    const acknowledged = new Set<string>()
    const first = await lab.guard()
    await lab.rampart('ban', '10.2.255.255', '--jail', 'load')
    const rulesAtFirst = await rules()
    await first.kill()
    const stop = new AbortController()
    const writing = pour(offenders, stop.signal)
    const starts: number[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      // Every third dies while it starts, or soon after.
      const told = await life(kill % 3 === 2 ? 'start' : 'reading', Math.random() * 1000, starts)
      for (const address of told) acknowledged.add(address)
    }
    const guard = await lab.guard()
    await sleep(300)
    stop.abort()
    await writing
    const lacking = async () => {
      const found = new Set(await banned())
      return offenders.filter((address) => !found.has(address)).length
    }
    await until('all banned', async () => (await lacking()) === 0, 20_000).catch(() => {})
    t.diagnostic(`${KILLS} kills, ${offenders.length} offenders, ${acknowledged.size} told; starts: ${summary(starts)}`)
    const [found, held] = [new Set(await banned()), new Set(await lab.inKernel())]
    assert.ok([...acknowledged].some(isByHand) && ![...acknowledged].every(isByHand))
    assert.deepEqual(
      [...acknowledged].filter((address) => !found.has(address)),
      [],
    )
    assert.deepEqual([...found].filter((address) => !isByHand(address)).sort(), [...offenders].sort())
    assert.deepEqual(
      [...found].filter((address) => !held.has(address)),
      [],
    )
    assert.equal(await rules(), rulesAtFirst)
    // Statistics and events are kept once a second.
    await guard.stop()
    assert.deepEqual(rows('PRAGMA integrity_check'), [{ integrity_check: 'ok' }])
    assert.deepEqual(rows('SELECT sum(count) AS n FROM failure'), [{ n: 2 * offenders.length }])
    const bans = rows(BANS_BY_LOG)
    assert.deepEqual(bans, [{ n: offenders.length, of: offenders.length, most: 2 }])
  })

  /** A guard until so many milliseconds after its start, or after it began to read. @returns whom it has told to be banned */
  async function life(from: 'start' | 'reading', ms: number, starts: number[]): Promise<string[]> {
    const child = lab.server.start([join(ROOT, 'bin/rampart'), 'up', '--json'])
    const began = performance.now()
    let out = ''
    child.stdout!.on('data', (bytes) => {
      out += bytes
    })
    if (from === 'reading') {
      await until('it reads', () => /"state":"reading"/.test(out))
      starts.push(performance.now() - began)
    }
    const hand = banByHand()
    await sleep(ms)
    child.kill('SIGKILL')
    await ended(child)
    const told = [...out.matchAll(/^\{"kind":"ban","jail":"load","address":"([\d.]+)"/gm)].map(
      ([, address]) => address!,
    )
    return [...(await hand), ...told]
  }

  /** One after the other, until nobody answers. @returns those of whom it was answered that they are banned */
  async function banByHand(): Promise<string[]> {
    const done: string[] = []
    for (;;) {
      const address = unique(2, 1, hands++)[0]!
      const order = { verb: 'ban', addresses: [address], jail: 'load' } as const
      const outcomes = await ask(join(lab.folder, 'run/rampart.sock'), order).catch(() => [])
      if (!outcomes[0]?.done) return done
      done.push(address)
    }
  }

  /** Twice from each of ever new addresses, in lines that are written in pieces. */
  async function pour(offenders: string[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const more = unique(1, 10, offenders.length)
      offenders.push(...more)
      for (let times = 0; times < 2; times++) {
        const text = more.map((one) => probeLine(one)).join('')
        const middle = Math.floor(Math.random() * text.length)
        lab.append('log/load.log', text.slice(0, middle))
        await sleep(PAUSE_MS)
        lab.append('log/load.log', text.slice(middle))
        await sleep(PAUSE_MS)
      }
    }
  }

  async function banned(): Promise<string[]> {
    const { bans } = await ask(join(lab.folder, 'run/rampart.sock'), { verb: 'jail', jail: 'load' })
    return bans.filter(({ pending }) => !pending).map(({ address }) => address)
  }

  /** Of our table: a kill must leave no second one of its kind. */
  async function rules(): Promise<number> {
    const { nftables } = JSON.parse(await lab.server.must(['nft', '-j', '-t', 'list', 'table', 'inet', 'rampart_bans']))
    return (nftables as object[]).filter((one) => 'rule' in one).length
  }

  function rows(sql: string): object[] {
    const database = new DatabaseSync(join(lab.folder, 'state/history.db'), { readOnly: true })
    try {
      return database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }))
    } finally {
      database.close()
    }
  }
})

function isByHand(address: string): boolean {
  return address.startsWith('10.2.')
}

function summary(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b)
  return `${sorted.length} of them, median ${Math.round(sorted[sorted.length >> 1]!)} ms, longest ${Math.round(sorted.at(-1)!)} ms`
}
