import { appendFileSync } from 'node:fs'
import { sleep } from '../../test/lab/lab.ts'
import { now } from './elements.ts'
import { fail2ban } from './fail2ban.ts'
import { measured, type Progress } from './measured.ts'
import { cpu, memory } from './processes.ts'
import type { Row } from './row.ts'
import { FIRST_PROBE_BANS, rampart, type Subject } from './subject.ts'
import { attackers, hostile } from './traffic.ts'

/** What Fail2ban does of the first row: it needs a second for some eighty. */
const FAIL2BAN_BANS = 1000
const SETTLED_MS = 30_000

/** New offenders in one write: until the kernel has the last of them; then all are let go. */
export async function storm(progress: Progress): Promise<Row[]> {
  const rows: Row[] = []
  const theirs = await measured(fail2ban, (subject) => banned(subject, FAIL2BAN_BANS, progress))
  for (const [count, atMost, banaction] of [
    [5000, 0.5, ''],
    [5000, 0.5, 'ufw'],
    [50_000, 3, ''],
  ] as const) {
    const ours = (await measured(
      () => rampart(banaction ? `${FIRST_PROBE_BANS}banaction = ${banaction}\n` : FIRST_PROBE_BANS),
      async (subject) => {
        const seconds = await banned(subject, count, progress)
        await sleep(SETTLED_MS)
        const held = memory(subject.pid)
        const began = now()
        await subject.ask('unban', '--all')
        return { ...seconds, held, unban: (now() - began) / 1000 }
      },
    ))!
    const by = banaction && `, banaction = ${banaction}`
    const what = `${count} new offenders at once${by}: until the kernel has all`
    // By ufw Fail2ban bans 2.5 a second: half an hour for these.
    const scale = theirs && banaction === '' ? count / FAIL2BAN_BANS : undefined
    rows.push({ what, unit: 's', rampart: ours.wall, fail2ban: scale && theirs!.wall * scale, atMost })
    rows.push({ what: '  the same', unit: 's CPU', rampart: ours.cpu, fail2ban: scale && theirs!.cpu * scale })
    rows.push({
      what: '  memory half a minute later, all processes (PSS)',
      unit: 'MiB',
      rampart: ours.held,
      atMost: 135,
    })
    rows.push({ what: '  `rampart unban --all`', unit: 's', rampart: ours.unban, atMost: 1 })
  }
  const note = `Fail2ban's storms are ${FAIL2BAN_BANS} bans, scaled`
  return rows.map((row) => (row.fail2ban === undefined ? row : { ...row, note }))
}

async function banned(
  subject: Subject,
  count: number,
  progress: Progress,
): Promise<{ readonly wall: number; readonly cpu: number }> {
  progress(`${count} new offenders for ${subject.name}`)
  const next = attackers()
  const bytes = hostile(count, Array.from({ length: count }, next))
  await sleep(5000)
  const before = cpu(subject.pid)
  const began = now()
  appendFileSync(subject.log, bytes)
  const wall = ((await subject.elements.crowd(count)) - began) / 1000
  await sleep(2000)
  return { wall, cpu: cpu(subject.pid) - before }
}
