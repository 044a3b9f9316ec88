/**
 * What following costs: catching up with a big log, the time from an append to its chunk, many appends, and idleness with
 * 50 files. CPU time of this process where it says so; the writer of the latency runs is another process.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Source } from '../src/source/source.ts'
import { realWorld } from '../src/world/real.ts'

const LINES = 1_000_000
const FILES = 50
const NEWLINE = 10
const STARTED_MS = 1000

/** Appends `burst` lines every `gap` ms for `ms`: each is the moment of its write. */
const WRITER = `
const fs = require('fs'), [log, gap, burst, ms] = process.argv.slice(1)
const fd = fs.openSync(log, 'a'), end = performance.now() + Number(ms)
const one = () => fs.writeSync(fd, (performance.timeOrigin + performance.now()).toFixed(3) + '\\n')
const round = () => {
  for (let i = 0; i < Number(burst); i++) one()
  if (performance.now() < end) setTimeout(round, Number(gap))
}
round()
`

const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-'))
const buffer = new Uint8Array(2 * 1024 * 1024)
const alive = setInterval(() => {}, 1000)
try {
  await catchUp()
  await appended('50 lines a second', 20, 1, 10_000)
  await appended('20,000 lines a second, one write each', 0, 20, 4000)
  await idle()
} finally {
  clearInterval(alive)
  rmSync(folder, { recursive: true, force: true })
}

async function catchUp(): Promise<void> {
  const log = join(folder, 'big.log')
  const line = `192.0.2.1 - - [31/Jan/2026:12:00:00 +0000] "GET /index.html HTTP/1.1" 200 612 "-" "${'Mozilla/5.0 '.repeat(10)}"\n`
  const file = openSync(log, 'w')
  for (let i = 0; i < LINES; i += 10_000) writeSync(file, line.repeat(10_000))
  closeSync(file)
  const best = { cpu: Number.POSITIVE_INFINITY, wall: 0 }
  for (let run = 0; run < 5; run++) {
    const source = open([log], 'begin')
    const before = process.cpuUsage()
    const start = performance.now()
    let bytes = 0
    while (bytes < line.length * LINES) bytes += (await source.next(buffer))?.bytes.length ?? 0
    const cpu = cpuSeconds(before)
    if (cpu < best.cpu) Object.assign(best, { cpu, wall: performance.now() - start })
    source.close()
  }
  const bytes = line.length * LINES
  say(
    'catching up',
    `${LINES} lines of ${line.length} bytes: ${best.cpu.toFixed(3)} s of CPU, ${best.wall.toFixed(0)} ms`,
  )
  say(
    '',
    `${(LINES / best.cpu / 1e6).toFixed(1)} million lines and ${(bytes / best.cpu / 1e9).toFixed(2)} GB per CPU second`,
  )
  rmSync(log)
}

/** Another process appends `burst` lines every `gapMs` ms, each with the moment of its write. */
async function appended(name: string, gapMs: number, burst: number, ms: number): Promise<void> {
  const logs = Array.from({ length: FILES }, (_, i) => join(folder, `${i}.log`))
  for (const log of logs) writeFileSync(log, '')
  const source = open(logs, 'end')
  await pause(200)
  const writer = spawn(process.execPath, ['-e', WRITER, logs[7]!, `${gapMs}`, `${burst}`, `${ms}`])
  let ended = false
  writer.once('exit', () => {
    ended = true
    setTimeout(() => source.close(), 200)
  })
  const delays: number[] = []
  // Starting the writer is not following.
  let before = process.cpuUsage()
  setTimeout(() => {
    before = process.cpuUsage()
  }, STARTED_MS)
  let chunks = 0
  for (let chunk = await source.next(buffer); chunk; chunk = await source.next(buffer)) {
    const now = performance.timeOrigin + performance.now()
    chunks++
    for (let at = 0; at < chunk.bytes.length; ) {
      const end = chunk.bytes.indexOf(NEWLINE, at)
      delays.push(now - Number(Buffer.from(chunk.bytes.subarray(at, end)).toString('latin1')))
      at = end + 1
    }
  }
  const cpu = (cpuSeconds(before) / (ms - STARTED_MS)) * 1e5
  delays.sort((a, b) => a - b)
  const at = (part: number) => `${(delays[Math.floor(delays.length * part)] ?? Number.NaN).toFixed(2)} ms`
  say(
    name,
    `${delays.length} lines in ${chunks} chunks, p50 ${at(0.5)}, p99 ${at(0.99)}, CPU ${cpu.toFixed(2)} %${ended ? '' : '?'}`,
  )
}

async function idle(): Promise<void> {
  const logs = Array.from({ length: FILES }, (_, i) => join(folder, `${i}.log`))
  for (const log of logs) appendFileSync(log, 'x\n')
  for (const patterns of [logs, [join(folder, '*.log')]]) {
    const source = open(patterns, 'begin')
    const reading = (async () => {
      while (await source.next(buffer));
    })()
    await pause(3000)
    const before = process.cpuUsage()
    await pause(10_000)
    const cpu = cpuSeconds(before) * 10
    say('idle', `${FILES} files by ${patterns.length === 1 ? 'a pattern' : 'name'}: CPU ${cpu.toFixed(3)} %`)
    source.close()
    await reading
  }
  const before = process.cpuUsage()
  await pause(10_000)
  say('idle', `the bare runtime: CPU ${(cpuSeconds(before) * 10).toFixed(3)} %`)
}

function open(patterns: readonly string[], start: 'begin' | 'end'): Source {
  const source = new Source(realWorld(), { onState: () => {} })
  source.want(patterns.map((pattern) => ({ kind: 'file', pattern, start })))
  return source
}

function cpuSeconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

function say(name: string, text: string): void {
  console.log(`${name.padEnd(40)} ${text}`)
}
