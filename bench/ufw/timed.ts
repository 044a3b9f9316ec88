/**
 * A program of the bench: how long a command takes on the host where this runs, from its start to its end. `timed.ts TIMES PROGRAM
 * WORDS...`; `#` in a word is the number of the turn. Prints milliseconds as JSON.
 */
import { spawnSync } from 'node:child_process'

const [times, program, ...words] = process.argv.slice(2) as [string, string, ...string[]]
const taken: number[] = []
for (let turn = 1; turn <= Number(times); turn++) {
  const turned = words.map((word) => word.replace('#', String(turn)))
  const began = performance.now()
  const { status, stderr } = spawnSync(program, turned, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  taken.push(performance.now() - began)
  if (status !== 0) throw new Error(`${program} ${turned.join(' ')} ended with ${status}: ${stderr}`)
}
process.stdout.write(JSON.stringify(taken))
