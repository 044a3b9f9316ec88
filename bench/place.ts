/**
 * How fast places are found, and what their data takes in memory. Run: node bench/place.ts [FOLDER | FILE.mmdb]: a folder with
 * data that `rampart geo install` has put there, or a database; default: what came with the program.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openPlaces } from '../src/place/open-places.ts'
import { realWorld } from '../src/world/real.ts'

const SHIPPED = join(dirname(dirname(fileURLToPath(import.meta.url))), 'geo')
const named = process.argv[2]
const isFile = named?.endsWith('.mmdb') === true
const folders = isFile ? [] : [SHIPPED, ...(named === undefined ? [] : [named])]
const databases = isFile ? { databases: [named] } : {}

for (const count of [2623, 100_000, 1_000_000]) {
  const addresses = randomAddresses(count)
  const before = rssMiB()
  const watch = performance.now()
  const places = await openPlaces({ world: realWorld(), folders, ...databases })
  const found = await places.find(addresses, { city: named !== undefined })
  const ms = performance.now() - watch
  const known = found.filter(({ country }) => country !== undefined).length
  const rate = Math.round(count / ms)
  console.log(
    `${count} addresses: ${Math.round(ms)} ms with opening (${rate},000/s), ${known} in a country, memory ${before} -> ${rssMiB()} MiB`,
  )
  places.close()
}

/** Public ones mostly; the same in each run. */
function randomAddresses(count: number): readonly string[] {
  let state = 1
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  return Array.from({ length: count }, () => `${1 + next(222)}.${next(256)}.${next(256)}.${next(256)}`)
}

function rssMiB(): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024)
}
