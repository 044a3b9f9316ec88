/** The half that reads, ending again and again, or growing without bound. Source of the ids: docs/faults.md */
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { readerOf, statusOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const READER = join(ROOT, 'dist/reader.mjs')
const ATTACKER = '198.51.100.1'
const MANUAL = '198.51.100.2'

describe('a reader that fails', { skip: noLab() ?? false, concurrency: 4 }, () => {
  const failures: readonly (readonly [name: string, how: string])[] = [
    ['ends at once', 'process.exit(3)'],
    ['throws what holds an escape sequence', "throw new Error('\\x1b[2J')"],
    ['says what it never says', 'process.stdout.write(Buffer.alloc(4096, 0xff)); setInterval(() => {}, 1000)'],
  ]
  for (const [name, how] of failures) {
    test(`F22 a reader that ${name}, again and again: the guard answers and bans by hand, ever longer pauses, told once`, () =>
      failing(how, async ({ lab, guard, starts }) => {
        await until('it was tried twice', () => starts() >= 2)
        const [before, began] = [starts(), performance.now()]
        await sleep(3000)
        // 1, 2, 4 s and so on from one to the next.
        const most = before + 1 + Math.log2(1 + (performance.now() - began) / 1000)
        assert.ok(starts() <= most, `${before}, then ${starts()} starts`)
        assert.ok((await lab.status()).faults.some(({ code }) => code === 'reader.ended'))
        assert.equal((await lab.rampart('ban', MANUAL)).code, 0)
        assert.ok((await lab.inKernel()).includes(MANUAL))
        assert.doesNotMatch(guard.out, /\x1b/)
      }))
  }

  test('F22 a line that ends the reader, whenever it is matched, is left out and told, the others count', async () => {
    const lab = await Lab.open(JAILS)
    try {
      lab.append('log/other.log', '')
      const guard = await lab.guard()
      await replaceReader(lab)
      lab.write('starts', '')
      lab.write('fail.mjs', POISONED)
      process.kill(readerOf(guard.process.pid!)!, 'SIGKILL')
      const filler = probeLine('203.0.113.9', '/').replace(' 404 ', ' 200 ').repeat(20)
      const [before, poison, after, other] = unique(1, 4) as [string, string, string, string]
      const lines = probeLine(before) + filler + probeLine(poison, '/wp-login.php?poison') + filler + probeLine(after)
      lab.append('log/access.log', lines)
      lab.append('log/other.log', probeLine(other))
      await until(
        'the others are banned',
        async () => {
          const held = new Set(await lab.inKernel())
          return [before, after, other].every((one) => held.has(one))
        },
        30_000,
      )
      assert.equal((await lab.inKernel()).includes(poison), false)
      assert.match(guard.out, /a line of \/var\/log\/nginx\/access\.log ends the reader and is left out/)
      const reader = readerOf(guard.process.pid!)
      lab.append('log/access.log', probeLine('198.51.100.9'))
      await until('the next is banned', async () => (await lab.inKernel()).includes('198.51.100.9'))
      assert.equal(readerOf(guard.process.pid!), reader, 'by the same reader')
      assert.equal(guard.err, '')
    } finally {
      await lab.close()
    }
  })

  test('F22 a reader that grows without bound is ended and started again, the machine is not filled', (t) =>
    failing(
      'const all = []; setInterval(() => { for (let i = 0; i < 40; i++) all.push(Array(100_000).fill(i)) }, 20)',
      async ({ guard, starts }) => {
        let most = 0
        await until(
          'it was ended and tried again',
          () => {
            most = Math.max(most, rss(readerOf(guard.process.pid!)))
            return starts() >= 2
          },
          60_000,
        )
        t.diagnostic(`it had ${most.toFixed()} MiB`)
        assert.ok(most < 512, `${most} MiB`)
      },
    ))
})

const JAILS = `[nginx-botsearch]
enabled = true
maxretry = 1
[other]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/other.log
maxretry = 1
`

/** As if V8 had a fault that a certain text provokes. */
const POISONED = `const real = Buffer.prototype.toString
Buffer.prototype.toString = function (...words) {
  const text = real.apply(this, words)
  if (text.includes('poison')) process.abort()
  return text
}`

interface Failing {
  readonly lab: Lab
  readonly guard: Guarding
  /** How often the failing reader was started. */
  readonly starts: () => number
}

/** A guard whose reader does this when it starts; whoever attacks meanwhile is banned when it does it no more. */
async function failing(how: string, look: (failing: Failing) => Promise<void>): Promise<void> {
  const lab = await Lab.open('[nginx-botsearch]\nenabled = true\nmaxretry = 1\n')
  const at = (name: string) => join(lab.folder, name)
  try {
    const guard = await lab.guard()
    const since = guard.out.length
    await replaceReader(lab)
    lab.write('starts', '')
    lab.write('fail.mjs', how)
    process.kill(readerOf(guard.process.pid!)!, 'SIGKILL')
    lab.append('log/access.log', probeLine(ATTACKER))
    await look({ lab, guard, starts: () => readFileSync(at('starts'), 'utf8').length })
    rmSync(at('fail.mjs'))
    await until('the ban', async () => (await lab.inKernel()).includes(ATTACKER), 45_000)
    const told = guard.out
      .slice(since)
      .split('\n')
      .filter((line) => / fault /.test(line))
    assert.ok(told.length > 0 && told.length <= 3, told.join('\n'))
    assert.match(told[0]!, /the reader ended/)
    await until('nothing differs', async () => (await lab.rampart('status', '--verify')).code === 0)
    assert.equal(guard.err, '')
    assert.equal(guard.process.exitCode, null)
  } finally {
    await lab.close()
  }
}

/** On the lab's server alone: it first does what stands in a file, if there is one. */
async function replaceReader(lab: Lab): Promise<void> {
  const [starts, fail, own] = ['starts', 'fail.mjs', 'reader.mjs'].map((name) => join(lab.folder, name))
  const first = `import { appendFileSync, existsSync } from 'node:fs'
appendFileSync(${JSON.stringify(starts)}, 'x')
if (existsSync(${JSON.stringify(fail)})) await import(${JSON.stringify(fail)})
`
  const real = readFileSync(READER, 'utf8').replaceAll(/(["'])\.\//g, `$1${pathToFileURL(join(ROOT, 'dist'))}/`)
  lab.write('reader.mjs', first + real)
  await lab.server.must(['mount', '--bind', own!, READER])
}

function rss(pid: number | undefined): number {
  try {
    return pid === undefined ? 0 : statusOf(pid, 'VmRSS') / 1024
  } catch {
    return 0 // It ended just now.
  }
}
