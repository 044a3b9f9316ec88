import { closeSync, openSync, writeSync } from 'node:fs'
import { sleep } from '../../test/lab/lab.ts'
import { now } from './elements.ts'
import { fail2ban } from './fail2ban.ts'
import { measured, type Progress } from './measured.ts'
import { memory } from './processes.ts'
import type { Row } from './row.ts'
import { FIRST_PROBE_BANS, rampart, type Subject } from './subject.ts'
import { attacked, attackers, probe } from './traffic.ts'

const BLOCKS = 10
const BLOCK_LINES = 100_000
const HITS = 0.05
/** 256 MB. */
const MOST_MIB = 244
const LOOK_MS = 100
/** Attackers of the blocks are the first of the sequence; the last one is another. */
const OTHERS = 10_000

/** A million lines at once, one in twenty of them a probe, then a new attacker. */
export async function million(progress: Progress): Promise<Row[]> {
  const block = attacked(BLOCK_LINES, HITS)
  const ours = await measured(
    () => rampart(FIRST_PROBE_BANS),
    (subject) => atOnce(subject, block, progress),
  )
  const theirs = await measured(fail2ban, (subject) => atOnce(subject, block, progress))
  const what = `${BLOCKS * BLOCK_LINES} lines at once, ${HITS * 100} % attacks`
  return [
    {
      what: `${what}: the last attacker is banned`,
      unit: 's',
      rampart: ours!.seconds,
      fail2ban: theirs?.seconds,
      atMost: 4,
    },
    {
      what: `${what}: memory at most (PSS)`,
      unit: 'MiB',
      rampart: ours!.most,
      fail2ban: theirs?.most,
      atMost: MOST_MIB,
    },
  ]
}

async function atOnce({ name, log, pid, elements }: Subject, block: Buffer, progress: Progress) {
  progress(`${name}: ${BLOCKS * BLOCK_LINES} lines at once`)
  await sleep(2000)
  const next = attackers()
  for (let i = 0; i < OTHERS; i++) next()
  const last = next()
  let most = memory(pid)
  const watch = setInterval(() => {
    most = Math.max(most, memory(pid))
  }, LOOK_MS)
  try {
    const file = openSync(log, 'a')
    const began = now()
    for (let i = 0; i < BLOCKS; i++) writeSync(file, block)
    writeSync(file, probe(last))
    closeSync(file)
    const seconds = ((await elements.entered(last)) - began) / 1000
    return { seconds, most }
  } finally {
    clearInterval(watch)
  }
}
