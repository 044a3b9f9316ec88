/** What the kernel's table of rules has, by name. One look: chains and sets, neither rules nor elements. */
import { Fault } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'
import { BAN_TABLE } from '../nft.ts'
import { nftFault } from '../nft-fault.ts'
import type { NftObject } from '../nft-json.ts'
import { parseNftObjects } from '../nft-json.ts'
import { isUfwChain } from '../old-ufw/old-table.ts'
import { listSetId } from './list-sets.ts'
import { RULE_TABLE } from './printed.ts'
import type { Present } from './transaction.ts'

/** Empty where there is no table. @throws Fault as `Kernel.apply` */
export async function presentTable(world: Pick<World, 'run'>): Promise<PresentTable> {
  const objects = await list(world, 'list chains; list sets inet')
  const names = (kind: string) => new Set(ofTable(objects, kind).flatMap(({ name }) => ownName(name) ?? []))
  return {
    chains: names('chain'),
    sets: names('set'),
    hasBans: objects.some(isOfBans),
    hasUfwChains: objects.some(isOfUfw),
  }
}

export interface PresentTable extends Present {
  /** The guard's table of bans is there. */
  readonly hasBans: boolean
  /** An installed UFW has left chains in tables of iptables, in force or empty. */
  readonly hasUfwChains: boolean
}

function isOfBans({ chain }: NftObject): boolean {
  return chain?.['family'] === 'inet' && chain['table'] === BAN_TABLE
}

function isOfUfw({ chain }: NftObject): boolean {
  return /^ip6?$/.test(String(chain?.['family'])) && isUfwChain(String(chain?.['name']))
}

/** The same of a table that was listed. */
export function presentIn(objects: readonly NftObject[]): Present {
  const names = (kind: string) =>
    new Set(objects.flatMap(({ [kind]: object }) => (object ? [String(object['name'])] : [])))
  return { chains: names('chain'), sets: names('set') }
}

/** Rules in each chain of our table. @throws Fault as `Kernel.apply`, `kernel.gone` where there is no table */
export async function countRules(world: Pick<World, 'run'>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const { chain } of ofTable(await listTable(world), 'rule')) {
    counts.set(String(chain), (counts.get(String(chain)) ?? 0) + 1)
  }
  return counts
}

/**
 * All of our table, as nft's JSON has it. Of a list's sets the elements are left out: there may be a million.
 * @throws Fault as `Kernel.apply`, `kernel.gone` where there is no table
 */
export async function listTable(world: Pick<World, 'run'>, { elements = false } = {}): Promise<readonly NftObject[]> {
  // Asked for the table alone, nft 1.0.6 reads every element first, to leave them out.
  const objects = (await list(world, 'list ruleset inet')).filter(isOfTable)
  if (!objects.some(({ table }) => table)) throw gone()
  const names = objects.flatMap(({ set }) => (set ? [String(set['name'])] : []))
  const small = names.filter((name) => listSetId(name) === undefined)
  if (!elements || small.length === 0) return objects
  if (small.length === names.length) return list(world, `list table inet ${RULE_TABLE}`, [])
  const full: NftObject[] = []
  for (const name of small.flatMap((one) => ownName(one) ?? [])) full.push(...(await listSet(world, name)))
  const isListed = new Set(full.flatMap(({ set }) => (set ? [set['name']] : [])))
  return [...objects.filter(({ set }) => !set || !isListed.has(set['name'])), ...full]
}

function gone(): Fault {
  return new Fault('kernel.gone', 'the kernel has no table of rules')
}

/** One of its sets with its elements: asked for two at once, nft 1.0.6 finds none. @throws Fault as `Kernel.apply` */
export function listSet(world: Pick<World, 'run'>, name: string): Promise<readonly NftObject[]> {
  return list(world, `list set inet ${RULE_TABLE} ${name}`, [])
}

/** The same as nft prints it for people; where there are lists, all sets without their elements. */
export async function tableText(world: Pick<World, 'run'>): Promise<string> {
  const { sets } = await presentTable(world)
  if (![...sets].some((name) => listSetId(name) !== undefined))
    return ask(world, ['nft', 'list', 'table', 'inet', RULE_TABLE])
  const all = await ask(world, ['nft', '-t', 'list', 'ruleset', 'inet'])
  const [text] = new RegExp(`^table inet ${RULE_TABLE} \\{\n[\\s\\S]*?^\\}\n`, 'm').exec(all) ?? []
  if (text === undefined) throw gone()
  return text
}

/** Only what we could have named: the name goes into nft text again. */
function ownName(name: unknown): string | undefined {
  return typeof name === 'string' && /^[a-z][\w.-]*$/i.test(name) ? name : undefined
}

function isOfTable(object: NftObject): boolean {
  return Object.entries(object).some(
    ([kind, one]) => one['family'] === 'inet' && (kind === 'table' ? one['name'] : one['table']) === RULE_TABLE,
  )
}

function ofTable(objects: readonly NftObject[], kind: string): Readonly<Record<string, unknown>>[] {
  return objects.flatMap(({ [kind]: object }) =>
    object?.['table'] === RULE_TABLE && object['family'] === 'inet' ? [object] : [],
  )
}

async function list(world: Pick<World, 'run'>, commands: string, options = ['-t']): Promise<NftObject[]> {
  const out = await ask(world, ['nft', '-j', ...options, commands])
  // One answer for each command.
  return out
    .split('\n')
    .filter((line) => line !== '')
    .flatMap(parseNftObjects)
}

async function ask({ run }: Pick<World, 'run'>, argv: readonly string[]): Promise<string> {
  const exit = await run.once(argv, { timeoutMs: 10_000, maxOutputBytes: 256 * 1024 * 1024 })
  if (exit.code !== 0) throw nftFault(exit)
  return exit.out
}
