import { closeSync, openSync } from 'node:fs'
import { sleep } from '../../test/lab/lab.ts'
import { fail2ban } from './fail2ban.ts'
import { delay, measured, type Progress, quantile } from './measured.ts'
import type { Row } from './row.ts'
import { FIRST_PROBE_BANS, rampart, type Subject } from './subject.ts'
import { attackers } from './traffic.ts'

const BANS = 200
const FAIL2BAN_BANS = 30

/** From the write of the offending line to the element in the kernel's set; random gaps, so that no timer is in step. */
export async function latency(progress: Progress): Promise<Row[]> {
  const ours = await measured(
    () => rampart(FIRST_PROBE_BANS),
    (subject) => delays(subject, { bans: BANS, gapMs: [50, 450] }, progress),
  )
  const theirs = await measured(fail2ban, async (subject) => ({
    list: await delays(subject, { bans: FAIL2BAN_BANS, gapMs: [500, 1500] }, progress),
    how: subject.how,
  }))
  const row = (part: number, atMost: number): Row => ({
    what: `ban: from the line in the log to the kernel, p${part * 100}`,
    unit: 'ms',
    rampart: quantile(ours!, part),
    fail2ban: theirs && quantile(theirs.list, part),
    note: theirs && `Fail2ban ${theirs.how}`,
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
