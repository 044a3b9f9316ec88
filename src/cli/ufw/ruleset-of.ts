/** What the kernel shall have: UFW's state, and before.rules and after.rules around its rules. */
import { Fault } from '../../base/fault.ts'
import { readAssignments } from '../../config/ufw/assignments.ts'
import { readFrame } from '../../config/ufw/frame/read-frame.ts'
import type { UfwPaths } from '../../config/ufw/paths.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import type { Ruleset } from '../../firewall/rules/ruleset.ts'
import type { World } from '../../world/world.ts'
import { withPlace } from '../print.ts'

/** @throws Fault `ufw.frame`: something in before.rules or after.rules cannot be compiled; each is told with file and line */
export function rulesetOf(world: World, paths: UfwPaths, state: UfwState): Ruleset {
  const { ipv6, policies, logging, rules } = state
  const { frame, faults } = readFrame(world, paths, ipv6 ? [4, 6] : [4])
  if (!frame) throw notCompiled(faults)
  return { ipv6, policies, logging, rules, frame, containers: isContainers(world, paths) }
}

function notCompiled(faults: readonly Fault[]): Fault {
  const lines = faults.map((fault) => `${withPlace(fault)}${fault.hint === undefined ? '' : ` (${fault.hint})`}`)
  return new Fault('ufw.frame', ['problem running ufw-init', ...lines].join('\n'), {
    hint: 'nothing was changed: the rules that were in force still are',
  })
}

/** Ours: `RAMPART_CONTAINERS=no` leaves published ports of containers to what UFW makes of them. */
function isContainers({ files }: World, { defaults }: UfwPaths): boolean {
  if (!files.stat(defaults)) return true
  return readAssignments(files.text(defaults)).get('rampart_containers') !== 'no'
}
