import { closeSync, openSync, writeSync } from 'node:fs'
import { sleep } from '../../test/lab/lab.ts'
import { now } from './elements.ts'
import { measured, type Progress } from './measured.ts'
import { cpu, memory } from './processes.ts'
import type { Row } from './row.ts'
import { rampart, type Subject } from './subject.ts'
import { probe } from './traffic.ts'

const SOURCES = 2_000_000
/** 256 MB. */
const MOST_MIB = 244
const LINES_A_WRITE = 50_000
/** Of the flood, where the one repeat offender fails. */
const TURNS = [0.05, 0.5, 0.95]
const OFFENDER = '198.19.255.254'
const SAMPLE_MS = 200
/** After the start the guard looks through its configuration. */
const SETTLE_MS = 15_000

const JAIL = '[nginx-botsearch]\nenabled = true\nmaxretry = 3\n'

/** So many sources that fail once each, as fast as they can be written, and one among them that fails three times. */
export async function sources(progress: Progress): Promise<Row[]> {
  const ours = await measured(
    () => rampart(JAIL),
    (subject) => flooded(subject, progress),
  )
  const what = `${SOURCES / 1e6} million sources, one failure each`
  return [
    { what: `${what}: memory at most (PSS)`, unit: 'MiB', rampart: ours!.most, atMost: MOST_MIB },
    { what: 'the same, ten seconds later', unit: 'MiB', rampart: ours!.later },
    { what: 'the same: CPU', unit: 's CPU', rampart: ours!.used },
    { what: 'the same: until all are read, and who failed three times is banned', unit: 's', rampart: ours!.seconds },
  ]
}

async function flooded(subject: Subject, progress: Progress) {
  await sleep(SETTLE_MS)
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, memory(subject.pid))
  }, SAMPLE_MS)
  const before = cpu(subject.pid)
  const start = now()
  const log = openSync(subject.log, 'a')
  for (const text of floodOf(SOURCES)) {
    progress(`${SOURCES} sources: ${((now() - start) / 1000).toFixed(0)} s`)
    writeSync(log, text)
    // Other work of this process, the samples for one, has its turn.
    await sleep(0)
  }
  closeSync(log)
  const banned = await subject.elements.entered(OFFENDER, 600_000)
  while ((await linesOf(subject)) < SOURCES + TURNS.length) await sleep(100)
  const seconds = (Math.max(banned, now()) - start) / 1000
  const used = cpu(subject.pid) - before
  clearInterval(timer)
  await sleep(10_000)
  return { most, used, seconds, later: memory(subject.pid) }
}

async function linesOf(subject: Subject): Promise<number> {
  return JSON.parse(String(await subject.ask('status', '--json'))).lines
}

function* floodOf(sources: number): Generator<string> {
  const turns = TURNS.map((part) => Math.floor(part * sources))
  for (let start = 0; start < sources; start += LINES_A_WRITE) {
    const lines: string[] = []
    for (let at = start; at < Math.min(sources, start + LINES_A_WRITE); at++) {
      lines.push(probe(`${11 + (at >> 24)}.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`))
      if (turns.includes(at)) lines.push(probe(OFFENDER))
    }
    yield lines.join('')
  }
}
