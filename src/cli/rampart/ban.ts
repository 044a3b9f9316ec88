/** `rampart ban` and `rampart unban`. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { ask } from '../../control/client.ts'
import type { Outcome } from '../../engine/outcome.ts'
import { paint, printJson, thousands } from '../print.ts'
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
  options: Options & {
    readonly for?: string
    readonly reason?: string
    readonly force: boolean
    readonly shorten: boolean
  },
): Promise<number> {
  const { jail, reason, force, shorten } = options
  const command = { verb: 'ban', addresses, jail, lasts: options.for, reason, force, shorten } as const
  return show(setting, options, await ask(options.socket, command))
}

/**
 * @param options with `all` every ban is lifted, and no address is named
 * @returns 0 if every address was banned before, else 1
 * @throws Fault `cli.unban`
 */
export async function unban(
  setting: Setting,
  addresses: readonly string[],
  options: Options & { readonly all?: boolean },
): Promise<number> {
  if ((addresses.length === 0) !== (options.all === true)) {
    throw new Fault('cli.unban', 'name addresses, or lift all bans', { hint: 'rampart unban 192.0.2.1, or --all' })
  }
  if (options.all) return unbanAll(setting, options)
  return show(setting, options, await ask(options.socket, { verb: 'unban', addresses, jail: options.jail }))
}

async function unbanAll({ terminal }: Setting, { socket, json, jail }: Options): Promise<number> {
  const { bans, pending } = await ask(socket, { verb: 'unban-all', jail })
  if (json) terminal.out(printJson({ bans, pending }))
  else {
    const still = pending === 0 ? '' : `, of which the kernel still holds ${thousands(pending)}: that is tried again`
    terminal.out(`${thousands(bans)} ${bans === 1 ? 'ban' : 'bans'} lifted${still}\n`)
  }
  return pending === 0 ? 0 : 1
}

function show({ terminal }: Setting, { json }: Options, outcomes: readonly Outcome[]): number {
  if (json) terminal.out(printJson(outcomes))
  else {
    for (const { address, done, words } of outcomes) {
      terminal.out(`${paint(terminal, done ? 'green' : 'yellow', address)}  ${printable(words)}\n`)
    }
  }
  return outcomes.every(({ done }) => done) ? 0 : 1
}
