/**
 * R64: floods, rotations, reloads and kill -9, round after round, on one host. After each round all who attacked were banned
 * and the kernel holds what `status` says; at the end: how memory and descriptors went. Takes long, so it is no test:
 * `runtime/node test/faults/soak.ts [MINUTES] [SEED]`
 */
import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, readFileSync, renameSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '../../fuzz/random.ts'
import { readerOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const [minutes = 10, seed = Date.now() % 1e6] = process.argv.slice(2).map(Number)
const ROUND_MS = 15_000
const ATTACKERS = 300
const VISITS = 20_000
/** Rounds after which the same come again, their bans over: what is kept of each is no growth. */
const POOL = 10
const JAILS = `[nginx-botsearch]
enabled = true
maxretry = 2
bantime = 60
[nginx-4xx]
enabled = true
[recidive]
enabled = true
maxretry = 1000
findtime = 1h
bantime = 1h
`

interface Look {
  readonly minute: number
  readonly core: number
  readonly reader: number
  readonly descriptors: number
}

const missing = noLab()
if (missing !== undefined) throw new Error(missing)
const next = random(seed)
const lab = await Lab.open(JAILS)
const looks: Look[] = []
const began = performance.now()
let guard: Guarding
let starts = 0

try {
  await lab.nginx()
  guard = await lab.guard()
  const rounds = Math.ceil((minutes * 60_000) / ROUND_MS)
  for (let round = 0; round < rounds; round++) await once(round, rounds)
  verdict()
} finally {
  await lab.close()
}

async function once(round: number, rounds: number): Promise<void> {
  const end = performance.now() + ROUND_MS
  const attackers = unique(round % POOL, ATTACKERS)
  const half = Math.floor(next() * ATTACKERS)
  flood(attackers.slice(0, half))
  const deed = await disturb(round, rounds)
  flood(attackers.slice(half))
  await until(
    'every attacker is banned',
    async () => {
      const held = new Set(await lab.inKernel())
      return attackers.every((one) => held.has(one))
    },
    30_000,
  ).catch(async (late) => {
    console.log(guard.out.slice(-3000), guard.err)
    throw late
  })
  await until('the kernel holds what status says', async () => (await lab.rampart('status', '--verify')).code === 0)
  assert.equal(guard.err, '')
  await sleep(Math.max(0, end - performance.now()))
  const { exitCode, signalCode } = guard.process
  assert.deepEqual({ exitCode, signalCode }, { exitCode: null, signalCode: null }, guard.out.slice(-2000) + guard.err)
  look(round, deed)
}

/** Two lines of each attacker among those of visitors. */
function flood(attackers: readonly string[]): void {
  const benign = probeLine('203.0.113.9', '/')
    .replace(' 404 ', ' 200 ')
    .repeat(VISITS / 2)
  lab.append('log/access.log', benign + attackers.map((one) => probeLine(one).repeat(2)).join(''))
}

async function disturb(round: number, rounds: number): Promise<string> {
  const log = join(lab.folder, 'log/access.log')
  // The last third goes without a new guard: there its memory is looked at.
  const mayKill = round < (rounds * 2) / 3
  const deeds: readonly (readonly [name: string, act: () => unknown])[] = [
    ['renamed', () => renameSync(log, `${log}.1`)],
    ['copied and truncated', () => copyAndTruncate(log)],
    ['reload', () => lab.server.must([join(import.meta.dirname, '../../bin/rampart'), 'reload'])],
    ['kill -9 of the reader', () => process.kill(readerOf(guard.process.pid!)!, 'SIGKILL')],
    ['flush ruleset', () => lab.server.must(['nft', 'flush', 'ruleset'])],
    ['kill -9', killed],
    ['stop and start', stopped],
  ]
  const [name, act] = deeds[Math.floor(next() * (mayKill ? deeds.length : deeds.length - 2))]!
  // A log that is truncated while it is unread loses lines, with any program.
  if (name.startsWith('copied')) await until('all is read', () => isRead())
  await act()
  if (name === 'renamed') await lab.server.must(['sh', '-c', 'kill -USR1 $(cat /run/rampart/nginx.pid)'])
  return name
}

function copyAndTruncate(log: string): void {
  copyFileSync(log, `${log}.1`)
  truncateSync(log)
}

async function isRead(): Promise<boolean> {
  const { logs } = await lab.jail('nginx-botsearch')
  await sleep(200)
  return logs.every((one) => !('behind' in one) || one.behind === 0)
}

async function killed(): Promise<void> {
  await guard.kill()
  guard = await lab.guard()
  starts++
}

async function stopped(): Promise<void> {
  await guard.stop()
  guard = await lab.guard()
  starts++
}

function look(round: number, deed: string): void {
  const core = guard.process.pid!
  const reader = readerOf(core)
  const one: Look = {
    minute: (performance.now() - began) / 60_000,
    core: pss(core),
    reader: reader === undefined ? 0 : pss(reader),
    descriptors: readdirSync(`/proc/${core}/fd`).length,
  }
  looks.push(one)
  const { minute, core: mib, reader: readers, descriptors } = one
  console.log(
    `${String(round).padStart(4)}  ${minute.toFixed(1).padStart(5)} min  core ${mib.toFixed(1)} MiB  reader ${readers.toFixed(1)} MiB  ${descriptors} descriptors  ${deed}`,
  )
}

/** Source: proc_pid_smaps_rollup(5) */
function pss(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]) / 1024
}

function verdict(): void {
  const last = looks.slice(Math.ceil((looks.length * 2) / 3))
  const descriptors = last.map((one) => one.descriptors)
  console.log(`seed ${seed}: ${looks.length} rounds, ${looks.length * ATTACKERS} attackers, ${starts} new guards`)
  console.log(
    `the last third: core ${slope(last, 'core')}, descriptors ${Math.min(...descriptors)}-${Math.max(...descriptors)}`,
  )
  assert.ok(Math.max(...descriptors) - Math.min(...descriptors) <= 12, 'descriptors stay')
}

/** The straight line through the looks, by least squares. */
function slope(of: readonly Look[], what: 'core' | 'reader'): string {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(of.map(({ minute }) => minute)), mean(of.map((one) => one[what]))]
  const over = of.reduce((sum, one) => sum + (one.minute - x) * (one[what] - y), 0)
  const under = of.reduce((sum, one) => sum + (one.minute - x) ** 2, 0)
  return `${y.toFixed(1)} MiB, ${((over / under) * 60).toFixed(1)} MiB an hour`
}
