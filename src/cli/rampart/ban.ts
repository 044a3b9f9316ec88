/** `rampart ban` and `rampart unban`. */
import { printable } from '../../base/printable.ts'
import { ask } from '../../control/client.ts'
import type { Outcome } from '../../engine/outcome.ts'
import { paint } from '../print.ts'
import type { Setting } from '../setting.ts'

interface Options {
  readonly socket: string
  readonly json?: boolean
  readonly jail?: string
}

/** @returns 0 if every address is banned now, else 1 */
export async function ban(
  setting: Setting,
  addresses: readonly string[],
  options: Options & { readonly for?: string; readonly force: boolean },
): Promise<number> {
  const { jail, force } = options
  return show(setting, options, await ask(options.socket, { verb: 'ban', addresses, jail, lasts: options.for, force }))
}

/** @returns 0 if every address was banned before, else 1 */
export async function unban(setting: Setting, addresses: readonly string[], options: Options): Promise<number> {
  return show(setting, options, await ask(options.socket, { verb: 'unban', addresses, jail: options.jail }))
}

function show({ terminal }: Setting, { json }: Options, outcomes: readonly Outcome[]): number {
  if (json) terminal.out(`${JSON.stringify(outcomes)}\n`)
  else {
    for (const { address, done, words } of outcomes) {
      terminal.out(`${paint(terminal, done ? 'green' : 'yellow', address)}  ${printable(words)}\n`)
    }
  }
  return outcomes.every(({ done }) => done) ? 0 : 1
}
