/** What stands in the kernel's table, by asking it. */
import type { BanSet } from './ban-set.ts'
import type { Kernel } from './kernel.ts'
import { type Listed, parseListed } from './listed.ts'
import { BAN_TABLE, MARKS } from './nft.ts'

/** Names of the sets in our table. @throws Fault as `Kernel.structure` */
export async function presentSets(kernel: Kernel): Promise<string[]> {
  const names: string[] = []
  for (const { set } of await kernel.structure()) {
    if (set?.['family'] !== 'inet' || set['table'] !== BAN_TABLE) continue
    const name = String(set['name'])
    // Only what we could have named: the name goes into nft text again.
    if (name !== MARKS && /^[a-z][\w.-]*$/.test(name)) names.push(name)
  }
  return names
}

/** Rules in our table. @throws Fault as `Kernel.structure` */
export async function presentRules(kernel: Kernel): Promise<number> {
  const structure = await kernel.structure()
  return structure.filter(({ rule }) => rule?.['family'] === 'inet' && rule['table'] === BAN_TABLE).length
}

/**
 * The elements of these sets.
 * @param withinMs for each set
 * @throws Fault as `Kernel.elements`
 */
export async function presentElements(
  kernel: Kernel,
  sets: readonly BanSet[],
  { now, withinMs }: { readonly now: () => number; readonly withinMs: number },
): Promise<Listed[]> {
  const listed: Listed[] = []
  for (const set of sets) {
    for (const one of parseListed(await kernel.elements(set.name, withinMs), set, now())) listed.push(one)
  }
  return listed
}
