/**
 * `rampart firewall off`: our rules leave the kernel and our unit leaves systemd, while ufw's files stay as they are, switched on or
 * off: an installed ufw goes on with them. Where that one is in force already, there is no gap.
 */
import { Fault } from '../../../base/fault.ts'
import { forgetFrame } from '../../../config/ufw/loaded-frame.ts'
import { underLock } from '../../../config/ufw/open-ufw.ts'
import { isJudging, readOldUfw } from '../../../firewall/old-ufw/old-ufw.ts'
import { isActive, removeRuleset } from '../../../firewall/rules/apply.ts'
import type { Setting } from '../../setting.ts'
import { ask } from '../../ufw/ask.ts'
import { removeUnit } from '../../ufw/boot-unit.ts'
import { warn } from '../../ufw/warn.ts'
import { type Options, pathsOf, refuseOthers } from './firewall-call.ts'

/** @returns the exit code @throws Fault `ufw.opens`, `kernel.*`: nothing was changed then */
export async function off(setting: Setting, options: Options & { readonly force?: boolean }): Promise<number> {
  refuseOthers(setting)
  const { world, terminal } = setting
  const paths = pathsOf(options)
  return underLock(world, paths, async ({ state }) => {
    const isOpening = (await isActive(world)) && !isJudging(await readOldUfw(world, state))
    if (isOpening && !options.force && !(await isWanted(setting))) {
      terminal.out('Aborted\n')
      return 1
    }
    await removeRuleset(world)
    forgetFrame(world.files, paths)
    warn({ setting }, await removeUnit(world))
    terminal.out(`Rampart's rules are out of the kernel; ${paths.folder} is as it was\n`)
    return 0
  })
}

async function isWanted(setting: Setting): Promise<boolean> {
  if (setting.typed?.() !== true || setting.terminal.columns === undefined) {
    throw new Fault('ufw.opens', `${OPEN}; nothing was done`, { hint: `${BEFORE}; or say that it is meant: --force` })
  }
  warn({ setting }, [`${OPEN}: ${BEFORE}`])
  return ask(setting, 'Proceed with operation (y|n)? ')
}

const OPEN = 'no other ufw is in force: this host would stand open'
const BEFORE = 'to go on with an installed one, start it before: /usr/sbin/ufw reload'
