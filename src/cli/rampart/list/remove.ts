/** `rampart list remove NAME`: a list that no rule uses goes. */
import { Fault } from '../../../base/fault.ts'
import { listNames, removeList as removeStored } from '../../../config/list/list-file.ts'
import { underLock } from '../../../config/ufw/open-ufw.ts'
import { printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { refuseOthers } from '../firewall/firewall-call.ts'
import { absent, checkName, type ListOptions, pathsOf, usesOf } from './list-call.ts'

/** Rules that are named; there may be thousands. */
const MOST_NAMED = 5

/** @returns the exit code @throws Fault `list.absent`, `list.in-use`, `file.*` */
export async function removeList(setting: Setting, name: string, options: ListOptions): Promise<number> {
  refuseOthers(setting)
  checkName(name)
  const { world, terminal } = setting
  const paths = pathsOf(options)
  return underLock(world, paths, ({ state }) => {
    if (!listNames(world.files, paths).includes(name)) throw absent(name)
    const uses = usesOf(state.rules, name)
    if (uses.length > 0) throw inUse(name, uses)
    removeStored(world.files, paths, name)
    terminal.out(options.json ? printJson({ name, removed: true }) : `${name}: removed\n`)
    return 0
  })
}

function inUse(name: string, uses: readonly string[]): Fault {
  const named = uses.slice(0, MOST_NAMED).map((use) => `'${use}'`)
  const more = uses.length > MOST_NAMED ? ` and ${uses.length - MOST_NAMED} more` : ''
  const [first = ''] = uses
  return new Fault('list.in-use', `list '${name}' is used by ${named.join(', ')}${more}`, {
    hint: `first: ufw ${first.startsWith('route ') ? first.replace('route ', 'route delete ') : `delete ${first}`}`,
  })
}
