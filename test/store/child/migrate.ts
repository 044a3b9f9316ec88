/** Opens a history whose schema is two numbers behind. Prints a line when it begins. */
import { writeSync } from 'node:fs'
import { openHistory } from '../../../src/store/history.ts'
import { realWorld } from '../../../src/world/real.ts'
import { NEWER } from '../newer.ts'

const { clock, files } = realWorld()
setInterval(() => {}, 1000)
writeSync(1, 'open\n')
await openHistory({ folder: process.argv[2]!, clock, files, pid: process.pid, migrations: NEWER })
