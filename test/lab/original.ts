/** The installed Fail2ban on a lab's server, with the configuration in the lab's folder. */
import type { ChildProcess } from 'node:child_process'
import { type Lab, until } from './lab.ts'

/** Resolves when it has all its jails; it answers before. @param environment words for `env`, such as `PATH=...` */
export async function startFail2ban(lab: Lab, ...environment: readonly string[]): Promise<ChildProcess> {
  const jails = lab.read('fail2ban/jail.conf').match(/^enabled = true$/gm)!.length
  const server = lab.server.start(['env', ...environment, 'fail2ban-server', '-f', 'start'])
  const isReady = async () => {
    const { out } = await lab.server.run(['fail2ban-client', 'status'])
    return out.includes(`Number of jail:\t${jails}\n`)
  }
  await until('Fail2ban has its jails', isReady, 30_000)
  return server
}
