/** The parts of the benchmark, each with a guard (and a Fail2ban) of its own. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { sleep } from '../../test/lab/lab.ts'
import { now } from './elements.ts'
import { fail2ban } from './fail2ban.ts'
import { cpu, memory } from './processes.ts'
import type { Row } from './row.ts'
import { ALL_JAILS, FIRST_PROBE_BANS, rampart, type Subject } from './subject.ts'
import { attackers, hostile, ordinary, probe } from './traffic.ts'

/** Says how far a long part is. */
export type Progress = (text: string) => void

export type Part = (progress: Progress) => Promise<Row[]>

export const PARTS: Readonly<Record<string, Part>> = { memory: idle, answers, cpu: benign, latency, flood }

const BANS = 200
const FAIL2BAN_BANS = 30
const FLOOD_LINES = 100_000
const FLOODS = 5
const HOSTILE_ADDRESSES = 200
const BENIGN_LINES = 300_000
/** As they come: lines of a busy site, one write each. */
const LINES_A_SECOND = 10_000
const IDLE_MS = 30_000
const ANSWERS = 20
/** Of the jail nginx-botsearch in config/jail.conf. */
const STOCK_MAXRETRY = 3

/** From the write of the offending line to the element in the kernel's set; random gaps, so that no timer is in step. */
async function latency(progress: Progress): Promise<Row[]> {
  const ours = await measured(
    () => rampart(FIRST_PROBE_BANS),
    (subject) => delays(subject, { bans: BANS, gapMs: [50, 450] }, progress),
  )
  const theirs = await measured(fail2ban, (subject) =>
    delays(subject, { bans: FAIL2BAN_BANS, gapMs: [500, 1500] }, progress),
  )
  const row = (part: number, atMost: number): Row => ({
    what: `ban: from the line in the log to the kernel, p${part * 100}`,
    unit: 'ms',
    rampart: quantile(ours!, part),
    fail2ban: theirs && quantile(theirs, part),
    atMost,
  })
  return [row(0.5, 10), row(0.99, 50)]
}

async function delays(
  subject: Subject,
  { bans, gapMs: [least, most] }: { readonly bans: number; readonly gapMs: readonly [number, number] },
  progress: Progress,
): Promise<number[]> {
  const next = attackers()
  const log = openSync(subject.log, 'a')
  const list: number[] = []
  for (let i = 1; i <= bans; i++) {
    progress(`latency of ${subject.name}: ${i} of ${bans}`)
    await sleep(least + Math.random() * (most - least))
    list.push(await delay(subject, log, next()))
  }
  closeSync(log)
  return list
}

/** Milliseconds from before the write of a probe to the kernel's word that its sender is in a set. */
async function delay({ elements }: Subject, log: number, address: string): Promise<number> {
  const written = now()
  writeSync(log, probe(address))
  return (await elements.entered(address)) - written
}

/** A flood in one write, then the offending line: how much longer its ban takes than one in silence. */
async function flood(progress: Progress): Promise<Row[]> {
  const kinds = [
    ['ordinary traffic', () => ordinary(FLOOD_LINES), 0.5],
    [
      `probes of ${HOSTILE_ADDRESSES} addresses`,
      (next: () => string) => hostile(FLOOD_LINES, Array.from({ length: HOSTILE_ADDRESSES }, next)),
      0.5,
    ],
  ] as const
  const rows: Row[] = []
  for (const [name, lines, atMost] of kinds) {
    const ours = await measured(
      () => rampart(FIRST_PROBE_BANS),
      (subject) => floods(subject, FLOODS, lines, progress),
    )
    const theirs = await measured(fail2ban, (subject) => floods(subject, 1, lines, progress))
    const what = `delay of a ban behind ${FLOOD_LINES} lines at once, ${name}`
    rows.push({ what, unit: 's', rampart: Math.max(...ours!), fail2ban: theirs && Math.max(...theirs), atMost })
  }
  return rows
}

async function floods(
  subject: Subject,
  count: number,
  lines: (next: () => string) => Buffer,
  progress: Progress,
): Promise<number[]> {
  const next = attackers()
  const log = openSync(subject.log, 'a')
  const silent: number[] = []
  for (let i = 0; i < 10; i++) {
    await sleep(300)
    silent.push(await delay(subject, log, next()))
  }
  const list: number[] = []
  for (let i = 1; i <= count; i++) {
    progress(`floods of ${subject.name}: ${i} of ${count}`)
    const bytes = lines(next)
    await sleep(2000)
    writeSync(log, bytes)
    list.push(((await delay(subject, log, next())) - quantile(silent, 0.5)) / 1000)
  }
  closeSync(log)
  return list
}

