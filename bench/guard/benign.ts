import { openSync, writeSync } from 'node:fs'
import { sleep } from '../../test/lab/lab.ts'
import { now } from './elements.ts'
import { fail2ban } from './fail2ban.ts'
import { measured, type Progress, quantile } from './measured.ts'
import { cpu, memory } from './processes.ts'
import type { Row } from './row.ts'
import { ALL_JAILS, rampart, type Subject } from './subject.ts'
import { attackers, ordinary, probe } from './traffic.ts'

const BENIGN_LINES = 300_000
/** As they come: lines of a busy site, one write each. */
const LINES_A_SECOND = 10_000
const IDLE_MS = 30_000
/** After the first, in which V8 compiles what is hot. */
const WARM_ROUNDS = 3
/** Of the jail nginx-botsearch in config/jail.conf. */
const STOCK_MAXRETRY = 3

/** CPU for lines that concern nobody: at once, and as they come. */
export async function benign(progress: Progress): Promise<Row[]> {
  const lines = ordinary(BENIGN_LINES)
  const atOnce = (log: number) => void writeSync(log, lines)
  const repeated = (rounds: number) => async (subject: Subject) => {
    const feed = feeding(subject)
    const used: number[] = []
    for (let i = 1; i <= rounds; i++) {
      progress(`${subject.name}: ${BENIGN_LINES} lines at once, ${i} of ${rounds}`)
      used.push(await feed(atOnce))
    }
    progress(`${subject.name} at rest: ${IDLE_MS / 1000} s`)
    await sleep(IDLE_MS)
    const [first, ...later] = used
    return { first: first!, later: quantile(later, 0.5), held: memory(subject.pid) }
  }
  const steady = (subject: Subject) => {
    progress(`${subject.name}: ${BENIGN_LINES} lines, ${LINES_A_SECOND} a second`)
    return feeding(subject)((log) => asTheyCome(log, lines))
  }
  const guard = () => rampart(ALL_JAILS)
  const ours = await measured(guard, repeated(1 + WARM_ROUNDS))
  const theirs = await measured(fail2ban, repeated(2))
  const [ourSteady, theirSteady] = [await measured(guard, steady), await measured(fail2ban, steady)]
  const row = (what: string, rampart: number, fail2ban: number | undefined, atMost?: number): Row => ({
    what,
    unit: 's CPU',
    rampart,
    fail2ban,
    atMost,
  })
  return [
    row(`${BENIGN_LINES} ordinary lines at once`, ours!.later, theirs?.later, 0.3),
    row('the same as the first lines after the start', ours!.first, theirs?.first),
    row(`the same as they come, ${LINES_A_SECOND} a second, one write each`, ourSteady!, theirSteady),
    { what: 'memory 30 s after it (PSS)', unit: 'MiB', rampart: ours!.held, fail2ban: theirs?.held },
  ]
}

/** @returns what gives the seconds of CPU from before lines are written until all of them have been read */
function feeding(subject: Subject): (write: (log: number) => void | Promise<void>) => Promise<number> {
  const log = openSync(subject.log, 'a')
  const next = attackers()
  return async (write) => {
    await banned(subject, log, next())
    await sleep(2000)
    const before = cpu(subject.pid)
    await write(log)
    // The ban says that all lines before have been read.
    await banned(subject, log, next())
    await sleep(1500)
    return cpu(subject.pid) - before
  }
}

async function banned({ elements }: Subject, log: number, address: string): Promise<void> {
  for (let i = 0; i < STOCK_MAXRETRY; i++) writeSync(log, probe(address))
  await elements.entered(address)
}

async function asTheyCome(log: number, lines: Buffer): Promise<void> {
  const start = now()
  let at = 0
  for (let written = 0; written < BENIGN_LINES; ) {
    const due = Math.min(BENIGN_LINES, ((now() - start) / 1000) * LINES_A_SECOND)
    for (; written < due; written++) {
      const end = lines.indexOf(10, at) + 1
      writeSync(log, lines, at, end - at)
      at = end
    }
    await sleep(1)
  }
}
