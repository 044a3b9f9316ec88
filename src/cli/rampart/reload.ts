/** `rampart reload`: the configuration is read anew. With any fault nothing changes, and every fault is shown. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { ask } from '../../control/client.ts'
import type { Reloaded } from '../../engine/life/reload.ts'
import { printFault, printJson, type Terminal } from '../print.ts'
import type { Setting } from '../setting.ts'
import { reloadWords } from './event.ts'
import { printNotes } from './start.ts'

/** @returns 0, or 1 if nothing was changed since something is at fault */
export async function reload(
  { terminal }: Setting,
  jail: string | undefined,
  options: { readonly socket: string; readonly json?: boolean },
): Promise<number> {
  const reply = await ask(options.socket, { verb: 'reload', jail })
  if (options.json) terminal.out(printJson(reply))
  else if (reply.done) terminal.out(printReloaded(terminal, reply))
  else terminal.err(printRefused(reply.faults))
  return reply.done ? 0 : 1
}

function printReloaded(terminal: Terminal, reply: Reloaded & { readonly done: true }): string {
  return `reloaded: ${printable(reloadWords(reply))}\n${printNotes(terminal, reply.notes)}`
}

function printRefused(faults: (Reloaded & { readonly done: false })['faults']): string {
  const shown = faults.map(({ code, message, hint, at }) => {
    return printFault(new Fault(code, message, { ...(hint === undefined ? {} : { hint }), ...(at ? { at } : {}) }))
  })
  return `${shown.join('')}rampart: not reloaded, what ran before runs on\n`
}
