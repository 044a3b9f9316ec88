/** How fast the history takes deeds and gives bans back. Run: node bench/store.ts [bans to restore, default 1000000] */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { networkOf } from '../src/base/address.ts'
import type { Ban } from '../src/jail/ban.ts'
import { type History, openHistory } from '../src/store/history.ts'
import { realWorld } from '../src/world/real.ts'

const { clock, files } = realWorld()
const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-'))
const many = Number(process.argv[2] ?? 1_000_000)

try {
  const history = await open()
  await measure('1 ban a deed, one after the other', 2000, 1, history, 1)
  await measure('1 ban a deed, 64 at a time', 20_000, 1, history, 64)
  await measure('500 bans a deed', 100, 500, history, 1)
  await history.close()
  await restoring(10_000)
  await restoring(many)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(name: string, deeds: number, bans: number, history: History, atOnce: number): Promise<void> {
  const watch = start()
  let next = 0
  const save = async () => {
    while (next < deeds) {
      const first = next++ * bans
      await history.save({ bans: Array.from({ length: bans }, (_, i) => ban(first + i)) })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, save))
  const { seconds, cpu } = watch()
  const rate = Math.round((deeds * bans) / seconds)
  console.log(`${name}: ${rate} bans/s, ${Math.round((cpu * 1e6) / (deeds * bans))} us CPU a ban`)
}

async function restoring(bans: number): Promise<void> {
  rmSync(folder, { recursive: true })
  const filling = await open()
  const filled = start()
  for (let first = 0; first < bans; first += 5000) {
    const deed = { bans: Array.from({ length: Math.min(5000, bans - first) }, (_, i) => ban(first + i)) }
    await filling.save(deed)
  }
  console.log(`${bans} bans written in ${filled().seconds.toFixed(1)} s`)
  await filling.close()
  const watch = start()
  const history = await open()
  const opened = watch().seconds
  let active = 0
  for await (const batch of history.activeBans(clock.now())) active += batch.length
  const { seconds, cpu } = watch()
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]
  console.log(
    `${active} bans restored in ${seconds.toFixed(2)} s (opening ${opened.toFixed(2)}), ` +
      `CPU ${cpu.toFixed(2)} s, RSS ${Math.round(Number(rss) / 1024)} MiB`,
  )
  await history.close()
}

function open(): Promise<History> {
  return openHistory({ folder, clock, files, pid: process.pid })
}

/** Spread over the address space as real offenders are: each goes to another page of the index. */
function ban(number: number): Ban {
  const bits = BigInt(Math.imul(number + 1, 0x9e3779b1) >>> 0)
  const from = Date.now()
  const line = `192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "GET /wp-login.php?n=${number} HTTP/1.1" 404 153 "-" "curl/8"`
  return {
    jail: 'nginx-botsearch',
    network: networkOf(4, bits, 32),
    from,
    until: from + 3_600_000,
    failures: 5,
    count: 1,
    matches: [line, line],
    origin: 'filter',
  }
}

function start(): () => { readonly seconds: number; readonly cpu: number } {
  const wall = performance.now()
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return { seconds: (performance.now() - wall) / 1000, cpu: (user + system) / 1e6 }
  }
}
