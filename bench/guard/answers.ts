import { sleep } from '../../test/lab/lab.ts'
import { now } from './elements.ts'
import { fail2ban } from './fail2ban.ts'
import { measured, type Progress, quantile } from './measured.ts'
import type { Row } from './row.ts'
import { ALL_JAILS, rampart, type Subject } from './subject.ts'

const ANSWERS = 20

const SETTLE_MS = 10_000

/** How long the commands take, from the start of their process to its end. */
export async function answers(progress: Progress): Promise<Row[]> {
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
  const both = async (subject: Subject) => {
    // Behind a start the guard looks through its configuration, at low priority.
    await sleep(SETTLE_MS)
    return {
      status: await times(subject, 'status'),
      version: await times(subject, 'version'),
    }
  }
  const ours = await measured(() => rampart(ALL_JAILS), both)
  const theirs = await measured(fail2ban, both)
  return [
    { what: '`rampart status`, wall time', unit: 'ms', rampart: ours!.status, fail2ban: theirs?.status, atMost: 60 },
    { what: '`rampart version`, wall time', unit: 'ms', rampart: ours!.version, fail2ban: theirs?.version },
  ]
}
