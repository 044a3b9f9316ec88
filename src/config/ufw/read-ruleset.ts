/** What the kernel shall have: UFW's state, and before.rules and after.rules around its rules. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import type { Frame } from '../../firewall/rules/frame.ts'
import type { Ruleset } from '../../firewall/rules/ruleset.ts'
import type { World } from '../../world/world.ts'
import { readAssignments } from './assignments.ts'
import type { CompiledFrame } from './frame/compile-frame.ts'
import { readFrame, readStockFrame } from './frame/read-frame.ts'
import { loadedFrame } from './loaded-frame.ts'
import type { UfwPaths } from './paths.ts'
import type { UfwState } from './state.ts'

/**
 * @param isLoaded the firewall is on and not loaded anew: then before.rules and after.rules are as they were when it was, and
 * what is wrong in them by now holds up no rule
 * @throws Fault `ufw.frame`: something in them cannot be compiled; all of it is told, with file and line
 */
export function readRuleset(world: World, paths: UfwPaths, state: UfwState, isLoaded: boolean): Ruleset {
  const known = isLoaded ? loadedFrame(world.files, paths) : undefined
  return around(world, paths, state, known ?? frameOf(readFrame(world, paths, families(state))))
}

/** With our own base rules, for a start at which the admin's cannot be compiled: the host shall not stand open. */
export function stockRuleset(world: World, paths: UfwPaths, state: UfwState): Ruleset {
  return around(world, paths, state, frameOf(readStockFrame(world, families(state))))
}

function around(world: World, paths: UfwPaths, state: UfwState, frame: Frame): Ruleset {
  const { ipv6, policies, logging, rules } = state
  return { ipv6, policies, logging, rules, frame, containers: isContainers(world, paths) }
}

function families({ ipv6 }: UfwState): readonly (4 | 6)[] {
  return ipv6 ? [4, 6] : [4]
}

function frameOf({ frame, faults }: CompiledFrame): Frame {
  if (!frame) throw notCompiled(faults)
  return frame
}

function notCompiled(faults: readonly Fault[]): Fault {
  const lines = faults.map(({ message, hint, at }) => {
    const place = at ? `${at.file}${at.line === undefined ? '' : `:${at.line}`}: ` : ''
    return printable(`${place}${message}${hint === undefined ? '' : ` (${hint})`}`)
  })
  return new Fault('ufw.frame', ['problem running ufw-init', ...lines].join('\n'))
}

/** Ours: `RAMPART_CONTAINERS=no` leaves published ports of containers to what UFW makes of them. */
function isContainers({ files }: World, { defaults }: UfwPaths): boolean {
  if (!files.stat(defaults)) return true
  return readAssignments(files.text(defaults)).get('rampart_containers') !== 'no'
}
