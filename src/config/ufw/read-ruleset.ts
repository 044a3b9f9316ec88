/** What the kernel shall have: UFW's state, and before.rules and after.rules around its rules. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import type { Frame } from '../../firewall/rules/frame.ts'
import type { Ruleset } from '../../firewall/rules/ruleset.ts'
import type { World } from '../../world/world.ts'
import { type Lists, readableLists, readLists } from '../list/rule-lists.ts'
import { readAssignments } from './assignments.ts'
import type { CompiledFrame } from './frame/compile-frame.ts'
import { readFrame, readStockFrame } from './frame/read-frame.ts'
import { loadedFrame } from './loaded-frame.ts'
import type { UfwPaths } from './paths.ts'
import type { UfwState } from './state.ts'

/**
 * @param isLoaded the firewall is on and not loaded anew: then before.rules and after.rules are as they were when it was, and
 * what is wrong in them by now holds up no rule
 * @param lists in place of those on the disk
 * @throws Fault `ufw.frame`: something in them cannot be compiled; all of it is told, with file and line. `ufw.no-list`
 */
export function readRuleset(world: World, paths: UfwPaths, state: UfwState, isLoaded: boolean, lists?: Lists): Ruleset {
  const known = isLoaded ? loadedFrame(world.files, paths) : undefined
  const frame = known ?? frameOf(readFrame(world, paths, families(state)))
  return around(world, paths, state, { frame, lists: readLists(world, paths, state.rules, lists) })
}

/**
 * For a start at which the admin's base rules cannot be compiled, or a list cannot be read: the host shall not stand open. What can
 * be read is in it, our own base rules and nobody in the place of the rest.
 */
export function safeRuleset(world: World, paths: UfwPaths, state: UfwState): Ruleset {
  const { frame } = readFrame(world, paths, families(state))
  return around(world, paths, state, {
    frame: frame ?? frameOf(readStockFrame(world, families(state))),
    lists: readableLists(world, paths, state.rules),
  })
}

function around(world: World, paths: UfwPaths, state: UfwState, of: Pick<Ruleset, 'frame' | 'lists'>): Ruleset {
  const { ipv6, policies, logging, rules } = state
  return { ipv6, policies, logging, rules, containers: isContainers(world, paths), ...of }
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
