/** `rampart tail`: events as they happen. */
import { follow } from '../../control/client.ts'
import type { Event } from '../../engine/event.ts'
import { printJson } from '../print.ts'
import type { Setting } from '../setting.ts'
import { printEvent } from './event.ts'

export async function tail(
  setting: Setting,
  options: { readonly socket: string; readonly json?: boolean },
): Promise<number> {
  const { terminal, world, stopped } = setting
  const ending = new AbortController()
  const hear = (event: Event) => {
    terminal.out(options.json ? printJson(event) : printEvent(terminal, event, world.clock.now()))
    return true
  }
  const followed = follow(options.socket, hear, ending.signal)
  const hasEnded = await Promise.race([followed.then(() => true), stopped.then(() => false)])
  if (hasEnded) terminal.err('rampart: the guard has ended\n')
  // An open connection would keep the program alive.
  ending.abort()
  return 0
}
