/** What a command of ufw does: it asks where it must, decides, and carries it out. */
import { Fault } from '../../base/fault.ts'
import { underLock } from '../../config/ufw/open-ufw.ts'
import { readUfw } from '../../config/ufw/read-ufw.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { legacyFamilies } from '../../firewall/old-ufw/legacy-families.ts'
import type { Applied } from '../../firewall/rules/apply.ts'
import { bansFor } from './ban.ts'
import { changedMeanwhile, isSameState } from './become.ts'
import type { Call } from './call.ts'
import { carry, checkLists } from './carry.ts'
import { consent, doomedBy, lockoutsBy } from './consent.ts'
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
    const bans = await bansFor(call, command)
    const isSame = () => isSameState(asked!.state, ufw.state) && asked!.doomed === doomedBy(command, ufw.state, bans)
    if (asked && !isSame()) throw changedMeanwhile()
    call.warn(ufw.warnings)
    if (command.kind === 'enable' || command.kind === 'reload') {
      const { strayWarnings } = await import('../../config/ufw/stray-lines.ts')
      warn(call, strayWarnings(setting.world.files, paths, ufw))
    }
    const decision = decide(ufw.state, command, ufw.profiles, bans)
    warn(call, warningsOf(command))
    if (!asked && !sentence.force) warn(call, lockoutsBy(call, command, ufw.state, decision.next))
    const { seconds, applied } = await withRollback(call, ufw.state, decision, () => carry(call, ufw, decision))
    if (isSwitchedOn(command)) await (await import('./boot-unit.ts')).installUnit(call)
    if (decision.kernel === 'load' || decision.kernel === 'unload' || command.kind === 'enable') {
      await tellOldUfw(call, decision.next, applied)
    }
    setting.terminal.out(decision.told)
    if (decision.remarks) setting.terminal.err(decision.remarks)
    if (seconds !== undefined && !sentence.json) setting.terminal.out(pending(seconds))
    return 0
  })
}

/** What was sent says whether there can be anything of it: most hosts are not asked once more. */
async function tellOldUfw(call: Call, next: UfwState, applied: Applied | undefined): Promise<void> {
  const { world } = call.setting
  if (applied?.isBesideUfw === false && legacyFamilies(world).length === 0) return
  warn(call, await (await import('./old-ufw-warning.ts')).oldUfwWarnings(world, next))
}

function isSwitchedOn(command: Changing): boolean {
  return command.kind === 'enable' || (command.kind === 'become' && command.next.enabled && !command.from.enabled)
}

function pending(seconds: number): string {
  return `It is taken back in ${seconds} s, unless you say: ufw confirm\n`
}

async function tryOut(call: Call, command: Changing): Promise<number> {
  const { setting, paths } = call
  const { state, warnings, profiles } = readUfw(setting.world, paths)
  call.warn(warnings)
  const { next, dry } = decide(state, command, profiles, await bansFor(call, command))
  checkLists(call, state, next)
  warn(call, warningsOf(command))
  setting.terminal.out(dry)
  return 0
}

function warningsOf(command: Changing): readonly string[] {
  return 'warnings' in command ? command.warnings : []
}

/** What `act` has done, and after how many seconds it is taken back; undefined: not by itself. */
async function withRollback(
  call: Call,
  now: UfwState,
  decision: Decision,
  act: () => Promise<Applied | undefined>,
): Promise<{ readonly seconds: number | undefined; readonly applied: Applied | undefined }> {
  if (call.sentence.rollback === undefined) return { seconds: undefined, applied: await act() }
  const { arm } = await import('./rollback.ts')
  const { seconds, disarm } = await arm(call, call.sentence.rollback, now, decision)
  try {
    return { seconds, applied: await act() }
  } catch (thrown) {
    disarm()
    throw thrown
  }
}
