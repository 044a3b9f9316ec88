/** The admin's own scripts around the firewall: before.init and after.init, where they are executable. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import type { UfwPaths } from '../../config/ufw/paths.ts'
import type { World } from '../../world/world.ts'

/** @throws Fault `ufw.script` when it fails; what it said is told */
export async function runScript(
  world: Pick<World, 'files' | 'run'>,
  { folder }: Pick<UfwPaths, 'folder'>,
  when: 'before' | 'after',
  verb: 'start' | 'stop' | 'flush-all',
): Promise<void> {
  const path = pathOf(folder, when)
  if (!isExecutable(world, path)) return
  const exit = await world.run.once([path, verb], { timeoutMs: TIMEOUT_MS, mayLeave: true, askMs: 1000 })
  if (exit.code === 0) return
  const said = `${exit.out}${exit.err}`.split('\n').map(printable).join('\n')
  throw new Fault('ufw.script', `problem running ufw-init\n${said}\n'${path} ${verb}' exited with error\n`, {
    at: { file: path },
  })
}

/** An ipset of a million entries takes a while. */
const TIMEOUT_MS = 60_000

/** Whether any is to be run. */
export function hasScripts(world: Pick<World, 'files'>, { folder }: Pick<UfwPaths, 'folder'>): boolean {
  return (['before', 'after'] as const).some((when) => isExecutable(world, pathOf(folder, when)))
}

function pathOf(folder: string, when: 'before' | 'after'): string {
  return `${folder}/${when}.init`
}

function isExecutable({ files }: Pick<World, 'files'>, path: string): boolean {
  const stat = files.stat(path)
  return stat?.kind === 'file' && (stat.mode & 0o111) !== 0
}
