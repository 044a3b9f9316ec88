/**
 * The benchmark: `npm run bench [-- NAME... [--json]]`. Without a name all parts of the guard's, as the
 * table of docs/benchmarks.md; with names those alone, `ufw` for all of the firewall's. `npm run bench -- help` lists them.
 */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { noLab } from '../test/lab/lab.ts'
import { PARTS as GUARD } from './guard/parts.ts'
import { printJson, printTable, type Row } from './guard/row.ts'
import { UFW_PARTS } from './ufw/parts.ts'

const PARTS = { ...GUARD, ...UFW_PARTS }

/** Benchmarks of single rooms: programs of their own that print what they find. */
const ROOMS = ['detect', 'prefilter', 'follow', 'bans', 'store', 'statistics', 'place']

const json = process.argv.includes('--json')
const names = process.argv
  .slice(2)
  .filter((word) => word !== '--json')
  .flatMap((word) => (word === 'ufw' ? Object.keys(UFW_PARTS) : word))
const unknown = names.find((name) => !(name in PARTS) && !ROOMS.includes(name))

if (unknown !== undefined) {
  console.log(
    `the guard: ${Object.keys(GUARD).join(', ')} (all of them if none is named)\nthe firewall: ufw, which is ${Object.keys(UFW_PARTS).join(', ')}\none room: ${ROOMS.join(', ')}`,
  )
  process.exitCode = unknown === 'help' ? 0 : 2
} else {
  for (const room of names.filter((name) => ROOMS.includes(name))) runRoom(room)
  const parts = names.length === 0 ? Object.keys(GUARD) : names.filter((name) => name in PARTS)
  if (parts.length > 0) await runGuard(parts)
}

function runRoom(name: string): void {
  const file = join(dirname(fileURLToPath(import.meta.url)), `${name}.ts`)
  const { status } = spawnSync(process.execPath, [file], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

/** As a service manager would start it: nothing of npm's or Node's settings reaches what is measured. */
function forgetSettings(): void {
  for (const name of Object.keys(process.env)) if (/^(npm_|NODE_)/i.test(name)) delete process.env[name]
}

async function runGuard(parts: readonly string[]): Promise<void> {
  const why = noLab()
  if (why) {
    console.error(`this cannot be measured here: ${why}`)
    process.exitCode = 1
    return
  }
  forgetSettings()
  const rows: Row[] = []
  const progress = teller()
  for (const name of parts) {
    rows.push(...(await PARTS[name]!(progress)))
    progress('')
  }
  console.log(json ? printJson(rows) : printTable(rows))
}

/** One line that is written over on a terminal; elsewhere one line for each ten. */
function teller(): (text: string) => void {
  let told = 0
  return (text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
    else if (text !== '' && told++ % 10 === 0) process.stderr.write(`${text}\n`)
  }
}
