/**
 * A decision is carried out. The files are prepared on the disk, the kernel takes all of the change or nothing, then the files
 * count: who fails or is killed on the way leaves the old state, at the latest with the next start.
 */
import { asFault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { listsNamed, readLists } from '../../config/list/rule-lists.ts'
import { watchChange } from '../../config/ufw/generations.ts'
import type { OpenUfw } from '../../config/ufw/open-ufw.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import type { Applied } from '../../firewall/rules/apply.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import type { Call } from './call.ts'
import type { Decision } from './decision.ts'
import { changeKernel } from './kernel-change.ts'
import { warn } from './warn.ts'

/**
 * @returns as `changeKernel`
 * @throws Fault `ufw.no-list`, `file.*`, `ufw.frame`, `ufw.script`, `kernel.*`: nothing was changed then;
 * `ufw.not-unbanned`: a ban stands
 */
export async function carry(
  call: Call,
  ufw: Pick<OpenUfw, 'state' | 'prepare'>,
  decision: Decision,
): Promise<Applied | undefined> {
  checkLists(call, ufw.state, decision.next)
  const keep = watchChange(call.setting.world, call.paths, ufw.state)
  const prepared = ufw.prepare(decision.next, decision.files)
  let applied: Applied | undefined
  try {
    applied = await changeKernel(call, decision)
  } catch (thrown) {
    prepared.abandon()
    throw thrown
  }
  try {
    prepared.commit()
  } catch (thrown) {
    await takeBack(call, ufw.state, decision)
    throw asFault(thrown, 'ufw.not-saved')
  }
  try {
    keep(decision.next, call.said)
  } catch (thrown) {
    // The change is made, and safe.
    const { message } = asFault(thrown, 'ufw.not-kept')
    warn(call, [`this change is not in the history: ${printable(message)}`])
  }
  if (decision.lifted) await (await import('./unban.ts')).unban(call, decision.lifted)
  return applied
}

/** A rule that is new must not name what is not there. @throws Fault `ufw.no-list` */
export function checkLists(
  { setting, paths }: Pick<Call, 'setting' | 'paths'>,
  before: UfwState,
  next: UfwState,
): void {
  const known = new Set(listsNamed(before.rules))
  const isNew = ({ from, to }: Rule) => [from.list, to.list].some((name) => name !== undefined && !known.has(name))
  readLists(setting.world, paths, next.rules.filter(isNew))
}

/** What was not saved must not stay in force: it would be gone with the next start. */
async function takeBack(call: Call, before: UfwState, { kernel }: Decision): Promise<void> {
  if (kernel === 'as it is') return
  const back = before.enabled ? 'change' : 'unload'
  await changeKernel(call, { next: before, kernel: back, told: '', dry: '' })
}
