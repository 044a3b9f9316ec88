/** A command of `fail2ban-client`: most are for the server to answer; some are the client's own work. */
import { complainTo } from './complain.ts'
import type { Client } from './instance.ts'
import { send } from './send.ts'

/** @returns whether it was done */
export async function carryOut(client: Client, words: readonly string[]): Promise<boolean> {
  const [verb, ...rest] = words
  switch (verb) {
    case 'start':
      return rest.length === 0 ? (await import('./start.ts')).start(client) : sent(client, words)
    case 'stop':
      return rest.length === 0 ? (await import('./start.ts')).stop(client) : sent(client, words)
    case 'restart':
      if (rest.length > 0) return (await import('./reload.ts')).reload(client, ['--restart', ...rest])
      return (await import('./start.ts')).restart(client)
    case 'reload':
      return (await import('./reload.ts')).reload(client, rest)
    case 'ping':
      return ping(client, rest)
    default:
      return sent(client, words)
  }
}

function sent({ setting, socket }: Client, words: readonly string[]): Promise<boolean> {
  return send({ setting, socket, timeoutMs: 0 }, words)
}

/** How long it waits may be said, in seconds. */
async function ping({ setting, socket }: Client, [limit]: readonly string[]): Promise<boolean> {
  const seconds = limit === undefined ? 0 : floatOf(limit)
  if (seconds === undefined) {
    complainTo(setting)(`could not convert string to float: '${limit}'`)
    return false
  }
  return send({ setting, socket, timeoutMs: Math.max(0, Math.min(seconds * 1000, LONGEST_MS)) }, ['ping'])
}

/** Of a longer time a timer makes none at all. */
const LONGEST_MS = 2 ** 31 - 1

/** As Python reads one, but for what is no number. */
function floatOf(text: string): number | undefined {
  const digits = text.trim().replace(/(?<=\d)_(?=\d)/g, '')
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(digits) ? Number(digits) : undefined
}