/** How long the commands take, from the start of their process to its end. */
async function answers(progress: Progress): Promise<Row[]> {
  const times = async (subject: Subject, word: string) => {
    const list: number[] = []
    for (let i = 1; i <= ANSWERS; i++) {
      progress(`${subject.name} ${word}: ${i} of ${ANSWERS}`)
      const start = now()
      await subject.ask(word)
      list.push(now() - start)
    }
    return quantile(list, 0.5)
  }
  const both = async (subject: Subject) => ({
    status: await times(subject, 'status'),
    version: await times(subject, 'version'),
  })
  const ours = await measured(() => rampart(ALL_JAILS), both)
  const theirs = await measured(fail2ban, both)
  return [
    { what: '`rampart status`, wall time', unit: 'ms', rampart: ours!.status, fail2ban: theirs?.status, atMost: 60 },
    { what: '`rampart version`, wall time', unit: 'ms', rampart: ours!.version, fail2ban: theirs?.version },
  ]
}

/** After 30 s in which nothing happens; and what the next 30 s of it cost. */
async function idle(progress: Progress): Promise<Row[]> {
  const rest = async (subject: Subject) => {
    progress(`${subject.name} at rest: ${(2 * IDLE_MS) / 1000} s`)
    await sleep(IDLE_MS)
    const held = memory(subject.pid)
    const before = cpu(subject.pid)
    await sleep(IDLE_MS)
    return { held, share: ((cpu(subject.pid) - before) / (IDLE_MS / 1000)) * 100 }
  }
  const ours = await measured(() => rampart(ALL_JAILS), rest)
  const theirs = await measured(fail2ban, rest)
  return [
    {
      what: 'memory at rest, all processes (PSS)',
      unit: 'MiB',
      rampart: ours!.held,
      fail2ban: theirs?.held,
      atMost: 90,
    },
    { what: 'CPU at rest', unit: '% CPU', rampart: ours!.share, fail2ban: theirs?.share },
  ]
}

/** CPU for lines that concern nobody: at once, and as they come. */
async function benign(progress: Progress): Promise<Row[]> {
  const spent = (how: string, feed: (log: number) => Promise<void>) => async (subject: Subject) => {
    progress(`${subject.name}: ${BENIGN_LINES} lines ${how}`)
    const log = openSync(subject.log, 'a')
    const next = attackers()
    await banned(subject, log, next())
    await sleep(3000)
    const before = cpu(subject.pid)
    await feed(log)
    // The ban says that all lines before have been read.
    await banned(subject, log, next())
    await sleep(1500)
    closeSync(log)
    return { used: cpu(subject.pid) - before, held: memory(subject.pid) }
  }
  const atOnce = spent('at once', async (log) => void writeSync(log, ordinary(BENIGN_LINES)))
  const guard = () => rampart(ALL_JAILS)
  const ours = await measured(guard, atOnce)
  const steady = await measured(guard, spent(`as they come, ${LINES_A_SECOND} a second`, asTheyCome))
  const theirs = await measured(fail2ban, atOnce)
  return [
    {
      what: `${BENIGN_LINES} ordinary lines at once`,
      unit: 's CPU',
      rampart: ours!.used,
      fail2ban: theirs?.used,
      atMost: 0.3,
    },
    { what: `the same as they come, ${LINES_A_SECOND} a second`, unit: 's CPU', rampart: steady!.used },
    { what: 'memory after the lines at once (PSS)', unit: 'MiB', rampart: ours!.held, fail2ban: theirs?.held },
  ]
}

async function banned({ elements }: Subject, log: number, address: string): Promise<void> {
  for (let i = 0; i < STOCK_MAXRETRY; i++) writeSync(log, probe(address))
  await elements.entered(address)
}

async function asTheyCome(log: number): Promise<void> {
  const bytes = ordinary(BENIGN_LINES)
  const start = now()
  let at = 0
  for (let written = 0; written < BENIGN_LINES; ) {
    const due = Math.min(BENIGN_LINES, ((now() - start) / 1000) * LINES_A_SECOND)
    for (; written < due; written++) {
      const end = bytes.indexOf(10, at) + 1
      writeSync(log, bytes, at, end - at)
      at = end
    }
    await sleep(1)
  }
}

async function measured<S extends Subject, T>(
  open: () => Promise<S | undefined>,
  measure: (subject: S) => Promise<T>,
): Promise<T | undefined> {
  const subject = await open()
  if (!subject) return undefined
  try {
    return await measure(subject)
  } finally {
    await subject.close()
  }
}

function quantile(list: readonly number[], part: number): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
}
