/** A hard time limit that stops even a regular expression in the middle of a match, and leaves the program usable. */
import { Script } from 'node:vm'
import { Fault } from '../../base/fault.ts'

/** The script can reach what it runs only by a global; a symbol of its own keeps that from meeting anyone else's. */
const SLOT = Symbol.for('rampart.within-limit')
const SCRIPT = new Script('globalThis[Symbol.for("rampart.within-limit")]()')

/**
 * Runs `act` to its end, or throws after `ms` milliseconds (at least 1, whole). V8 is interrupted, so nothing in `act`
 * can catch it; what `act` had changed until then stays changed. May be nested.
 *
 * A call costs about 110 µs of CPU (a watchdog thread is started and joined; Node 24, measured): run a batch of lines
 * in one call, never one line each.
 *
 * @throws Fault `regex.overrun` after the time, `regex.starved` if this process had less than half of it, the machine
 * being busy; what `act` itself throws as it is
 */
export function withinLimit<T>(ms: number, act: () => T): T {
  const slots = globalThis as unknown as Record<symbol, unknown>
  const outer = slots[SLOT]
  slots[SLOT] = act
  const before = process.cpuUsage()
  try {
    return SCRIPT.runInThisContext({ timeout: Math.max(1, Math.ceil(ms)) }) as T
  } catch (thrown) {
    if ((thrown as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw thrown
    const { user, system } = process.cpuUsage(before)
    const code = user + system < ms * 500 ? 'regex.starved' : 'regex.overrun'
    throw new Fault(code, `matching took longer than ${ms} ms and was stopped`, { cause: thrown })
  } finally {
    slots[SLOT] = outer
  }
}
