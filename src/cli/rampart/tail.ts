/** `rampart tail`: events as they happen. */
import { follow } from '../../control/client.ts'
import { printJson } from '../print.ts'
import type { Setting } from '../setting.ts'
import { printEvent } from './event.ts'

export async function tail(
  setting: Setting,
  options: { readonly socket: string; readonly json?: boolean },
): Promise<number> {
  const { terminal, world, stopped } = setting
  const followed = follow(options.socket, (event) => {
    terminal.out(options.json ? printJson(event) : printEvent(terminal, event, world.clock.now()))
    return true
  })
  await Promise.race([followed.then(() => terminal.err('rampart: the guard has ended\n')), stopped])
  return 0
}
