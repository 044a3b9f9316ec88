/**
 * Runs on the lab's server and stamps with one clock what happens there: each line that nginx writes, each element that
 * the kernel takes. Prints one JSON object a line. It learns of a line by inotify and of an element through a process of
 * nft: the second way is the longer one, so the time between the two is rather told too long than too short.
 */
import { spawn } from 'node:child_process'
import { fstatSync, openSync, readSync, watch } from 'node:fs'
import { setPriority } from 'node:os'
import { createInterface } from 'node:readline'

export type Sight =
  | { readonly kind: 'line'; readonly at: number; readonly log: 'access' | 'error'; readonly text: string }
  | { readonly kind: 'element'; readonly at: number; readonly set: string; readonly address: string }

/** The kernel's clock for files goes in ticks of up to 4 ms: only a witness who comes later than that believes it. */
const TICK_MS = 5

if (process.argv[2] === 'watch') {
  // Who looks late at a line would tell too short a time: the witness goes before those whom it watches.
  setPriority(-19)
  followLog('access')
  followLog('error')
  followKernel()
}

/** Milliseconds since 1970, with fractions. */
function wallClock(): number {
  return performance.timeOrigin + performance.now()
}

function tell(sight: Sight): void {
  process.stdout.write(`${JSON.stringify(sight)}\n`)
}

function followLog(log: 'access' | 'error'): void {
  const path = `/var/log/nginx/${log}.log`
  const file = openSync(path, 'r')
  const chunk = Buffer.alloc(1 << 16)
  let rest = ''
  watch(path, () => {
    const now = wallClock()
    const written = fstatSync(file).mtimeMs
    const at = now - written > TICK_MS ? written : now
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      const lines = (rest + chunk.toString('latin1', 0, size)).split('\n')
      rest = lines.pop()!
      for (const text of lines) tell({ kind: 'line', at, log, text })
    }
  })
}

function followKernel(): void {
  const nft = spawn('setpriv', ['--pdeathsig=KILL', 'nft', '-n', 'monitor', 'new', 'elements'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  createInterface({ input: nft.stdout }).on('line', (line) => {
    const at = wallClock()
    const [, set, elements] = /^add element inet rampart_bans (\S+_[46]) \{ (.*) \}$/.exec(line) ?? []
    if (set === undefined || elements === undefined) return
    for (const element of elements.split(', ')) tell({ kind: 'element', at, set, address: element.split(' ')[0]! })
  })
}
