/** Why verdicts cannot be compared here; undefined if they can. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export function noVerdicts(harness: string, golden: string | undefined): string | undefined {
  if (!existsSync(join(harness, 'verdicts.py')) || golden === undefined) return `there is no harness in ${harness}`
  if (process.getuid!() !== 0) return 'its namespaces need root'
  for (const program of ['python3', 'ip', 'nft', 'setpriv']) {
    if (spawnSync('which', [program]).status !== 0) return `${program} is not installed`
  }
  // The recording began with the files of a UFW that nobody has used.
  if (!existsSync('/etc/default/ufw') || !existsSync('/etc/ufw/user.rules')) return 'UFW is not installed'
  if (readFileSync('/etc/ufw/user.rules', 'utf8').includes('### tuple ###')) return 'this host’s UFW has rules'
  const { status, stderr } = spawnSync('unshare', ['-mn', 'true'], { encoding: 'utf8' })
  return status === 0 ? undefined : `no private namespaces: ${stderr}`
}
