/** A call of ufw that no sentence makes: the firewall becomes what a file says, or what it was. */
import { Fault } from '../../../base/fault.ts'
import { ufwPaths } from '../../../config/ufw/paths.ts'
import type { Setting } from '../../setting.ts'
import type { Become } from '../../ufw/become.ts'
import type { Call } from '../../ufw/call.ts'
import { carryOut } from '../../ufw/carry-out.ts'
import { warn } from '../../ufw/warn.ts'

export interface Options {
  readonly json?: boolean
  /** Stands before the paths of all of UFW's files. */
  readonly datadir?: string
}

export interface ChangeOptions extends Options {
  readonly force?: boolean
  readonly rollback?: number
}

export function pathsOf({ datadir = '' }: Options) {
  return ufwPaths(datadir)
}

/**
 * Asks a person, warns of what would be cut off, changes files and kernel, or nothing.
 * @param said what the history tells of it @returns the exit code @throws Fault as `carryOut`
 */
export async function become(setting: Setting, options: ChangeOptions, said: string, command: Become): Promise<number> {
  const sentence = {
    command,
    dryRun: false,
    force: options.force === true,
    json: options.json === true,
    rollback: options.rollback,
  }
  const call: Call = { setting, paths: pathsOf(options), sentence, said, warn: (warnings) => warn(call, warnings) }
  try {
    return await carryOut(call)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'ufw.frame') throw thrown
    // All that is wrong in before.rules and after.rules, a line for each.
    setting.terminal.err(`rampart: ${thrown.message}\n`)
    return 1
  }
}

/** @throws Fault `ufw.not-root` */
export function refuseOthers({ isRoot }: Setting): void {
  if (!isRoot) throw new Fault('ufw.not-root', 'only root can change the firewall')
}
