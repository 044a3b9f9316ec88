/**
 * Reader and core are killed, again and again, while logs are written and rotated under their hands: every line counts
 * once. RAMPART_KILLS says how often.
 */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { readerOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { end } from '../lab/host.ts'
import { Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'

const KILLS = Number(process.env['RAMPART_KILLS'] ?? 4)
const A_SECOND = 2000
/** As many as there are addresses. */
const MOST = 60_000

const jail = (name: string) =>
  `[${name}]\nenabled = true\nfilter = nginx-botsearch\nlogpath = /var/log/nginx/${name}.log\nmaxretry = 1000000\nfindtime = 1d\n`

describe(`killed ${KILLS} times while logs are rotated under load`, { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  before(async () => {
    lab = await Lab.open(jail('renamed') + jail('copied'))
    for (const name of ['renamed', 'copied']) lab.write(`log/${name}.log`, '')
    guard = await lab.guard()
  })
  after(() => lab?.close())

  const path = (name: string) => join(lab.folder, 'log', name)
  const rotate = (name: string, move: (from: string, to: string) => void) => {
    for (let age = 60; age > 0; age--) {
      if (existsSync(path(`${name}.${age}`))) renameSync(path(`${name}.${age}`), path(`${name}.${age + 1}`))
    }
    move(path(name), path(`${name}.1`))
  }

  test('R08 R16 R17 R09 renamed, and copied and truncated, while reader and core die: no line is lost, none counts twice', async (t) => {
    const writers = ['renamed', 'copied'].map((name, index) => writing(`${name}.log`, 40 + index))
    const [renamed, copied] = writers as [Writer, Writer]
    for (let kill = 0; kill < KILLS; kill++) {
      // Of a log that is truncated before anything of it was kept, nobody knows the copies.
      const kept = total()
      await until('something of both is kept', () => total().every((count, index) => count > (kept[index] ?? 0)))
      await until('lines', () => statSync(path('copied.log')).size > 1000 && statSync(path('renamed.log')).size > 1000)
      await sleep(Math.random() * 300)
      const turns = [() => rename(renamed), () => copy(copied), () => die(kill)]
      // In any order, and at once.
      await Promise.all(turns.sort(() => Math.random() - 0.5).map((turn) => turn()))
    }
    const counts = await Promise.all(writers.map((writer) => writer.done()))
    const [ofRenamed, ofCopied] = counts
    const expected = [
      { name: 'copied', n: ofCopied, most: 1 },
      { name: 'renamed', n: ofRenamed, most: 1 },
    ]
    await until('all have counted', async () => isDeepStrictEqual(sums(), expected), 30_000).catch(() => {})
    await sleep(500) // What would be read twice has come by now.
    await guard.stop()
    t.diagnostic(`${counts.join(' and ')} lines`)
    assert.deepEqual(sums(), expected)
  })

  /** As nginx is told to open its log anew: a while after the rename. */
  async function rename({ child }: Writer): Promise<void> {
    rotate('renamed.log', renameSync)
    await sleep(Math.random() * 200)
    child.kill('SIGUSR1')
    await until('the new log', () => existsSync(path('renamed.log')))
  }

  async function copy({ child }: Writer): Promise<void> {
    // What is written between the copy and the truncation is nobody's: the writer stands still there.
    child.kill('SIGSTOP')
    await until('it stands', () => / T /.test(readFileSync(`/proc/${child.pid}/stat`, 'utf8')))
    rotate('copied.log', copyFileSync)
    truncateSync(path('copied.log'))
    child.kill('SIGCONT')
  }

  async function die(kill: number): Promise<void> {
    const core = guard.process.pid!
    if (kill % 2 === 0) {
      const reader = await until('a reader', () => readerOf(core))
      process.kill(reader, 'SIGKILL')
    } else {
      await guard.kill()
      guard = await lab.guard()
    }
  }

  interface Writer {
    readonly child: ReturnType<typeof lab.server.start>
    /** Ends it. @returns how many lines it has written */
    done(): Promise<number>
  }

  function writing(name: string, network: number): Writer {
    const words = [`/var/log/nginx/${name}`, String(network), String(MOST), String(A_SECOND)]
    const child = lab.server.start([process.execPath, join(ROOT, 'test/lab/writer.ts'), ...words])
    let out = ''
    child.stdout!.on('data', (bytes) => {
      out += bytes
    })
    return {
      child,
      async done() {
        await end(child)
        return Number(out)
      },
    }
  }

  function total(): number[] {
    const rows = sums()
    return ['copied', 'renamed'].map((jail) => rows.find(({ name }) => name === jail)?.n ?? 0)
  }

  /** Failures of each jail, and the most of one address, as far as the history keeps them apart. */
  function sums(): { name: string; n: number; most: number }[] {
    const database = new DatabaseSync(join(lab.folder, 'state/history.db'), { readOnly: true })
    try {
      const rows = database.prepare(
        `SELECT name, sum(count) AS n, max(CASE address WHEN '' THEN 1 ELSE count END) AS most
          FROM failure JOIN jail ON jail.id = failure.jail GROUP BY 1 ORDER BY 1`,
      )
      return rows.all().map((row) => ({ ...row })) as { name: string; n: number; most: number }[]
    } finally {
      database.close()
    }
  }
})
