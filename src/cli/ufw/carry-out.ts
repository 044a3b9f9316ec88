/** What a command of ufw does: it asks where it must, decides, and carries it out. */
import { Fault } from '../../base/fault.ts'
import { underLock } from '../../config/ufw/open-ufw.ts'
import { readUfw } from '../../config/ufw/read-ufw.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { changedMeanwhile, isSameState } from './become.ts'
import type { Call } from './call.ts'
import { carry } from './carry.ts'
import { consent, lockoutsBy } from './consent.ts'
import { type Changing, type Decision, decide, isChanging } from './decision.ts'
import { warn } from './warn.ts'

/** @returns the exit code @throws Fault `ufw.*`, `kernel.*`, `file.*`: nothing was changed then */
export async function carryOut(call: Call): Promise<number> {
  const { command } = call.sentence
  if (isChanging(command)) return change(call, command)
  if (command.kind === 'reset') return (await import('./reset.ts')).reset(call)
  if (command.kind === 'confirm') return (await import('./rollback.ts')).confirm(call)
  throw new Fault('ufw.failed', `'${command.kind}' changes nothing`)
}

async function change(call: Call, command: Changing): Promise<number> {
  const { setting, paths, sentence } = call
  if (command.kind === 'reload' && !sentence.dryRun) await (await import('./rollback.ts')).takeBackOld(call)
  const asked = await consent(call, command)
  if (asked?.answer === false) {
    setting.terminal.out('Aborted\n')
    return 0
  }
  if (sentence.dryRun) return tryOut(call, command)
  return underLock(setting.world, paths, async (ufw) => {
    if (asked && !isSameState(asked.state, ufw.state)) throw changedMeanwhile()
    call.warn(ufw.warnings)
    if (command.kind === 'enable' || command.kind === 'reload') {
      const { strayWarnings } = await import('../../config/ufw/stray-lines.ts')
      warn(call, strayWarnings(setting.world.files, paths, ufw))
    }
    const decision = decide(ufw.state, command, ufw.profiles)
    warn(call, warningsOf(command))
    if (!asked && !sentence.force) warn(call, lockoutsBy(call, command, ufw.state, decision.next))
    const seconds = await withRollback(call, ufw.state, decision, () => carry(call, ufw, decision))
    if (isSwitchedOn(command)) await (await import('./boot-unit.ts')).installUnit(call)
    setting.terminal.out(decision.told)
    if (seconds !== undefined && !sentence.json) setting.terminal.out(pending(seconds))
    return 0
  })
}

function isSwitchedOn(command: Changing): boolean {
  return command.kind === 'enable' || (command.kind === 'become' && command.next.enabled && !command.from.enabled)
}

function pending(seconds: number): string {
  return `It is taken back in ${seconds} s, unless you say: ufw confirm\n`
}

function tryOut(call: Call, command: Changing): number {
  const { setting, paths } = call
  const { state, warnings, profiles } = readUfw(setting.world, paths)
  call.warn(warnings)
  const { dry } = decide(state, command, profiles)
  warn(call, warningsOf(command))
  setting.terminal.out(dry)
  return 0
}

function warningsOf(command: Changing): readonly string[] {
  return 'warnings' in command ? command.warnings : []
}

/** @returns after how many seconds it is taken back; undefined: not by itself */
async function withRollback(
  call: Call,
  now: UfwState,
  decision: Decision,
  act: () => Promise<void>,
): Promise<number | undefined> {
  if (call.sentence.rollback === undefined) {
    await act()
    return undefined
  }
  const { arm } = await import('./rollback.ts')
  const { seconds, disarm } = await arm(call, call.sentence.rollback, now, decision)
  try {
    await act()
    return seconds
  } catch (thrown) {
    disarm()
    throw thrown
  }
}
