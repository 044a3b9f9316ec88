/**
 * What systemd is told of the guard: that it is ready, is alive, stops. It listens at a datagram socket, which Node has none of;
 * its own program systemd-notify speaks to it. Source: sd_notify(3), systemd.service(5), WatchdogSec.
 */
import type { World } from '../world/world.ts'

export interface ServiceManager {
  /** The guard has its bans in force and reads its logs. */
  ready(): void
  stopping(): void
}

/** How often within the time limit it is told that the guard is alive: the first may come late. */
const SIGNS_OF_LIFE = 3
const NOTIFY_MS = 10_000

/** @param env what systemd starts its services with; started by anything else, nothing is done */
export function serviceManager(
  { run, clock }: Pick<World, 'run' | 'clock'>,
  env: Readonly<Record<string, string | undefined>>,
): ServiceManager {
  const socket = env['NOTIFY_SOCKET']
  if (socket === undefined || socket === '') return { ready() {}, stopping() {} }
  const tell = (...words: readonly string[]) =>
    void run.once(['systemd-notify', ...words], { timeoutMs: NOTIFY_MS, env: { NOTIFY_SOCKET: socket } })
  let silence = () => {}
  return {
    ready() {
      tell('READY=1', 'STATUS=guarding')
      const limit = Number(env['WATCHDOG_USEC']) / 1000
      if (limit > 0) silence = clock.every(limit / SIGNS_OF_LIFE, () => tell('WATCHDOG=1'))
    },
    stopping() {
      silence()
      tell('STOPPING=1')
    },
  }
}
