/** Saves what is soon too much and forgets it again, until it is killed. Prints a line when it is at it. */
import { writeSync } from 'node:fs'
import { openHistory } from '../../../src/store/history.ts'
import { realWorld } from '../../../src/world/real.ts'
import { ban } from '../folder.ts'

const folder = process.argv[2]!
const { clock, files } = realWorld()
setInterval(() => {}, 1000)
const history = await openHistory({ folder, clock, files, pid: process.pid, maxBytes: 1_000_000 })
const matches = ['x'.repeat(1000)]

for (let round = 0; ; round++) {
  const now = clock.now()
  const over = { from: now - 2 * 86_400_000 + round, until: now - 86_400_000, matches }
  const bans = Array.from({ length: 500 }, (_, i) => ban(`10.${round & 255}.${i >> 8}.${i & 255}`, over))
  const events = Array.from({ length: 100 }, (_, i) => ({ seq: now * 1000 + i, time: now, kind: 'x', body: '{}' }))
  await history.save({ bans, events })
  if (round === 1) writeSync(1, 'open\n')
  await history.purge({ since: now - (round % 2) * 4 * 86_400_000, maxEvents: 50 })
}
