import { closeSync, openSync, writeSync } from 'node:fs'
import { sleep } from '../../test/lab/lab.ts'
import { fail2ban } from './fail2ban.ts'
import { delay, measured, type Progress, quantile } from './measured.ts'
import type { Row } from './row.ts'
import { FIRST_PROBE_BANS, rampart, type Subject } from './subject.ts'
import { attackers, hostile, ordinary } from './traffic.ts'

const FLOOD_LINES = 100_000
const FLOODS = 5
const HOSTILE_ADDRESSES = 200

/** A flood in one write, then the offending line: how much longer its ban takes than one in silence. */
export async function flood(progress: Progress): Promise<Row[]> {
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
