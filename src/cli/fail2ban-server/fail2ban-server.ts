/** `fail2ban-server`: what the client does, but that without a command it starts. */
import { complainTo } from '../fail2ban-client/complain.ts'
import { fail2banClient } from '../fail2ban-client/fail2ban-client.ts'
import { parseOptions } from '../fail2ban-client/options.ts'
import type { Setting } from '../setting.ts'

/** @returns the exit code: 0 or 255 */
export async function fail2banServer(setting: Setting, given: readonly string[]): Promise<number> {
  const asked = parseOptions(given)
  if (asked.kind !== 'run') return fail2banClient(setting, given)
  const { command, dump, test, interactive } = asked.options
  const isStart = command.length === 0 ? !(dump || test || interactive) : command.length === 1 && command[0] === 'start'
  const code = await fail2banClient(setting, isStart && command.length === 0 ? [...given, 'start'] : given)
  if (isStart && code !== 0) complainTo(setting)('Async configuration of server failed')
  return code
}
