import { closeSync, openSync, writeSync } from 'node:fs'
import { sleep } from '../../test/lab/lab.ts'
import { now } from './elements.ts'
import { fail2ban } from './fail2ban.ts'
import { delay, measured, type Progress } from './measured.ts'
import { cpu } from './processes.ts'
import type { Row } from './row.ts'
import { FIRST_PROBE_BANS, rampart, type Subject } from './subject.ts'
import { attackers, ordinary } from './traffic.ts'

const A_SECOND = 100_000
const SECONDS = 60
/** Lines of one write. */
const PART_LINES = 1000
const PARTS = 100
/** The installed Fail2ban manages some 20,000 lines a second: it would fall behind for minutes. */
const FAIL2BAN_A_SECOND = 10_000

/** Ordinary traffic for a minute, then an attacker: how far it has fallen behind, what it cost, and that no line is lost. */
export async function rate(progress: Progress): Promise<Row[]> {
  const ours = await measured(
    () => rampart(FIRST_PROBE_BANS),
    (subject) => fed(subject, A_SECOND, progress),
  )
  const theirs = await measured(fail2ban, (subject) => fed(subject, FAIL2BAN_A_SECOND, progress))
  const what = `${A_SECOND} lines a second for ${SECONDS} s`
  const note = `Fail2ban is given ${FAIL2BAN_A_SECOND} lines a second`
  return [
    { what: `${what}: behind at the end`, unit: 's', rampart: ours!.behind, fail2ban: theirs?.behind, atMost: 1, note },
    { what: `${what}: CPU`, unit: '% CPU', rampart: ours!.share, fail2ban: theirs?.share, atMost: 15, note },
  ]
}

async function fed(subject: Subject, aSecond: number, progress: Progress) {
  const next = attackers()
  const parts = cut(ordinary(PART_LINES * PARTS))
  const log = openSync(subject.log, 'a')
  // The first ban loads what is loaded late.
  await delay(subject, log, next())
  await sleep(2000)
  const before = await linesOf(subject)
  const used = cpu(subject.pid)
  const began = now()
  let written = 0
  while (written < aSecond * SECONDS) {
    const due = Math.min(aSecond * SECONDS, ((now() - began) / 1000) * aSecond)
    for (; written < due; written += PART_LINES) writeSync(log, parts[(written / PART_LINES) % PARTS]!)
    progress(`${subject.name}: ${Math.round((now() - began) / 1000)} of ${SECONDS} s`)
    await sleep(5)
  }
  const behind = (await delay(subject, log, next())) / 1000
  const share = ((cpu(subject.pid) - used) / ((now() - began) / 1000)) * 100
  await sleep(1500)
  closeSync(log)
  const read = (await linesOf(subject)) - before
  // The attacker's is one more.
  if (subject.name === 'rampart' && read !== written + 1) throw new Error(`${read} lines were read of ${written + 1}`)
  return { behind, share }
}

/** Lines that it has read, where it tells. */
async function linesOf({ name, ask }: Subject): Promise<number> {
  return name === 'rampart' ? (JSON.parse(String(await ask('status', '--json'))) as { lines: number }).lines : 0
}

function cut(lines: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0, count = 0, from = 0; at < lines.length; ) {
    at = lines.indexOf(10, at) + 1
    if (++count % PART_LINES !== 0) continue
    parts.push(lines.subarray(from, at))
    from = at
  }
  return parts
}
