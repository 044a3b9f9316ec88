/** `rampart status --verify`: how the kernel differs from what the guard says of it. */
import { printable } from '../../base/printable.ts'
import { ask } from '../../control/client.ts'
import type { Verified } from '../../engine/status.ts'
import { paint, printJson, type Terminal, thousands } from '../print.ts'
import type { Setting } from '../setting.ts'

/** @returns 0 if nothing differs, 1 if something does, 2 if the kernel was not read */
export async function verify(
  { terminal }: Setting,
  { socket, json }: { readonly socket: string; readonly json?: boolean },
): Promise<number> {
  const verified = await ask(socket, { verb: 'verify' })
  terminal.out(json ? printJson(verified) : printVerified(terminal, verified))
  if (verified.unread !== undefined) return 2
  return verified.missing.length + verified.extra.length === 0 ? 0 : 1
}

export function printVerified(terminal: Terminal, { bans, unread, missing, extra, more }: Verified): string {
  const count = `${thousands(bans)} ${bans === 1 ? 'ban' : 'bans'}`
  if (unread !== undefined) return `${paint(terminal, 'yellow', `${count}, not compared: ${printable(unread)}`)}\n`
  if (missing.length + extra.length === 0)
    return `${paint(terminal, 'green', `${count}: the kernel holds what it should, and nothing else`)}\n`
  const lines = [
    ...missing.map((name) => `not in the kernel: ${printable(name)}`),
    ...extra.map((name) => `in the kernel alone: ${printable(name)}`),
    ...(more > 0 ? [`and ${thousands(more)} more`] : []),
  ]
  return `${count}, and the kernel differs:\n${paint(terminal, 'red', lines.join('\n'))}\n`
}
