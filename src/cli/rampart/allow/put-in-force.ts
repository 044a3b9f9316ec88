/** What was written of `rampart allow`, taken up: by the guard that runs; without one the bans that are left are lifted here. */
import { contains, type Network, parseNetwork } from '../../../base/address.ts'
import { asFault } from '../../../base/fault.ts'
import { ask } from '../../../control/client.ts'
import type { SparedNow } from '../../../engine/status.ts'
import type { Ban } from '../../../jail/ban.ts'
import type { Setting } from '../../setting.ts'
import type { AllowEdit } from './allow-file.ts'

export interface InForce {
  readonly guard: 'running' | 'absent'
  /** Why the guard never bans it; null: it may, or none runs. */
  readonly spared: string | null
  /** Bans that are over by it. */
  readonly lifted: readonly BanOf[]
  /** Bans that could not be lifted, and why. */
  readonly left: readonly (BanOf & { readonly why: string })[]
}

/** What became of one of the addresses. */
export type Told = AllowEdit & InForce

interface BanOf {
  readonly address: string
  readonly jail: string
}

interface Places {
  readonly socket: string
  /** The folder of the history. */
  readonly history: string
}

/** @throws Fault `control.*` other than `control.absent` */
export async function putInForce(
  setting: Setting,
  edits: readonly AllowEdit[],
  { socket, history }: Places,
): Promise<readonly Told[]> {
  try {
    const addresses = edits.map(({ address }) => address)
    const replies = await ask(socket, { verb: 'spare', addresses })
    return edits.map((edit, index) => ({ ...edit, ...running(replies[index]!) }))
  } catch (thrown) {
    if (asFault(thrown, 'control.failed').code !== 'control.absent') throw thrown
  }
  const told: Told[] = []
  // One after the other: each takes the history for itself.
  for (const edit of edits) told.push({ ...edit, ...(await alone(setting, history, edit)) })
  return told
}

function running({ why, lifted }: SparedNow): InForce {
  return { guard: 'running', spared: why ?? null, lifted, left: [] }
}

const NOTHING = { guard: 'absent', spared: null, lifted: [], left: [] } as const

async function alone(setting: Setting, state: string, { address, file }: AllowEdit): Promise<InForce> {
  const network = parseNetwork(address)!
  const bans = file === null ? [] : await standing(setting, state, network)
  if (bans.length === 0) return NOTHING
  const those = bans.map((ban) => ({ address: ban.network.text, jail: ban.jail }))
  try {
    const { unbanAlone } = await import('../../../engine/life/unban-alone.ts')
    await unbanAlone(setting.world, state, setting.pid, bans)
    return { ...NOTHING, lifted: those }
  } catch (thrown) {
    const why = asFault(thrown, 'store.failed').message
    return { ...NOTHING, left: those.map((ban) => ({ ...ban, why })) }
  }
}

/** Bans of it, in it and around it that would come back, or that the kernel still has. */
async function standing({ world }: Setting, state: string, network: Network): Promise<readonly Ban[]> {
  if (world.files.stat(`${state}/history.db`) === undefined) return []
  const { openRecall } = await import('../../../store/recall.ts')
  const recall = openRecall(state)
  try {
    const found: Ban[] = []
    for await (const bans of recall.activeBans(world.clock.now())) {
      found.push(...bans.filter((ban) => contains(network, ban.network) || contains(ban.network, network)))
    }
    return found
  } finally {
    recall.close()
  }
}
