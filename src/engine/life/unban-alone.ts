/**
 * Lifts bans while no guard runs: those that a killed one left in the kernel, or one that ended and let them stay. Whoever starts
 * a guard meanwhile finds the table taken, for as long as one transaction takes.
 */
import { asFault, Fault } from '../../base/fault.ts'
import { addressIn, banSet } from '../../firewall/ban-set.ts'
import { nftKernel } from '../../firewall/kernel.ts'
import { printRelease } from '../../firewall/nft.ts'
import type { Ban } from '../../jail/ban.ts'
import type { JailBlock } from '../../store/deed.ts'
import { type History, openHistory } from '../../store/history.ts'
import type { EpochMs } from '../../world/clock.ts'
import type { World } from '../../world/world.ts'
import { claimTable } from './claim.ts'

/** A ban that is to end. */
export type Doomed = Pick<Ban, 'jail' | 'network'>

/**
 * Resolves when kernel and history have it.
 * @param state the guard's folder
 * @throws Fault `guard.running`, `store.*`, `kernel.*`: a ban may be lifted in the kernel alone then, and comes back with the guard
 */
export async function unbanAlone(world: World, state: string, pid: number, doomed: readonly Doomed[]): Promise<void> {
  const claim = claimTable(world.files, pid)
  try {
    const history = await openHistory({ folder: state, clock: world.clock, files: world.files, pid })
    try {
      await lift(world, history, doomed)
    } finally {
      await history.close()
    }
  } finally {
    claim.release()
  }
}

async function lift(world: World, history: History, doomed: readonly Doomed[]): Promise<void> {
  const now = world.clock.now()
  const blocks = await history.blocks()
  refuseActions(blocks, doomed)
  const lines: string[][] = []
  for (const one of doomed) lines.push(await releaseOf(history, blocks, one, now))
  await release(world, lines.flat())
  const ends = doomed.map(({ jail, network }) => ({ jail, network, at: now, by: 'manual' }))
  if ((await history.save({ ends })) === 'kept') return
  throw history.state().fault ?? new Fault('store.failed', 'the history could not be written: the ban comes back')
}

/** What a script has done only the guard undoes. */
function refuseActions(blocks: readonly JailBlock[], doomed: readonly Doomed[]): void {
  const acting = blocks.find(({ jail, actions }) => actions.length > 0 && doomed.some((one) => one.jail === jail))
  if (!acting) return
  const { jail, actions } = acting
  throw new Fault('guard.absent', `the action ${actions.join(', ')} of jail ${jail} has to undo what it did`)
}

/** Who is banned by another jail in the same set stays there until that ban ends. */
async function releaseOf(
  history: History,
  blocks: readonly JailBlock[],
  { jail, network }: Doomed,
  now: EpochMs,
): Promise<string[]> {
  const setOf = (name: string) => {
    const block = blocks.find((one) => one.jail === name)
    return block && banSet(block.scope, network)
  }
  const set = setOf(jail)
  if (!set) return []
  const standing = await history.bans({ network, activeAt: now })
  const others = standing.filter((ban) => ban.jail !== jail && setOf(ban.jail)?.name === set.name)
  if (others.length === 0) return printRelease(set, addressIn(network))
  const end = Math.max(...others.map(({ until }) => until ?? Number.POSITIVE_INFINITY))
  return printRelease(set, addressIn(network), { end, now })
}

async function release(world: World, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  try {
    await nftKernel(world).apply(lines)
  } catch (thrown) {
    // The table is gone, and every ban with it.
    if (asFault(thrown, 'kernel.refused').code !== 'kernel.gone') throw thrown
  }
}
