/** An installed UFW's firewall that is in force beside ours: found, and taken out without a gap. */
import { asFault, Fault } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'
import { nftKernel } from '../kernel.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { legacyFamilies } from './legacy-families.ts'
import { legacyTables, printLegacyTakeOut } from './legacy-tables.ts'
import { oldNftTables, printOpened, printTakeOut } from './old-nft-tables.ts'
import { BUILT_IN, type BuiltIn, judges, type OldTable } from './old-table.ts'

export interface OldUfw {
  readonly tables: readonly OldTable[]
  readonly legacy: readonly LegacyTable[]
  /** Tables of iptables-legacy are in the kernel, and no program that could read them is here. */
  readonly unread: readonly (4 | 6)[]
}

export interface LegacyTable extends OldTable {
  /** `iptables-legacy`; `-save` and `-restore` of the same name are there. */
  readonly program: string
}

type Hands = Pick<World, 'run' | 'clock' | 'files'>

type Settings = Pick<Ruleset, 'ipv6' | 'policies'>

/**
 * @param settings of UFW's files: without IPv6 it closes all of that
 * @throws Fault as `Kernel.structure`, `kernel.legacy` where a program of iptables fails
 */
export async function readOldUfw(world: Hands, { ipv6 }: Pick<Settings, 'ipv6'>): Promise<OldUfw> {
  const isOurs = ({ isLocked }: OldTable) => !(isLocked && ipv6)
  const tables = oldNftTables(await nftKernel(world).structure()).filter(isOurs)
  const legacy: LegacyTable[] = []
  const unread: (4 | 6)[] = []
  for (const family of legacyFamilies(world)) {
    const read = await readLegacy(world, family)
    if (read) legacy.push(...read.filter(isOurs))
    else unread.push(family)
  }
  return { tables, legacy, unread }
}

/** Whether anything of it decides about packets. */
export function isJudging({ tables, legacy }: OldUfw): boolean {
  return [...tables, ...legacy].some(judges)
}

/** Those policies that UFW has set by its settings; others are somebody else's. */
export function setByUfw({ family, closed }: OldTable, { ipv6, policies }: Settings): BuiltIn[] {
  if (family === 6 && !ipv6) return [...closed]
  const meant = { INPUT: policies.in, FORWARD: policies.forward, OUTPUT: policies.out }
  return BUILT_IN.filter((chain) => closed.includes(chain) && meant[chain] !== 'accept')
}

/**
 * What nft sees goes in one transaction, after the policies that kept the rest out; tables of iptables-legacy in one step each. The caller has put our own rules in force and
 * holds UFW's lock.
 * @throws Fault as `Kernel.apply`, `kernel.legacy`
 */
export async function takeOut(world: Hands, old: OldUfw, settings: Settings): Promise<void> {
  await takeOutOfNft(world, old, settings)
  for (const table of old.legacy) {
    const { program, family } = table
    const input = `${printLegacyTakeOut(table, setByUfw(table, settings)).join('\n')}\n`
    const exit = await world.run.once([`${program}-restore`, '--noflush', '--wait', '5'], { input, timeoutMs: 20_000 })
    if (exit.code !== 0) throw legacyFault(`${program}-restore`, family, exit.err)
  }
}

const TRIES = 3

async function takeOutOfNft(world: Hands, old: OldUfw, settings: Settings): Promise<void> {
  const kernel = nftKernel(world)
  let { tables } = old
  for (let turn = 1; tables.length > 0; turn++) {
    try {
      const opened = tables.flatMap((table) => printOpened(table, setByUfw(table, settings)))
      if (opened.length > 0) await kernel.apply(opened)
      const removed = tables.flatMap(printTakeOut)
      if (removed.length > 0) await kernel.apply(removed)
      return
    } catch (thrown) {
      // Somebody has changed the tables since they were read.
      if (turn === TRIES || !/^kernel\.(refused|gone|busy)$/.test(asFault(thrown, 'kernel.refused').code)) throw thrown
      const isKnown = ({ isLocked }: OldTable) => !(isLocked && settings.ipv6)
      tables = oldNftTables(await kernel.structure()).filter(isKnown)
    }
  }
}

async function readLegacy(world: Hands, family: 4 | 6): Promise<LegacyTable[] | undefined> {
  const program = await legacyProgram(world, family)
  if (program === undefined) return undefined
  const exit = await world.run.once([`${program}-save`], { timeoutMs: 20_000, maxOutputBytes: MAX_BYTES })
  if (exit.code !== 0 || exit.out.length >= MAX_BYTES) throw legacyFault(`${program}-save`, family, exit.err)
  return legacyTables(exit.out, family).map((table) => ({ ...table, program }))
}

const MAX_BYTES = 64 * 1024 * 1024

async function legacyProgram({ run }: Hands, family: 4 | 6): Promise<string | undefined> {
  const name = `ip${family === 6 ? '6' : ''}tables`
  const named = await run.once([`${name}-legacy`, '--version'], { timeoutMs: 5000 })
  if (named.code === 0) return `${name}-legacy`
  const plain = await run.once([name, '--version'], { timeoutMs: 5000 })
  return plain.code === 0 && !plain.out.includes('nf_tables') ? name : undefined
}

function legacyFault(program: string, family: 4 | 6, err: string): Fault {
  const said = err.split('\n')[0]!.slice(0, 300)
  return new Fault('kernel.legacy', `${program} has failed for IPv${family}: ${said}`)
}
