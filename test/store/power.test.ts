/** A ban that was told is kept though the power is cut: shown on every disk that there may be then. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { gather, inFolder, NOON, open } from './folder.ts'
import { afterCut, parseTrace } from './power-cut.ts'

const SAVE_FOREVER = join(import.meta.dirname, 'child/save-forever.ts')
const BANS_IN_EACH = 150
/** Enough for the log to be copied into the database more than once. */
const DEEDS = 120
const CUTS = 30

const traces = spawnSync('strace', ['-V']).status === 0 && spawnSync('strace', ['true']).status === 0

test(
  'R08 after a power cut at any instant each deed that was kept is there, and every deed is whole',
  { skip: traces ? false : 'strace is not installed, or may not trace' },
  () =>
    inFolder(async (folder) => {
      const trace = `${folder}.trace`
      const calls = ['openat', 'unlink', 'pwrite64', 'ftruncate', 'fsync', 'fdatasync', 'write'].join()
      const strace = ['-f', '-y', '-xx', '-s', '1000000', '-e', `trace=${calls}`, '-o', trace]
      const child = [process.execPath, SAVE_FOREVER, folder, '1', String(BANS_IN_EACH), String(DEEDS)]
      assert.equal(spawnSync('strace', [...strace, ...child], { timeout: 60_000 }).status, 0)
      const seen = parseTrace(readFileSync(trace, 'latin1'))
      const copies = seen.filter((call) => call.kind === 'synced' && call.path === `${folder}/history.db`)
      assert.ok(copies.length > 1, 'the log was copied')
      for (let cut = 0; cut < CUTS; cut++) {
        const at = Math.floor(((cut + Math.random()) / CUTS) * seen.length) + 1
        const told = seen
          .slice(0, at)
          .flatMap((call) => (call.kind === 'told' ? (call.text.match(/^\d+$/gm) ?? []) : []))
        const files = afterCut(seen, folder, at, Math.random)
        const where = `${folder}-cut-${cut}`
        mkdirSync(where)
        for (const [name, bytes] of files) if (!name.endsWith('-shm')) writeFileSync(join(where, name), bytes)
        assert.deepEqual(await lostIn(where, told.map(Number)), [], `cut behind call ${at} of ${seen.length}`)
        rmSync(where, { recursive: true })
      }
      rmSync(dirname(trace), { recursive: true })
      mkdirSync(dirname(trace))
    }),
)

/** What was told and is not there; that nothing is there in part. */
async function lostIn(folder: string, told: readonly number[]): Promise<(number | string)[]> {
  const { history, notices } = await open(folder)
  const deeds = new Set((await history.events(0)).map(({ seq }) => seq))
  const bans = new Map<number, number>()
  for (const { network } of await gather(history.activeBans(NOON))) {
    const number = Number((network.bits >> 8n) & 0xffffn)
    bans.set(number, (bans.get(number) ?? 0) + 1)
  }
  await history.close()
  const partial = [...deeds].filter((number) => bans.get(number) !== BANS_IN_EACH)
  const others = [...bans.keys()].filter((number) => !deeds.has(number))
  return [
    ...told.filter((number) => !deeds.has(number)),
    ...[...partial, ...others].map((number) => `deed ${number} in part`),
    ...notices.map(({ kind }) => kind),
  ]
}
