/** `rampart firewall apply FILE`: the firewall becomes what the file says, in one step; what differs is shown before. */
import { printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { become, type ChangeOptions, refuseOthers } from './firewall-call.ts'
import { printDifference } from './plan.ts'
import { planFile } from './wanted-file.ts'

/** @returns the exit code @throws Fault as `carryOut`: nothing was changed then */
export async function apply(setting: Setting, file: string, options: ChangeOptions): Promise<number> {
  refuseOthers(setting)
  const { terminal } = setting
  const planned = await planFile(setting, file, options)
  if (!planned) return 1
  const { ufw, next, changes } = planned
  if (options.json) terminal.out(printJson({ changes }))
  else terminal.out(printDifference(terminal, changes))
  if (changes.length === 0) {
    if (!options.json) terminal.out('Nothing to change\n')
    return 0
  }
  const told = options.json ? '' : 'Done\n'
  const command = { kind: 'become', from: ufw.state, next, files: [], told } as const
  return become(setting, options, `rampart firewall apply ${file}`, command)
}
