/**
 * A program of the lab: writes probes to a log as a busy server does, each from another address. `writer.ts LOG NETWORK
 * LINES A_SECOND`: addresses are those of 10.NETWORK.0.0/16. It holds its log open, and opens it anew at SIGUSR1 as nginx
 * does. It prints the number of lines when it has written all, or at SIGTERM, and stays until then.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { probeLine } from './lines.ts'

const [log = '', network = '', lines = '', aSecond = ''] = process.argv.slice(2)
const TURN_MS = 10

let file = openSync(log, 'a')
process.on('SIGUSR1', () => {
  closeSync(file)
  file = openSync(log, 'a')
})

const start = performance.now()
let written = 0
/** When it was stopped for a while it goes on at its own pace. */
let paused = 0
let last = start
let isDone = false
setInterval(() => {
  const now = performance.now()
  if (now - last > 100) paused += now - last
  last = now
  const due = Math.min(Number(lines), Math.ceil(((now - start - paused) / 1000) * Number(aSecond)))
  // One write a line, as servers write.
  for (; written < due; written++) {
    writeSync(file, probeLine(`10.${network}.${(written >> 8) & 255}.${written & 255}`))
  }
  if (written === Number(lines)) tell()
}, TURN_MS)

process.on('SIGTERM', () => {
  tell()
  process.exit(0)
})

function tell(): void {
  if (!isDone) writeSync(1, `${written}\n`)
  isDone = true
}
