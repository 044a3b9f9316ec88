/** `rampart status`: one screen of all jails, or one jail with the addresses it bans. */
import { printDuration } from '../../base/duration.ts'
import { printable } from '../../base/printable.ts'
import { KERNEL } from '../../config/discover.ts'
import { ask } from '../../control/client.ts'
import type { JailDetails, JailStatus, LogStatus, Status } from '../../engine/status.ts'
import {
  addressCount,
  type Cell,
  clockTime,
  failureCount,
  paint,
  plural,
  printJson,
  remaining,
  type Terminal,
  table,
  thousands,
  whyNot,
  withPlace,
  wrap,
} from '../print.ts'
import type { Setting } from '../setting.ts'

export async function status(
  setting: Setting,
  jail: string | undefined,
  options: { readonly socket: string; readonly json?: boolean; readonly verify?: boolean },
): Promise<number> {
  const { terminal } = setting
  if (options.verify) return (await import('./verify.ts')).verify(setting, options)
  const now = setting.world.clock.now()
  if (jail === undefined) {
    const reply = await ask(options.socket, { verb: 'status' })
    terminal.out(options.json ? printJson(reply) : printStatus(terminal, reply, now))
    return 0
  }
  const reply = await ask(options.socket, { verb: 'jail', jail })
  terminal.out(options.json ? printJson(reply) : printJail(terminal, reply, now))
  return 0
}

export function printStatus(terminal: Terminal, status: Status, now: number): string {
  const head = [
    `Rampart ${status.version} ${status.observe ? 'observes' : 'guards'} since ${clockTime(status.since, now)} (pid ${status.pid})`,
    sumWords(terminal, status),
    ...troubles(terminal, status),
  ]
  const columns = HEAD.map((text, i): Cell => ({ text, colour: 'dim', right: i > 0 && i < 4 }))
  const counts = status.jails.map(row)
  // Of the columns before the logs, and the blanks behind each.
  const indent = HEAD.slice(0, -1).reduce((sum, title, column) => {
    return sum + Math.max(title.length, ...counts.map((cells) => printable(cells[column]!.text).length)) + 2
  }, 0)
  const rows = status.jails.flatMap((jail, index) => withLogs(terminal, counts[index]!, jail, indent))
  return `${head.join('\n')}\n\n${table(terminal, [columns, ...rows])}${sparedWords(terminal, status)}`
}

const HEAD = ['jail', 'failing', 'banned', 'in all', 'logs']

function sumWords(terminal: Terminal, { banned, lines, lastMinute }: Status): string {
  const minute = `${thousands(lastMinute.lines)} (${plural(lastMinute.failures, 'failure')}, ${plural(lastMinute.bans, 'ban')})`
  const number = thousands(banned)
  const said = wrap(terminal, `${number} banned; ${plural(lines, 'line')} read, in the last minute ${minute}`, 2)
  return paint(terminal, 'bold', number) + said.slice(number.length)
}

function row(jail: JailStatus): readonly Cell[] {
  return [
    { text: jail.name },
    { text: String(jail.failedNow), right: true },
    { text: String(jail.bannedNow), right: true, ...(jail.bannedNow > 0 ? { colour: 'red' as const } : {}) },
    { text: String(jail.bannedTotal), right: true },
  ]
}

/** A row for each line that its logs take. */
function withLogs(terminal: Terminal, counts: readonly Cell[], { logs }: JailStatus, indent: number): Cell[][] {
  const isRead = logs.every(({ state }) => state === 'reading' || state === 'ended')
  const colour = isRead ? {} : { colour: 'yellow' as const }
  const [first = '', ...more] = wrap(terminal, logs.map(logWords).join(', '), indent).split('\n')
  const others = more.map((text) => [...counts.map(() => ({ text: '' })), { text: text.trimStart(), ...colour }])
  return [[...counts, { text: first, ...colour }], ...others]
}

/** More are told by `--json`, and each by `rampart why`. */
const MOST_SPARED = 12

function sparedWords(terminal: Terminal, { spared }: Status): string {
  if (spared.length === 0) return ''
  const more = spared.length > MOST_SPARED ? ` and ${thousands(spared.length - MOST_SPARED)} more` : ''
  return `\n${wrap(terminal, `never banned: ${spared.slice(0, MOST_SPARED).map(printable).join(', ')}${more}`, 2)}\n`
}

