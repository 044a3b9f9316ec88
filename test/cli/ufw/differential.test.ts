/**
 * The same commands, good and bad, said one after another to the installed ufw and to ours, each in namespaces of its own:
 * exit code, text, tuples and settings are equal. 2,000 of them with RAMPART_ALL=1, 150 without.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { random } from '../../../fuzz/random.ts'
import { NO_UFW } from '../../config/ufw/ask-ufw.ts'
import { isSameState, reasonFor, sameText } from './known-differences.ts'
import { randomCommands, type Said } from './random-commands.ts'

const [COUNT, SEED] = [process.env['RAMPART_ALL'] ? 2000 : 150, Number(process.env['SEED'] ?? 1)]

/** Short: the first difference of files spoils what follows. */
const TOGETHER = 25

export interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly tuples: readonly string[]
  readonly settings: readonly string[]
}

test(`${COUNT} commands have the same answers and the same effect as with the installed ufw`, {
  skip: NO_UFW,
  timeout: 3_600_000,
}, async (t) => {
  const runs = Array.from({ length: COUNT / TOGETHER }, (_, i) => randomCommands(TOGETHER, random(SEED * 1000 + i)))
  const [theirs, ours] = await Promise.all([answers('/usr/sbin/ufw', runs), answers(OURS, runs)])
  let compared = 0
  const named: string[] = []
  const other: string[] = []
  for (const [i, run] of runs.entries()) {
    for (const [j, said] of run.entries()) {
      const at = i * TOGETHER + j
      const [a, b] = [theirs[at]!, ours[at]!]
      compared++
      if (!sameAnswer(a, b)) {
        const reason = reasonFor(said.words, a, b)
        if (reason === undefined) other.push(describe(run.slice(0, j + 1), a, b))
        else named.push(`${said.words.join(' ')}: ${reason}`)
      }
      if (!isSameState(a, b)) break
    }
  }
  t.diagnostic(
    `seed ${SEED}: ${compared} compared, ${named.length} differ for a known reason, ${other.length} otherwise`,
  )
  for (const line of named) t.diagnostic(line)
  assert.deepEqual(other, [])
  assert.ok(named.length <= Math.max(1, compared / 1000), `${named.length} of ${compared} differ`)
})

const OURS = new URL('../../../bin/ufw', import.meta.url).pathname

async function answers(program: string, runs: readonly (readonly Said[])[]): Promise<readonly Answer[]> {
  const child = spawn('python3', [new URL('side.py', import.meta.url).pathname, program])
  child.stdin.end(runs.map((run) => `${JSON.stringify(run)}\n`).join(''))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  const lines = out.trim().split('\n')
  assert.equal(lines.length, runs.flat().length, err)
  return lines.map((line) => JSON.parse(line) as Answer)
}

function sameAnswer(a: Answer, b: Answer): boolean {
  return a.code === b.code && sameText(a.out, b.out) && sameText(a.err, b.err) && isSameState(a, b)
}

function describe(said: readonly Said[], a: Answer, b: Answer): string {
  const before = said.map(({ words }) =>
    words.map((word) => (/^[\w:./,+-]+$/.test(word) ? word : `'${word}'`)).join(' '),
  )
  return `${before.join('\n')}\ninstalled: ${JSON.stringify(a, undefined, 1)}\nours: ${JSON.stringify(b, undefined, 1)}`
}
