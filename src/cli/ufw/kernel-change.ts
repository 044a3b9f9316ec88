/** The kernel's part of a change. */
import { asFault } from '../../base/fault.ts'
import type { Replacement } from '../../config/ufw/exchange.ts'
import { forgetFrame, isLoaded, loadedFrame, rememberFrame } from '../../config/ufw/loaded-frame.ts'
import type { UfwPaths } from '../../config/ufw/paths.ts'
import { readRuleset, safeRuleset } from '../../config/ufw/read-ruleset.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { type Applied, type ApplyOptions, applyRuleset, isActive, removeRuleset } from '../../firewall/rules/apply.ts'
import type { Ruleset } from '../../firewall/rules/ruleset.ts'
import type { World } from '../../world/world.ts'
import { listProgress } from '../list-progress.ts'
import type { Call } from './call.ts'
import type { Decision } from './decision.ts'
import { hasScripts, runScript } from './init-scripts.ts'
import { makeSettings } from './kernel-settings.ts'
import { warn } from './warn.ts'

/**
 * Resolves when the kernel has it, with the admin's scripts around it where the firewall starts or stops.
 * @returns what was seen where rules were sent
 * @throws Fault `ufw.frame`, `ufw.script`, `kernel.*`: the ruleset that was in force is, still
 */
export async function changeKernel(call: Call, decision: Decision): Promise<Applied | undefined> {
  const { next, kernel } = decision
  switch (kernel) {
    case 'as it is':
      return undefined
    case 'change':
      return change(call, next)
    case 'load':
      return load(call, decision)
    case 'unload':
      await unload(call)
      return undefined
    default:
      return kernel satisfies never
  }
}

async function change(call: Call, next: UfwState): Promise<Applied> {
  const { setting, paths } = call
  const { world } = setting
  const ruleset = readRuleset(world, paths, next, true)
  const applied = await applyRuleset(world, ruleset, progress(call))
  // An installed UFW had switched it on: these are the first rules of ours.
  if (!isLoaded(world.files, paths)) rememberFrame(world.files, paths, ruleset.frame)
  return applied
}

async function load(call: Call, { next, files = [] }: Decision): Promise<Applied> {
  const { world } = call.setting
  // Before anything is touched: what cannot be compiled is refused.
  const ruleset = await compiled(call, next, withFiles(world, files))
  // At boot it is enabled, and nothing runs yet.
  if (hasScripts(world, call.paths) && (await isActive(world))) {
    await tryScript(call, 'before', 'stop')
    await tryScript(call, 'after', 'stop')
  }
  await runScript(world, call.paths, 'before', 'start')
  makeSettings(world.files, call.paths)
  const applied = await loadRuleset(world, call.paths, ruleset, progress(call))
  await tryScript(call, 'after', 'start')
  return applied
}

/** @throws Fault `ufw.frame`, `ufw.no-list`: then what was in force is; at a start, where nothing was, all that can be */
async function compiled(call: Call, next: UfwState, then: World): Promise<Ruleset> {
  const { paths, sentence } = call
  const { world } = call.setting
  try {
    const ruleset = readRuleset(then, paths, next, false)
    // A start needs all of them, and shall not find out later that one cannot be read.
    for (const list of sentence.command.kind === 'reload' ? (ruleset.lists?.values() ?? []) : []) list.layers()
    return ruleset
  } catch (thrown) {
    if (sentence.command.kind === 'reload' && !(await isActive(world))) {
      await loadRuleset(world, paths, safeRuleset(world, paths, next), progress(call))
    }
    throw thrown
  }
}

/** The host as it will be: the files count only when the kernel has taken what they say. */
function withFiles(world: World, replacements: readonly Replacement[]): World {
  if (replacements.length === 0) return world
  const { files } = world
  const news = new Map(replacements.map(({ path, content }) => [path, content]))
  const text: typeof files.text = (path, maxBytes) => {
    const content = news.get(path)
    if (content === undefined) return files.text(path, maxBytes)
    return typeof content === 'string' ? content : new TextDecoder().decode(content)
  }
  // Of those that are not there only that they are is asked.
  const stat: typeof files.stat = (path, options) =>
    files.stat(path, options) ?? (news.has(path) ? files.stat('/') : undefined)
  return { ...world, files: { ...files, text, stat } }
}

/** A script that fails where the kernel has changed, or has to, is told, and holds up nothing. */
async function tryScript(call: Call, when: 'before' | 'after', verb: 'start' | 'stop'): Promise<void> {
  try {
    await runScript(call.setting.world, call.paths, when, verb)
  } catch (thrown) {
    warn(call, [asFault(thrown, 'ufw.script').message.trimEnd()])
  }
}

/** Who is killed in between leaves it unknown what is loaded. */
export async function loadRuleset(
  world: World,
  paths: UfwPaths,
  ruleset: Ruleset,
  of: ReturnType<typeof progress> = {},
): Promise<Applied> {
  const last = loadedFrame(world.files, paths)
  forgetFrame(world.files, paths)
  try {
    const applied = await applyRuleset(world, ruleset, { anew: true, ...of })
    rememberFrame(world.files, paths, ruleset.frame)
    return applied
  } catch (thrown) {
    if (last) rememberFrame(world.files, paths, last)
    throw thrown
  }
}

function progress({ setting }: Pick<Call, 'setting'>): Pick<ApplyOptions, 'onProgress'> {
  return { onProgress: listProgress(setting.terminal) }
}

async function unload(call: Call): Promise<void> {
  const { world } = call.setting
  await tryScript(call, 'before', 'stop')
  await removeRuleset(world)
  forgetFrame(world.files, call.paths)
  await tryScript(call, 'after', 'stop')
}
