/** `ufw reset`: the rules are as those of a fresh host, what was there stands beside them; policies and log level stay. */
import { Fault } from '../../base/fault.ts'
import { underLock } from '../../config/ufw/open-ufw.ts'
import { readUfw } from '../../config/ufw/read-ufw.ts'
import { type Reset, resetFiles } from '../../config/ufw/reset-files.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { isUnderSsh } from './ancestors.ts'
import { ask } from './ask.ts'
import type { Call } from './call.ts'
import { carry } from './carry.ts'
import type { Decision } from './decision.ts'
import { recordPath } from './pending.ts'

/** @returns the exit code @throws as `carry` */
export async function reset(call: Call): Promise<number> {
  const { setting, paths, sentence } = call
  if (sentence.rollback !== undefined) {
    throw new Fault('ufw.no-rollback', 'a reset is not taken back by itself', {
      hint: 'it keeps what was there in files',
    })
  }
  if (!sentence.force && !(await ask(setting, question(call)))) {
    setting.terminal.out('Aborted\n')
    return 0
  }
  const now = setting.world.clock.now()
  if (sentence.dryRun) {
    const { state, warnings } = readUfw(setting.world, paths)
    call.warn(warnings)
    setting.terminal.out(decide(state, resetFiles(setting.world.files, paths, state, now)).dry)
    return 0
  }
  return underLock(setting.world, paths, async (ufw) => {
    call.warn(ufw.warnings)
    const files = resetFiles(setting.world.files, paths, ufw.state, now)
    const decision = decide(ufw.state, files)
    await carry(call, { ...ufw, prepare: (next) => ufw.prepare(next, files.replacements) }, decision)
    // There is nothing left of what was to be confirmed.
    setting.world.files.remove(recordPath(paths))
    setting.terminal.out(decision.told)
    return 0
  })
}

function question({ setting }: Call): string {
  const ssh = isUnderSsh(setting.world.files, setting.pid)
  const risk = ssh ? 'This may disrupt existing ssh\nconnections. ' : ''
  return `Resetting all rules to installed defaults. ${risk}Proceed with operation (y|n)? `
}

function decide(state: UfwState, { backups }: Reset): Decision {
  const lines = backups.map(({ name, path }) => `Backing up '${name}' to '${path}'\n`).join('')
  return {
    next: { ...state, enabled: false, rules: [] },
    kernel: state.enabled ? 'unload' : 'as it is',
    told: `${lines}\n`,
    dry: `${state.enabled ? '> running ufw-init\n' : ''}${lines}\n`,
  }
}
