/**
 * How long an admin waits for numbers: `rampart stats` as a program, start included, on a history of millions of rows and on
 * lists. Run: node bench/statistics.ts [share of the rows, default 1]
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { realWorld } from '../src/world/real.ts'
import { addressOf, makeHistory } from './statistics-history.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const share = Number(process.argv[2] ?? 1)
const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-'))
const alive = setInterval(() => {}, 1000)
const size = {
  addresses: Math.round(200_000 * share),
  bans: Math.round(1_000_000 * share),
  failures: Math.round(2_000_000 * share),
  active: Math.round(100_000 * share),
  days: 90,
  requests: Math.round(40 * share),
}

const QUESTIONS: readonly (readonly [what: string, words: string])[] = [
  ['country, organisation, city of those in force', ''],
  ['country of all', '--by country --state all'],
  ['country of the last day', '--by country --since 24h'],
  ['jail', '--by jail'],
  ['jail, of all', '--by jail --state all'],
  ['address, by its bans', '--by ip'],
  ['address, by its failures', '--by ip --unit failures'],
  ['country, by failures', '--by country --unit failures'],
  ['hour, by bans', '--by hour --unit bans'],
  ['hour, by addresses of all', '--by hour --state all'],
  ['day, by failures', '--by day --unit failures'],
  ['port', '--by port --state all'],
  ['path, by bans', '--by path --unit bans'],
  ['user agent, by addresses of all', '--by agent --state all'],
  ['path, by failures', '--by path --unit failures'],
]

try {
  await makeHistory(realWorld(), folder, size)
  const megabytes = Math.round(statSync(join(folder, 'history.db')).size / 1e6)
  console.log(
    `history: ${size.bans} bans of ${size.addresses} addresses, ${size.active} in force; ${size.failures} rows of failures; ${megabytes} MB`,
  )
  for (const [what, words] of QUESTIONS) report(what, ['--history', folder, ...words.split(' ').filter(Boolean)])
  for (const lines of [2623, Math.round(1_000_000 * share)]) {
    const list = join(folder, 'list')
    writeFileSync(list, Array.from({ length: lines }, (_, i) => `${addressOf(i).text}\n`).join(''))
    report(`list of ${lines}: country, organisation, city`, ['--ips-file', list])
  }
} finally {
  rmSync(folder, { recursive: true })
  clearInterval(alive)
}

/** The best of three: with a warm cache, beside as little else as there was. */
function report(what: string, words: readonly string[]): void {
  const runs = [1, 2, 3].map(() => {
    const begin = performance.now()
    const { status, stderr } = spawnSync('/usr/bin/env', [join(ROOT, 'bin/rampart'), 'stats', ...words], {
      maxBuffer: 2 ** 30,
    })
    if (status !== 0) throw new Error(String(stderr))
    return (performance.now() - begin) / 1000
  })
  console.log(
    `${what}: ${Math.min(...runs).toFixed(2)} s${existsSync(join(ROOT, 'geo/country.places')) ? '' : ' (without places)'}`,
  )
}
