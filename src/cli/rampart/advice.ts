/**
 * What the linter says of the configuration that `rampart up` runs. It tells, and changes nothing: a program of its own
 * finds it out after the start, with the least claim to the processor, and reads no log.
 */
import { printable } from '../../base/printable.ts'
import { paint, type Terminal, wrap } from '../print.ts'
import type { Setting } from '../setting.ts'

/** Found in less than a second for a usual configuration. */
const TIMEOUT_MS = 60_000
/** So many are told; the rest is counted. */
const MOST = 8

/** The lines for the terminal; empty if there is nothing to tell. Never throws. */
export async function advice(setting: Setting, config: readonly string[]): Promise<string> {
  const { terminal, world, checkCommand } = setting
  if (!checkCommand) return ''
  const present = config.filter((folder) => world.files.stat(folder) !== undefined)
  const where = present.length > 0 ? ['--config', ...present] : []
  const argv = ['nice', '-n', '19', ...checkCommand, '--no-logs', '--json', ...where]
  const { out } = await world.run.once(argv, {
    timeoutMs: TIMEOUT_MS,
    leashed: true,
    maxOutputBytes: 16 * 1024 * 1024,
  })
  return printAdvice(terminal, told(out))
}

interface Told {
  readonly severity: string
  readonly file: string
  readonly line: number | undefined
  readonly message: string
}

/** What the files' own faults are, the start has said already. */
function told(json: string): readonly Told[] {
  try {
    const { findings } = JSON.parse(json) as { findings: readonly (Told & { readonly code: string })[] }
    return findings.filter(({ code, severity }) => code.startsWith('lint.') && severity !== 'hint')
  } catch {
    return []
  }
}

function printAdvice(terminal: Terminal, findings: readonly Told[]): string {
  if (findings.length === 0) return ''
  const lines = findings.slice(0, MOST).map(({ severity, file, line, message }) => {
    const place = `${file}${line === undefined ? '' : `:${line}`}`
    const said = wrap(terminal, printable(`${message} (${place})`), 4)
    return paint(terminal, severity === 'error' ? 'red' : 'yellow', `  ${said}`)
  })
  const more = findings.length > MOST ? `${findings.length - MOST} more, and ` : ''
  return `${lines.join('\n')}\n  ${more}why and what to write instead: rampart config check\n`
}
