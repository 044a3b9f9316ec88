/** Saves deed after deed in a folder until it is killed; tells each number on standard output once it is kept. */
import { writeSync } from 'node:fs'
import { openHistory } from '../../../src/store/history.ts'
import { realWorld } from '../../../src/world/real.ts'
import { ban, NOON } from '../folder.ts'

const [folder, first, bansInEach] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])]
const { clock, files } = realWorld()
setInterval(() => {}, 1000)
const history = await openHistory({ folder, clock, files, pid: process.pid })
writeSync(1, 'open\n')

let next = first
await Promise.all(Array.from({ length: 3 }, saveForever))

async function saveForever(): Promise<void> {
  for (;;) {
    const number = next++
    // The deed's number is in all it holds: whether it is whole can be seen.
    const bans = Array.from({ length: bansInEach }, (_, i) => ban(`10.${number >> 8}.${number & 255}.${i}`))
    const positions = [{ log: `log ${number}`, position: { cursor: `${number}` } }]
    const events = [{ seq: number, time: NOON, kind: 'deed', body: '{}' }]
    if ((await history.save({ bans, positions, events })) === 'kept') writeSync(1, `${number}\n`)
  }
}
