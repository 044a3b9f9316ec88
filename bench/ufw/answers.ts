/** How long commands take with few and with many rules, and how many processes they are. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Progress, quantile } from '../guard/measured.ts'
import type { Row } from '../guard/row.ts'
import { type Firewall, firewalls, walled } from './firewall.ts'

const SIZES = [0, 1000, 5000]

interface Command {
  readonly words: readonly string[]
  readonly times: number
  /** Milliseconds, with the most rules. */
  readonly atMost: number
}

const COMMANDS: readonly Command[] = [
  { words: ['status'], times: 11, atMost: 100 },
  { words: ['allow', '200#/tcp'], times: 7, atMost: 150 },
  { words: ['reload'], times: 5, atMost: 200 },
]
/** Of each command. */
const MOST_PROCESSES = 3

export async function answers(progress: Progress): Promise<Row[]> {
  const rows: Row[] = []
  const found = new Map<string, Found[]>()
  for (const size of SIZES)
    for (const name of firewalls())
      found.set(`${name} ${size}`, await walled(name, size, (firewall) => each(firewall, size, progress)))
  for (const [at, { words, atMost }] of COMMANDS.entries()) {
    const command = `\`ufw ${words.join(' ').replace('#', '1')}\``
    for (const size of SIZES) {
      const [ours, theirs] = ['rampart', 'ufw'].map((name) => found.get(`${name} ${size}`)?.[at])
      const what = `${command} with ${size.toLocaleString('en')} rules, wall time, median`
      rows.push({ what, unit: 'ms', rampart: ours!.ms, ufw: theirs?.ms, ...(size === SIZES.at(-1) ? { atMost } : {}) })
    }
    const [ours, theirs] = ['rampart', 'ufw'].map((name) => found.get(`${name} 0`)?.[at]?.processes)
    if (ours !== undefined)
      rows.push({
        what: `${command}: processes`,
        unit: 'processes',
        rampart: ours,
        ufw: theirs,
        atMost: MOST_PROCESSES,
      })
  }
  return rows
}

interface Found {
  readonly ms: number
  /** undefined: there is no strace. */
  readonly processes: number | undefined
}

async function each(firewall: Firewall, size: number, progress: Progress): Promise<Found[]> {
  const found: Found[] = []
  for (const { words, times } of COMMANDS) {
    progress(`${firewall.name} ${words[0]}, ${size} rules`)
    const timed = [process.execPath, join(import.meta.dirname, 'timed.ts'), String(times), firewall.program, ...words]
    const taken = JSON.parse(await firewall.host.must(timed)) as number[]
    found.push({ ms: quantile(taken, 0.5), processes: size === 0 ? await processes(firewall, words) : undefined })
  }
  return found
}

/** How many processes a command is, itself included, without threads. */
async function processes({ host, program }: Firewall, words: readonly string[]): Promise<number | undefined> {
  if (spawnSync('strace', ['-V']).status !== 0) return undefined
  const file = join(tmpdir(), `rampart-bench-${process.pid}.strace`)
  const trace = ['strace', '-f', '-qq', '-e', 'trace=clone,clone3,fork,vfork', '-e', 'signal=none', '-o', file]
  try {
    await host.must([...trace, program, ...words.map((word) => word.replace('#', '0'))])
    return 1 + begun(readFileSync(file, 'utf8'))
  } finally {
    rmSync(file, { force: true })
  }
}

/** A call may be cut in two lines where others come in between: its flags stand in the first, its result in the second. */
function begun(trace: string): number {
  const threads = new Set<string>()
  let count = 0
  for (const line of trace.split('\n')) {
    const [pid = ''] = line.split(' ', 1)
    const isThread = line.includes('CLONE_THREAD') || (line.includes('resumed>') && threads.has(pid))
    if (line.includes('unfinished') && isThread) threads.add(pid)
    else threads.delete(pid)
    if (/ = [1-9]\d*$/.test(line) && !isThread) count++
  }
  return count
}
