/** `rampart stop`, and what else wants the guard that runs to end. */
import { Fault } from '../../base/fault.ts'
import { ask } from '../../control/client.ts'
import type { World } from '../../world/world.ts'
import type { Setting } from '../setting.ts'
import { isPassing } from '../unit-jobs.ts'

export interface StopOptions {
  readonly socket: string
  readonly keepBans?: boolean
  readonly liftBans?: boolean
  /** The unit fail2ban.service says it: bans stay in force over a restart. */
  readonly byUnit?: boolean
}

/** @returns 0 once it has ended */
export async function stop(
  { world, terminal }: Setting,
  { socket, keepBans, liftBans, byUnit }: StopOptions,
): Promise<number> {
  const stays = keepBans === true || (byUnit === true && (await isPassing(world, UNIT)))
  const keep = stays ? true : liftBans === true ? false : undefined
  const pid = await end(world, socket, keep)
  terminal.out(`the guard has ended (pid ${pid})\n`)
  return 0
}

const UNIT = 'fail2ban.service'
/** The guard ends within 10 s. */
const LONGEST_MS = 15_000
const LOOK_EVERY_MS = 50

/**
 * Has the guard end, and waits until it has.
 * @param keep whether the bans stay in the kernel; undefined: as it was started
 * @returns the process that it was
 * @throws Fault `control.absent` if there is none, `stop.slow`
 */
export async function end(world: World, socket: string, keep: boolean | undefined): Promise<number> {
  const { pid } = await ask(socket, { verb: 'stop', keep })
  const until = world.clock.monotonic() + LONGEST_MS
  while (world.files.stat(`/proc/${pid}`) !== undefined || (await answers(socket))) {
    if (world.clock.monotonic() > until) throw new Fault('stop.slow', `the guard (pid ${pid}) does not end`)
    await new Promise<void>((resolve) => void world.clock.after(LOOK_EVERY_MS, resolve))
  }
  return pid
}

async function answers(socket: string): Promise<boolean> {
  try {
    await ask(socket, { verb: 'ping' })
    return true
  } catch {
    return false
  }
}
