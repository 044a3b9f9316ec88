/**
 * How long the commands take that scripts say in loops, each client beside the other with a server of its own, of which one
 * jail bans nobody and the other 50,000.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '../../test/cli/fail2ban-client/client.ts'
import { FILES } from '../../test/control/fail2ban/both.ts'
import { type Progress, quantile } from './measured.ts'
import type { Row } from './row.ts'

const TIMES = 21
const BANS = 50_000
/** Words of one command line. */
const AT_ONCE = 2000

/** Nobody's script is what is measured. */
const JAILS = {
  'etc/jail.conf': FILES['etc/jail.conf']!.replace(/^(action =) .*\n( +noop\[.*\n)?/gm, '$1\n').replace('10m', '10h'),
}

interface Asked {
  readonly command: string
  /** What of it is told beside its words. */
  readonly of: string
  readonly atMost?: number
}

const ASKED: readonly Asked[] = [
  { command: 'ping', of: '', atMost: 40 },
  { command: 'status', of: '', atMost: 40 },
  { command: 'status one', of: '', atMost: 40 },
  { command: 'status two', of: `, ${BANS.toLocaleString('en')} addresses listed` },
]

export async function client(progress: Progress): Promise<Row[]> {
  const names = ['rampart', ...(existsSync('/usr/bin/fail2ban-client') ? ['fail2ban'] : [])] as const
  const clients = await Promise.all(names.map((name) => Client.open(name as 'rampart' | 'fail2ban', JAILS)))
  try {
    for (const one of clients) await banned(one, progress)
    const rows: Row[] = []
    for (const { command, of, atMost } of ASKED) {
      const [ours, theirs] = await inTurn(
        clients,
        (one) => one.time(command),
        (text) => progress(`${command}: ${text}`),
      )
      const row = { what: `\`fail2ban-client ${command}\`${of}, wall time, median`, unit: 'ms' } as const
      rows.push({ ...row, rampart: ours!, fail2ban: theirs, ...(atMost !== undefined && { atMost }) })
    }
    rows.push(await status(clients[0]!, progress))
    return rows
  } finally {
    for (const one of clients) await one.close()
  }
}

async function banned(client: Client, progress: Progress): Promise<void> {
  const addresses = Array.from({ length: BANS }, (_, at) => `198.${18 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`)
  for (let at = 0; at < BANS; at += AT_ONCE) {
    progress(`bans: ${at} of ${BANS}`)
    const [told] = await client.say([`set two banip ${addresses.slice(at, at + AT_ONCE).join(' ')}`])
    if (told?.code !== 0) throw new Error(`a ban failed: ${told?.err}`)
  }
}

async function status({ host }: Client, progress: Progress): Promise<Row> {
  const socket = (await host.must(['sh', '-c', 'echo /run/rampart/*/rampart.sock'])).trim()
  const words = `${join(import.meta.dirname, '../../bin/rampart')} status --socket ${socket}`
  const one = { time: (line: string) => Client.timed(host, line) }
  const [ours] = await inTurn([one], ({ time }) => time(words), progress)
  const what = `\`rampart status\` with ${BANS.toLocaleString('en')} bans, wall time, median`
  return { what, unit: 'ms', rampart: ours!, atMost: 60 }
}

/** Each of them so many times, one after the other. */
async function inTurn<S>(
  all: readonly S[],
  time: (one: S) => Promise<number>,
  progress: Progress,
): Promise<readonly number[]> {
  const times = all.map((): number[] => [])
  for (let turn = 0; turn < TIMES; turn++) {
    progress(`${turn + 1} of ${TIMES}`)
    for (const [at, one] of all.entries()) times[at]!.push(await time(one))
  }
  return times.map((list) => quantile(list, 0.5))
}
