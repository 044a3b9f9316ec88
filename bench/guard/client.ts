/** How long the commands take that scripts say in loops, each client beside the other with a server of its own. */
import { existsSync } from 'node:fs'
import { Client } from '../../test/cli/fail2ban-client/client.ts'
import { type Progress, quantile } from './measured.ts'
import type { Row } from './row.ts'

const COMMANDS: readonly string[] = ['ping', 'status', 'status one']
const TIMES = 21
const AT_MOST_MS = 40

export async function client(progress: Progress): Promise<Row[]> {
  const hasOriginal = existsSync('/usr/bin/fail2ban-client')
  const clients = await Promise.all([Client.open('rampart'), ...(hasOriginal ? [Client.open('fail2ban')] : [])])
  try {
    const times = new Map<string, number[]>()
    for (let turn = 0; turn < TIMES; turn++) {
      progress(`client: ${turn + 1} of ${TIMES}`)
      for (const command of COMMANDS)
        for (const [at, one] of clients.entries()) {
          const key = `${at} ${command}`
          times.set(key, [...(times.get(key) ?? []), await one.time(command)])
        }
    }
    const median = (at: number, command: string) => {
      const found = times.get(`${at} ${command}`)
      return found && quantile(found, 0.5)
    }
    return COMMANDS.map((command) => ({
      what: `\`fail2ban-client ${command}\`, wall time, median`,
      unit: 'ms',
      rampart: median(0, command)!,
      fail2ban: median(1, command),
      atMost: AT_MOST_MS,
    }))
  } finally {
    for (const one of clients) await one.close()
  }
}
