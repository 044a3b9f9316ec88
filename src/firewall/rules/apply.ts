/** The kernel's side of the rules: the table `inet rampart` is made equal to a Ruleset, in one transaction or not at all. */
import { asFault, type Fault } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'
import { nftKernel } from '../kernel.ts'
import type { Fingerprint } from './pieces.ts'
import { countRules, presentTable } from './present-table.ts'
import { printRuleset } from './print.ts'
import type { Printed } from './printed.ts'
import type { Ruleset } from './ruleset.ts'
import { printChange, printRemoval, printReplacement } from './transaction.ts'

export type Hands = Pick<World, 'run' | 'clock' | 'digest'>

/**
 * Resolves when the kernel has it. What is in force already stays as it is, with its counts. The caller holds UFW's lock.
 * @param anew sends all of it again, whatever the table holds: for `enable`, `reload` and healing. Counts and what `limit`
 * remembers begin again
 * @throws Fault as `Kernel.apply`, `rule.*` as `printRule`: nothing is changed then
 */
export async function applyRuleset(world: Hands, ruleset: Ruleset, { anew = false } = {}): Promise<Applied> {
  const kernel = nftKernel(world)
  const printed = printFor(world, ruleset)
  let isBesideUfw = false
  for (const way of anew ? (['anew'] as const) : (['change', 'anew'] as const)) {
    try {
      const present = await presentTable(world)
      isBesideUfw = present.hasUfwChains
      await kernel.apply(printChange(printed, present, { anew: way === 'anew' }))
      return { isBesideUfw }
    } catch (thrown) {
      if (!isOfTheTable(asFault(thrown, 'kernel.refused'))) throw thrown
    }
  }
  // The table goes, and packets with it: the last resort.
  await kernel.apply(printReplacement(printed))
  return { isBesideUfw }
}

export interface Applied {
  /** There are chains of an installed UFW, in force or empty. */
  readonly isBesideUfw: boolean
}

/** A chain or set of another kind has the name of one of ours, or somebody else works on the table. */
function isOfTheTable({ code }: Fault): boolean {
  return code === 'kernel.refused' || code === 'kernel.gone' || code === 'kernel.busy'
}

/** The firewall is off: nothing of the rules is left in the kernel. @throws Fault as `Kernel.apply` */
export async function removeRuleset(world: Hands): Promise<void> {
  await nftKernel(world).apply(printRemoval())
}

/** Whether rules of ours are in the kernel, of whatever ruleset: UFW's `Status: active`. @throws Fault as `Kernel.apply` */
export async function isActive(world: Hands): Promise<boolean> {
  return (await presentTable(world)).chains.has('input')
}

/**
 * Whether the kernel has exactly this ruleset, as far as the names of its chains tell.
 * @param counted counts the rules of each chain as well, for who fears that somebody else deleted some; 0.1 s for 5,000
 * @throws Fault as `Kernel.apply`
 */
export async function isInForce(world: Hands, ruleset: Ruleset, { counted = false } = {}): Promise<boolean> {
  const { fixed, pieces, calls } = printFor(world, ruleset)
  const chains = [...fixed.chains, ...pieces.chains, ...calls]
  const present = await presentTable(world)
  const isThere =
    present.chains.has(fixed.mark) &&
    present.chains.size === chains.length + 1 &&
    chains.every(({ name }) => present.chains.has(name)) &&
    [...fixed.sets, ...pieces.sets].every(({ name }) => present.sets.has(name))
  if (!isThere || !counted) return isThere
  const counts = await countRules(world)
  return chains.every(({ name, rules }) => rules.length === (counts.get(name) ?? 0))
}

function printFor(world: Hands, ruleset: Ruleset): Printed {
  return printRuleset(ruleset, fingerprintOf(world))
}

/** What pieces are named by. */
export function fingerprintOf({ digest }: Hands): Fingerprint {
  const encoder = new TextEncoder()
  return (text) => digest.sha1(encoder.encode(text)).slice(0, 24)
}
