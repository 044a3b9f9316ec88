/** What systemd is about to do with a unit that it stops. */
import type { World } from '../world/world.ts'

/**
 * Whether this stop is the first half of a restart, or the host goes down: then rules and bans stay in force, for what follows
 * exchanges them in one transaction, or is nothing. Source: systemctl(1), list-jobs
 */
export async function isPassing({ run }: Pick<World, 'run'>, unit: string): Promise<boolean> {
  const jobs = await run.once(['systemctl', 'list-jobs', '--no-legend', '--plain'], { timeoutMs: ASK_MS })
  return jobs.out.split('\n').some((line) => {
    const [, of = '', type = ''] = line.trim().split(/\s+/)
    return (of === unit && type.includes('restart')) || (of === 'shutdown.target' && type === 'start')
  })
}

const ASK_MS = 5000
