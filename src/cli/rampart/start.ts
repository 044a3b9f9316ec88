/** What `rampart up` says before it begins: what is read, and what a person should know. */
import { printDuration } from '../../base/duration.ts'
import { printable } from '../../base/printable.ts'
import type { Guard } from '../../engine/life/guard.ts'
import type { Status } from '../../engine/status.ts'
import { type Cell, paint, type Terminal, table, wrap } from '../print.ts'

export function printStart(terminal: Terminal, { engine, notes, host }: Guard, observe: boolean): string {
  const status = engine.status()
  const verb = observe ? 'observes' : 'guards'
  const lines = [paint(terminal, 'bold', `Rampart ${status.version} ${verb} ${printable(host)}`)]
  if (observe) lines.push('It changes nothing in the kernel and tells whom it would ban.')
  // Without a log is the jail of bans by hand: it counts nothing.
  const counting = status.jails.filter(({ logs }) => logs.length > 0)
  const rows = counting.map((jail): (string | Cell)[] => [
    `  ${jail.name}`,
    jail.logs.map(({ log }) => printable(log)).join(', '),
    { text: `${jail.maxretry} in ${printDuration(jail.findtime)}`, colour: 'dim' },
  ])
  const ends = observe ? 'Ctrl-C ends it.' : 'Ctrl-C ends it. Ask it from another terminal: rampart status'
  const said = `${[...lines, table(terminal, rows).trimEnd()].join('\n')}\n${printNotes(terminal, notes)}`
  return `${said}${printSpared(terminal, status)}${ends}\n\n`
}

export function printNotes(terminal: Terminal, notes: readonly string[]): string {
  return notes.map((note) => `${paint(terminal, 'yellow', `  ${wrap(terminal, printable(note), 4)}`)}\n`).join('')
}

function printSpared(terminal: Terminal, { spared }: Status): string {
  if (spared.length === 0) return ''
  return `  ${wrap(terminal, `never banned: ${spared.map(printable).join(', ')}`, 4)}\n`
}
