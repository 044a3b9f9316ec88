/** A look at the kernel's table of rules: whether it is what a Ruleset says, down to what nobody but its reader would notice. */
import { asFault } from '../../base/fault.ts'
import { nftKernel } from '../kernel.ts'
import type { NftObject } from '../nft-json.ts'
import { fingerprintOf, type Hands, heldIn } from './apply.ts'
import type { HeldLists } from './list-sets.ts'
import { listSet, listTable, presentIn } from './present-table.ts'
import { printRuleset } from './print.ts'
import type { KernelSet, Printed } from './printed.ts'
import type { Ruleset } from './ruleset.ts'
import { emptied } from './settle-lists.ts'

export interface Look {
  readonly isWhole: boolean
  /** Fingerprints of what the table should hold and of what it holds. */
  readonly asked: string
  readonly found: string
}

/**
 * What nft prints is not what it was given, so the first look counts what is there. Who knows what an earlier one found for the
 * same ruleset sees any difference.
 * @throws Fault as `Kernel.apply`
 */
export async function lookAt(world: Hands, ruleset: Ruleset, known?: Pick<Look, 'asked' | 'found'>): Promise<Look> {
  const fingerprint = fingerprintOf(world)
  const objects = await listed(world)
  const held = heldIn(ruleset, presentIn(objects))
  const printed = printRuleset(ruleset, fingerprint, held)
  const asked = fingerprint(JSON.stringify(printed))
  if (objects.length === 0) return { isWhole: false, asked, found: '' }
  const full = await withElements(world, objects, printed)
  const found = fingerprint(written(full))
  const isSame = known?.asked !== asked || known.found === found
  const isWhole = isSame && isAllThere(full, printed) && (await areListsFull(world, ruleset, held))
  return { isWhole, asked, found }
}

/** Elements that are listed at each look, some 0.1 s; of a table with more, none are. */
const MAX_ELEMENTS = 20_000

/** Nothing where there is no table. */
async function listed(world: Hands): Promise<readonly NftObject[]> {
  try {
    return await listTable(world)
  } catch (thrown) {
    if (asFault(thrown, 'kernel.refused').code === 'kernel.gone') return []
    throw thrown
  }
}

async function withElements(
  world: Hands,
  objects: readonly NftObject[],
  { pieces }: Printed,
): Promise<readonly NftObject[]> {
  const present = presentIn(objects)
  const sets = pieces.sets.filter(({ name }) => present.sets.has(name))
  const count = sets.reduce((sum, { elements = [] }) => sum + elements.length, 0)
  const full: NftObject[] = []
  // Not those that packets fill.
  for (const { name } of count > MAX_ELEMENTS ? [] : sets) full.push(...(await listSet(world, name)))
  const isListed = new Set(full.map(({ set }) => set?.['name']))
  const rest = objects.filter(({ set }) => !set || !isListed.has(set['name']))
  return [...rest, ...full.map(({ set }) => (set ? { set: { ...set, elem: set['elem'] ?? [] } } : {}))]
}

/** Whether somebody has emptied one, as far as some of their elements tell. */
async function areListsFull(world: Hands, { lists }: Ruleset, held: HeldLists): Promise<boolean> {
  if (!lists || lists.size === 0) return true
  return (await emptied(nftKernel(world), lists.values(), held)).length === 0
}

function isAllThere(objects: readonly NftObject[], { fixed, pieces, calls, lists }: Printed): boolean {
  const rules = new Map<unknown, number>()
  const chains = new Set<unknown>()
  const sets = new Map<unknown, Readonly<Record<string, unknown>>>()
  for (const { rule, chain, set } of objects) {
    if (rule) rules.set(rule['chain'], (rules.get(rule['chain']) ?? 0) + 1)
    if (chain) chains.add(chain['name'])
    if (set) sets.set(set['name'], set)
  }
  const marks = [fixed.mark, ...lists.marks].map((name) => ({ name, rules: [] }))
  const wanted = [...marks, ...fixed.chains, ...pieces.chains, ...calls]
  return (
    chains.size === wanted.length &&
    wanted.every((chain) => chains.has(chain.name) && (rules.get(chain.name) ?? 0) === chain.rules.length) &&
    [...fixed.sets, ...pieces.sets].every((set) => isFull(set, sets.get(set.name))) &&
    lists.sets.every((name) => sets.has(name))
  )
}

/** Of sources; other sets' elements nft may print as fewer. */
function isFull({ name, elements = [] }: KernelSet, set: Readonly<Record<string, unknown>> | undefined): boolean {
  const present = set?.['elem']
  return (
    set !== undefined && (!name.startsWith('sources-') || !Array.isArray(present) || present.length === elements.length)
  )
}

/** The same for the same table, in whichever order it was made; what packets change is left out. */
function written(objects: readonly NftObject[]): string {
  const lines: string[] = []
  const rules = new Map<string, string[]>()
  for (const { rule, chain, set } of objects) {
    if (rule) {
      const name = String(rule['chain'])
      const of = rules.get(name)
      if (of) of.push(still(rule))
      else rules.set(name, [still(rule)])
    } else if (chain) lines.push(still(chain))
    else if (set) {
      const { elem, ...head } = set
      lines.push([still(head), ...(Array.isArray(elem) ? elem.map(still).sort() : [])].join('\n'))
    }
  }
  for (const [name, of] of rules) lines.push([name, ...of].join('\n'))
  return lines.sort().join('\n')
}

function still(object: unknown): string {
  return JSON.stringify(object, (key, value: unknown) =>
    key === 'handle' || key === 'counter' || key === 'used' ? undefined : value,
  )
}
