/**
 * `ufw-heal`, which the guard starts when the table of the rules was changed: by ufw, then all is as it should be, or by
 * somebody else, then it is loaded again. Where the firewall is off, or an installed ufw's is on, nothing is done.
 */
import { asFault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { isLoaded } from '../../config/ufw/loaded-frame.ts'
import { underLock } from '../../config/ufw/open-ufw.ts'
import { ufwPaths } from '../../config/ufw/paths.ts'
import { readRuleset, safeRuleset } from '../../config/ufw/read-ruleset.ts'
import { readUfw } from '../../config/ufw/read-ufw.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import type { Healed } from '../../engine/life/rule-guard.ts'
import { applyRuleset, isActive } from '../../firewall/rules/apply.ts'
import { type Look, lookAt } from '../../firewall/rules/look.ts'
import type { Ruleset } from '../../firewall/rules/ruleset.ts'
import type { World } from '../../world/world.ts'
import type { Setting } from '../setting.ts'

/** @param words what the last one answered: `asked` and `found`, or nothing @returns the exit code; the answer is a line of JSON */
export async function heal({ world, terminal }: Setting, [asked = '', found = '']: readonly string[]): Promise<number> {
  try {
    const answer = await healed(world, { asked, found })
    terminal.out(`${JSON.stringify(answer)}\n`)
    return 0
  } catch (thrown) {
    terminal.err(`${printable(asFault(thrown, 'rules.not-healed').message)}\n`)
    return 1
  }
}

type Known = Pick<Look, 'asked' | 'found'>

async function healed(world: World, known: Known): Promise<Healed> {
  const paths = ufwPaths()
  // Most changes are ufw's own: its next command need not wait for this look.
  const before = await wantedOf(world, readUfw(world, paths).state)
  if (!before) return NOTHING
  const look = await lookAt(world, before, known)
  if (look.isWhole) return answerOf(false, before, look)
  return underLock(world, paths, async ({ state }) => {
    const ruleset = await wantedOf(world, state)
    if (!ruleset) return NOTHING
    // A command was under way: now it has ended, or was killed.
    const calm = await lookAt(world, ruleset, known)
    if (calm.isWhole) return answerOf(false, ruleset, calm)
    // A large list takes seconds: the host shall not stand open meanwhile.
    if (hasLists(ruleset) && !(await isActive(world)))
      await applyRuleset(world, { ...ruleset, lists: new Map() }, { anew: true })
    await applyRuleset(world, ruleset, { anew: true })
    return answerOf(true, ruleset, await lookAt(world, ruleset))
  })
}

function hasLists({ lists }: Ruleset): boolean {
  return lists !== undefined && lists.size > 0
}

const NOTHING: Healed = { healed: false, rules: 0, asked: '', found: '' }

function answerOf(healed: boolean, { rules }: Ruleset, { asked, found }: Look): Healed {
  return { healed, rules: rules.length, asked, found }
}

/** undefined: there shall be none, or none of ours. */
async function wantedOf(world: World, state: UfwState): Promise<Ruleset | undefined> {
  const paths = ufwPaths()
  if (!state.enabled || !isLoaded(world.files, paths)) return undefined
  try {
    return readRuleset(world, paths, state, true)
  } catch (thrown) {
    const { code } = asFault(thrown, 'ufw.failed')
    // The record of what was loaded cannot be read; or a list, and the kernel may well have it still.
    const isLost = code === 'ufw.frame' || (code === 'ufw.no-list' && !(await isActive(world)))
    if (!isLost) throw thrown
    return safeRuleset(world, paths, state)
  }
}
