/** The kernel's side of the rules: the table `inet rampart` is made equal to a Ruleset, in one transaction or not at all. */
import { asFault, type Fault } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'
import { nftKernel } from '../kernel.ts'
import type { HeldLists } from './list-sets.ts'
import type { Fingerprint } from './pieces.ts'
import { countRules, presentTable } from './present-table.ts'
import { printRuleset } from './print.ts'
import type { Printed } from './printed.ts'
import type { Ruleset } from './ruleset.ts'
import { heldLists, type ListOptions, listLines, settleLists } from './settle-lists.ts'
import { type Present, printChange, printEmptied, printRemoval, printReplacement } from './transaction.ts'

export type Hands = Pick<World, 'run' | 'clock' | 'digest'>

/**
 * Resolves when the kernel has it. What is in force already stays as it is, with its counts. The caller holds UFW's lock.
 * Lists come before the rules that use them; until all of it is there, what was in force is.
 * @param anew sends all of it again, whatever the table holds: for `enable`, `reload` and healing. Counts and what `limit`
 * remembers begin again
 * @throws Fault as `Kernel.apply`, `rule.*` as `printRule`: nothing is changed then
 */
export async function applyRuleset(
  world: Hands,
  ruleset: Ruleset,
  { anew = false, ...of }: ApplyOptions = {},
): Promise<Applied> {
  const kernel = nftKernel(world)
  const fingerprint = fingerprintOf(world)
  const lists = [...(ruleset.lists?.values() ?? [])]
  let isBesideUfw = false
  for (const way of anew ? (['anew'] as const) : (['change', 'anew'] as const)) {
    try {
      const [there, early] = await Promise.all([presentTable(world), printEarly(ruleset, fingerprint)])
      isBesideUfw = there.hasUfwChains
      const { held, lines, present } = await settleLists(kernel, lists, there, { ...of, doubting: way === 'anew' })
      const printed = early ?? printRuleset(ruleset, fingerprint, held)
      await kernel.apply([...lines, ...printChange(printed, present, { anew: way === 'anew' })])
      return { isBesideUfw }
    } catch (thrown) {
      if (!isOfTheTable(asFault(thrown, 'kernel.refused'))) throw thrown
    }
  }
  // The table goes, and packets with it: the last resort.
  await kernel.apply(printReplacement(printRuleset(ruleset, fingerprint), listLines(lists)))
  return { isBesideUfw }
}

/** While nft looks what is there: 30 ms of 5,000 rules. Where there are lists, what is there decides what they are called. */
async function printEarly(ruleset: Ruleset, fingerprint: Fingerprint): Promise<Printed | undefined> {
  return (ruleset.lists?.size ?? 0) === 0 ? printRuleset(ruleset, fingerprint) : undefined
}

export interface Applied {
  /** There are chains of an installed UFW, in force or empty. */
  readonly isBesideUfw: boolean
}

export interface ApplyOptions extends Pick<ListOptions, 'before' | 'onProgress'> {
  readonly anew?: boolean
}

/** A chain or set of another kind has the name of one of ours, or somebody else works on the table. */
function isOfTheTable({ code }: Fault): boolean {
  return code === 'kernel.refused' || code === 'kernel.gone' || code === 'kernel.busy'
}

/** The firewall is off: nothing of the rules is left in the kernel. @throws Fault as `Kernel.apply` */
export async function removeRuleset(world: Hands): Promise<void> {
  const kernel = nftKernel(world)
  // Emptied, all passes it; a table that is deleted while it judges loses what it allows for milliseconds (Linux 6.18, measured).
  await kernel.apply(printEmptied())
  await kernel.apply(printRemoval())
}

/** Whether rules of ours are in the kernel, of whatever ruleset: UFW's `Status: active`. @throws Fault as `Kernel.apply` */
export async function isActive(world: Hands): Promise<boolean> {
  return (await presentTable(world)).chains.has('input')
}

/** What of ours is in the kernel: the rules, and the guard's table of bans. @throws Fault as `Kernel.apply` */
export async function whatIsActive(
  world: Pick<World, 'run'>,
): Promise<{ readonly rules: boolean; readonly bans: boolean }> {
  const { chains, hasBans } = await presentTable(world)
  return { rules: chains.has('input'), bans: hasBans }
}

/**
 * Whether the kernel has exactly this ruleset, as far as the names of its chains tell.
 * @param counted counts the rules of each chain as well, for who fears that somebody else deleted some; 0.1 s for 5,000
 * @throws Fault as `Kernel.apply`
 */
export async function isInForce(world: Hands, ruleset: Ruleset, { counted = false } = {}): Promise<boolean> {
  const present = await presentTable(world)
  const held = heldIn(ruleset, present)
  const { fixed, pieces, calls, lists } = printRuleset(ruleset, fingerprintOf(world), held)
  const chains = [...fixed.chains, ...pieces.chains, ...calls]
  const marks = [fixed.mark, ...lists.marks]
  const isThere =
    present.chains.size === chains.length + marks.length &&
    [...marks, ...chains.map(({ name }) => name)].every((name) => present.chains.has(name)) &&
    [...[...fixed.sets, ...pieces.sets].map(({ name }) => name), ...lists.sets].every((name) => present.sets.has(name))
  if (!isThere || !counted) return isThere
  const counts = await countRules(world)
  return chains.every(({ name, rules }) => rules.length === (counts.get(name) ?? 0))
}

/** What the kernel calls the sets of the lists that it has. */
export function heldIn({ lists }: Pick<Ruleset, 'lists'>, present: Present): HeldLists {
  return heldLists(lists?.values() ?? [], present)
}

/** What pieces are named by. */
export function fingerprintOf({ digest }: Hands): Fingerprint {
  const encoder = new TextEncoder()
  return (text) => digest.sha1(encoder.encode(text)).slice(0, 24)
}
