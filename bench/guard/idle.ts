import { sleep } from '../../test/lab/lab.ts'
import { fail2ban } from './fail2ban.ts'
import { measured, type Progress } from './measured.ts'
import { cpu, memory } from './processes.ts'
import type { Row } from './row.ts'
import { ALL_JAILS, rampart, type Subject } from './subject.ts'

const IDLE_MS = 30_000

/** After 30 s in which nothing happens; and what the next 30 s of it cost. */
export async function idle(progress: Progress): Promise<Row[]> {
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
