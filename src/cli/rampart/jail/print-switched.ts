/** What `rampart jail enable` and `disable` say. */
import { printable } from '../../../base/printable.ts'
import { paint, type Terminal, wrap } from '../../print.ts'
import type { Switched, SwitchedJail } from './carry-out.ts'

export function printSwitched(terminal: Terminal, switched: Switched): string {
  const lines = switched.jails.map((jail) => {
    const name = paint(terminal, jail.enabled ? 'green' : 'yellow', printable(jail.name))
    return `${name}  ${wrap(terminal, printable(said(jail, switched)), 2)}`
  })
  return [...lines, ...fileLines(terminal, switched)].map((line) => `${line}\n`).join('')
}

function said(jail: SwitchedJail, { guard, dryRun }: Switched): string {
  const { enabled, changed, file, line, running } = jail
  const word = enabled ? 'enabled' : 'disabled'
  const place = file === null ? '' : ` (${file}:${line})`
  if (dryRun) return changed ? `would be ${word}${place}` : `is ${word} already${place}`
  const begin = changed ? `is ${word} from now on${place}` : `is ${word} already${place}`
  if (guard === 'absent') return `${begin}; no guard is running`
  if (running === enabled) return enabled ? `${begin}, and runs${waiting(jail)}` : `${begin}, and does not run`
  return `${begin}, but the running guard goes by another configuration: it was started with another --config`
}

function waiting({ logs }: SwitchedJail): string {
  const pending = logs
    .filter(({ state }) => state !== null && state !== 'reading')
    .map(({ log, state }) => `${log} (${state})`)
  return pending.length === 0 ? '' : `; it waits for ${pending.join(', ')}`
}

function fileLines(terminal: Terminal, { file, text, written, dryRun, jails }: Switched): readonly string[] {
  if (jails.every(({ changed }) => !changed)) return ['nothing was changed']
  const path = printable(file)
  if (text === null) return [dryRun ? `${path} would go` : `${path} says nothing any more, and is gone`]
  if (written) return [`written: ${path}`]
  const content = text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${paint(terminal, 'dim', printable(line))}`)
  return [`would be written: ${path}`, ...content]
}