/** A line or two are always on their way. */
const MIN_BEHIND_BYTES = 64 * 1024

function inPlaceOf({ unwritten }: JailStatus): string {
  return unwritten.length === 0 ? '' : printable(`, since nobody writes ${unwritten.join(', ')} here`)
}

function logWords({ log: name, state, why, cut, behind }: LogStatus): string {
  const log = name === 'kmsg' ? KERNEL : name
  if (state !== 'reading') return printable(`${log} (${state}${why ? `: ${whyNot(log, why)}` : ''})`)
  const notes = [
    ...(cut === 0 ? [] : [`${thousands(cut)} ${cut === 1 ? 'line' : 'lines'} cut at 64 KiB`]),
    ...(behind < MIN_BEHIND_BYTES ? [] : [`${thousands(Math.round(behind / 1024))} KiB behind`]),
  ]
  return printable(notes.length === 0 ? log : `${log} (${notes.join(', ')})`)
}

function troubles(terminal: Terminal, status: Status): string[] {
  const lines: string[] = []
  if (status.pending > 0) lines.push(paint(terminal, 'yellow', pendingWords(status.pending)))
  if (status.kernel.state === 'failing')
    lines.push(paint(terminal, 'red', `the kernel refuses: ${printable(status.kernel.why ?? '')}`))
  if (status.history.state !== 'ok')
    lines.push(paint(terminal, 'yellow', `the history is not kept: ${status.history.state}`))
  for (const fault of status.faults) lines.push(paint(terminal, 'yellow', wrap(terminal, withPlace(fault), 2)))
  return lines
}

function pendingWords(count: number): string {
  return count === 1
    ? '1 ban is pending: it is not in force now'
    : `${thousands(count)} bans are pending: they are not in force now`
}

function printJail(terminal: Terminal, jail: JailDetails, now: number): string {
  const dim = (text: string): Cell => ({ text, colour: 'dim' })
  const facts: (string | Cell)[][] = [
    [dim('filter'), jail.filter],
    [dim('logs'), `${jail.logs.map(logWords).join(', ')}${inPlaceOf(jail)}`],
    [
      dim('bans'),
      `${jail.scope} for ${printDuration(jail.bantime)} after ${failureCount(jail.maxretry)} in ${printDuration(jail.findtime)}`,
    ],
    ...networkRow(jail).map((text) => [dim('networks'), text]),
    ...actionsRow(jail).map((text) => [dim('actions'), text]),
    [dim('failures'), `${jail.failedTotal} in all, ${addressCount(jail.failedNow)} being counted`],
    [dim('banned'), `${jail.bannedNow} now, ${jail.bannedTotal} in all`],
  ]
  const bans = jail.bans.map(({ address, from, until, failures, origin, pending }) => [
    { text: address, colour: pending ? ('yellow' as const) : ('red' as const) },
    `since ${clockTime(from, now)}`,
    until === undefined ? 'for ever' : `${remaining(until, now)} left`,
    origin === 'filter' ? failureCount(failures) : origin,
    ...(pending ? ['pending'] : []),
  ])
  return `${paint(terminal, 'bold', printable(jail.name))}\n${table(terminal, facts)}${bans.length > 0 ? `\n${table(terminal, bans)}` : ''}`
}

/** Its scripts, and how far behind they are. */
function actionsRow({ actions, waitingNow }: JailDetails): string[] {
  if (actions.length === 0) return []
  const names = actions.map(printable).join(', ')
  return [waitingNow === 0 ? names : `${names} (${thousands(waitingNow)} bans and ends wait)`]
}

/** Which networks are banned, and for what. */
function networkRow({ networks }: JailDetails): string[] {
  const { ipv4, ipv6, addresses, maxretry, bantime } = networks
  const widths = [ipv6 === undefined ? [] : [`/${ipv6} of IPv6`], ipv4 === undefined ? [] : [`/${ipv4} of IPv4`]].flat()
  if (widths.length === 0) return []
  const lasts = bantime < 0 ? 'for ever' : `for ${printDuration(bantime)}`
  return [`${widths.join(' and ')} ${lasts} after ${failureCount(maxretry)} of ${addressCount(addresses)}`]
}
