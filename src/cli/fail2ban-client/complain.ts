/** What is wrong, as the lines that Fail2ban's client writes to standard error. */
import { logLine } from '../../base/log-line.ts'
import { printable } from '../../base/printable.ts'
import type { Setting } from '../setting.ts'

/** What Fail2ban ends with wherever something is wrong. */
export const WRONG = 255

export type Complain = (text: string) => void

export function complainTo({ terminal, world, pid }: Pick<Setting, 'terminal' | 'world' | 'pid'>): Complain {
  return (text) => terminal.err(`${logLine(world.clock.now(), 'fail2ban', pid, 'ERROR', shown(text))}\n`)
}

/** Lines stay lines; nothing else reaches a terminal that it would obey. */
function shown(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
