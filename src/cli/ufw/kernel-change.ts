/** The kernel's part of a change. */
import { forgetFrame, loadedFrame, rememberFrame } from '../../config/ufw/loaded-frame.ts'
import type { UfwPaths } from '../../config/ufw/paths.ts'
import { readRuleset } from '../../config/ufw/read-ruleset.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { applyRuleset, isActive, removeRuleset } from '../../firewall/rules/apply.ts'
import type { Ruleset } from '../../firewall/rules/ruleset.ts'
import type { World } from '../../world/world.ts'
import type { Call } from './call.ts'
import type { Decision } from './decision.ts'
import { runScript } from './init-scripts.ts'
import { makeSettings } from './kernel-settings.ts'

/**
 * Resolves when the kernel has it, with the admin's scripts around it where the firewall starts or stops.
 * @throws Fault `ufw.frame`, `ufw.script`, `kernel.*`: the ruleset that was in force is, still
 */
export async function changeKernel(call: Call, { next, kernel }: Decision): Promise<void> {
  const { world } = call.setting
  switch (kernel) {
    case 'as it is':
      return
    case 'change':
      return applyRuleset(world, readRuleset(world, call.paths, next, true))
    case 'load':
      return load(call, next)
    case 'unload':
      return unload(call)
    default:
      return kernel satisfies never
  }
}

async function load({ setting: { world }, paths }: Call, next: UfwState): Promise<void> {
  // Before anything is touched: what cannot be compiled is refused.
  const ruleset = readRuleset(world, paths, next, false)
  // At boot it is enabled, and nothing runs yet.
  if (await isActive(world)) {
    await runScript(world, paths, 'before', 'stop')
    await runScript(world, paths, 'after', 'stop')
  }
  await runScript(world, paths, 'before', 'start')
  makeSettings(world.files, paths)
  await loadRuleset(world, paths, ruleset)
  await runScript(world, paths, 'after', 'start')
}

/** Who is killed in between leaves it unknown what is loaded. */
async function loadRuleset(world: World, paths: UfwPaths, ruleset: Ruleset): Promise<void> {
  const last = loadedFrame(world.files, paths)
  forgetFrame(world.files, paths)
  try {
    await applyRuleset(world, ruleset, { anew: true })
  } catch (thrown) {
    if (last) rememberFrame(world.files, paths, last)
    throw thrown
  }
  rememberFrame(world.files, paths, ruleset.frame)
}

async function unload({ setting: { world }, paths }: Call): Promise<void> {
  await runScript(world, paths, 'before', 'stop')
  await removeRuleset(world)
  forgetFrame(world.files, paths)
  await runScript(world, paths, 'after', 'stop')
}
