/** Saves deed after deed in a folder until it is killed, or so many are kept; tells the number of each that is, on standard output. */
import { writeSync } from 'node:fs'
import { openHistory } from '../../../src/store/history.ts'
import { realWorld } from '../../../src/world/real.ts'
import { ban, NOON } from '../folder.ts'

const folder = process.argv[2]!
const [first, bansInEach, most = Number.POSITIVE_INFINITY] = process.argv.slice(3).map(Number) as [
  number,
  number,
  number?,
]
const { clock, files } = realWorld()
setInterval(() => {}, 1000)
const history = await openHistory({ folder, clock, files, pid: process.pid })
writeSync(1, 'open\n')

let next = first
let kept = 0
await Promise.all(Array.from({ length: 3 }, saveForever))

async function saveForever(): Promise<void> {
  for (;;) {
    const number = next++
    // The deed's number is in all it holds: whether it is whole can be seen.
    const bans = Array.from({ length: bansInEach }, (_, i) => ban(`10.${number >> 8}.${number & 255}.${i}`))
    const positions = [{ log: `log ${number}`, position: { cursor: `${number}` } }]
    const events = [{ seq: number, time: NOON, kind: 'deed', body: '{}' }]
    if ((await history.save({ bans, positions, events })) !== 'kept') continue
    writeSync(1, `${number}\n`)
    if (++kept === most) process.exit()
  }
}
