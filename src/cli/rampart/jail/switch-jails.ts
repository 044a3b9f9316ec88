/** `rampart jail enable` and `disable`: what is switched stands in a file of its own, for good. */
import { printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { isFolder } from '../folders.ts'
import { changingFolder } from '../own-file.ts'
import { carryOut } from './carry-out.ts'
import { printSwitched } from './print-switched.ts'

export interface SwitchOptions {
  readonly dryRun: boolean
  readonly json?: boolean
  readonly config: readonly string[]
  readonly socket: string
}

/**
 * @param optional folders of the configuration that need not be there
 * @returns 0; 1 if the guard that runs does not take it over
 * @throws Fault `jail.*`, `config.no-folder`, `guard.nothing`, `file.*`: then nothing is changed
 */
export async function switchJails(
  setting: Setting,
  names: readonly string[],
  on: boolean,
  options: SwitchOptions,
  optional: readonly string[],
): Promise<number> {
  const { terminal } = setting
  for (const folder of options.config) isFolder(setting, folder, optional)
  const folder = options.config.at(-1)!
  const act = () => carryOut(setting, [...new Set(names)], { ...options, on })
  const switched = await (options.dryRun ? act() : changingFolder(setting.world, folder, act))
  terminal.out(options.json ? printJson(switched) : printSwitched(terminal, switched))
  return switched.guard === 'absent' || options.dryRun || switched.jails.every(({ running }) => running === on) ? 0 : 1
}
