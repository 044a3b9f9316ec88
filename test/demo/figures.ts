/** The last picture: what was measured in this run. */
import { paint, type Terminal } from '../../src/cli/print.ts'
import { INDENT, milliseconds } from './row.ts'
import type { Stage } from './stage.ts'

export function figures({ ledger, visitors, screen: { terminal } }: Stage): string[] {
  const bans = ledger.all()
  const jails = new Map<string, number>()
  for (const { ban } of bans) jails.set(ban.jail, (jails.get(ban.jail) ?? 0) + 1)
  const times = bans.flatMap(({ ms }) => ms ?? []).sort((a, b) => a - b)
  const v6 = ledger.attackers.filter((address) => address.includes(':')).length
  return [
    paint(terminal, 'bold', ' Measured in this run'),
    line(terminal, 'requests nginx answered', ledger.served),
    line(terminal, 'attackers seen', ledger.attackers.length, `${ledger.attackers.length - v6} IPv4, ${v6} IPv6`),
    line(terminal, 'banned', bans.length),
    ...[...jails].map(([jail, count]) => line(terminal, `  ${jail}`, count)),
    line(terminal, 'log line to kernel, p50', milliseconds(times[times.length >> 1] ?? 0), `of ${times.length} bans`),
    line(terminal, 'log line to kernel, max', milliseconds(times.at(-1) ?? 0)),
    line(terminal, "visitors' requests", visitors.asked),
    line(terminal, "visitors' requests refused", visitors.refused),
  ]
}

function line(terminal: Terminal, name: string, value: number | string, note = ''): string {
  return `${INDENT}${name.padEnd(28)}${String(value).padStart(8)}  ${paint(terminal, 'dim', note)}`.trimEnd()
}
