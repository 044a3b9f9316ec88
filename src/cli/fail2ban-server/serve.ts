/** The guard as Fail2ban's server: in the foreground, until it is told to stop. */
import { complainTo } from '../fail2ban-client/complain.ts'
import type { Client } from '../fail2ban-client/instance.ts'

/** @returns whether it ended as it was told */
export async function serve({ setting }: Client): Promise<boolean> {
  complainTo(setting)('the guard is not started by this yet: rampart up')
  return false
}
