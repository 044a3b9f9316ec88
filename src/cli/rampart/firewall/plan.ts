/** `rampart firewall plan FILE`: what `apply` would change. */
import { asFault } from '../../../base/fault.ts'
import { paint, printFault, printJson, type Terminal } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import type { Difference } from './difference.ts'
import type { Options } from './firewall-call.ts'
import { planFile } from './wanted-file.ts'

/** @returns 0 if nothing would change, 1 if something would, 2 where that cannot be told */
export async function plan(setting: Setting, file: string, options: Options): Promise<number> {
  const { terminal } = setting
  try {
    const planned = await planFile(setting, file, options)
    if (!planned) return 2
    const { changes } = planned
    if (options.json) terminal.out(printJson({ changes }))
    else terminal.out(changes.length === 0 ? 'Nothing would change\n' : printDifference(terminal, changes))
    return changes.length === 0 ? 0 : 1
  } catch (thrown) {
    terminal.err(`rampart: ${printFault(asFault(thrown, 'firewall.failed'))}`)
    return 2
  }
}

/** @param changes safe for a terminal */
export function printDifference(terminal: Terminal, changes: readonly Difference[]): string {
  return changes
    .map(({ sign, line }) => `${paint(terminal, sign === '+' ? 'green' : 'red', `${sign} ${line}`)}\n`)
    .join('')
}
