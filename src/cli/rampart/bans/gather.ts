/** Bans from where they are known: those in force from the guard, all others from the history. */
import { asFault, Fault } from '../../../base/fault.ts'
import { askBans } from '../../../control/client.ts'
import type { ListedBan } from '../../../engine/status.ts'
import { type ListRow, openBanList } from '../../../store/ban-list.ts'
import type { EpochMs } from '../../../world/clock.ts'
import type { Setting } from '../../setting.ts'

/** As `--json` prints it: names and meanings stay. */
export interface BanRow {
  readonly address: string
  readonly jail: string
  readonly from: EpochMs
  /** null: for ever. */
  readonly until: EpochMs | null
  /** When it was over; null: it is not. */
  readonly ended: EpochMs | null
  /** What ended it: `time`, `manual`, `spared`, `network`, `room`, `renewal`; null: nothing has. */
  readonly endedBy: string | null
  readonly failures: number
  /** How many bans of this address in this jail there were, this one included. */
  readonly count: number
  /** `filter`, `manual`, `import`, `peer`. */
  readonly origin: string
  /** `kept`: the history has it, and it is in force again when the guard, or its jail, runs. */
  readonly state: 'active' | 'pending' | 'kept' | 'over'
  /** Its code; null: it is not known. */
  readonly country: string | null
}

export interface Wanted {
  readonly jail?: string
  readonly since: EpochMs | undefined
  readonly state: 'active' | 'all'
  readonly now: EpochMs
  readonly socket: string
  readonly history: string
}

export interface Gathered {
  readonly guard: 'running' | 'absent'
  readonly rows: BanRow[]
}

/** @throws Fault `control.*`, `bans.no-history`, `store.*` */
export async function gather(setting: Setting, wanted: Wanted): Promise<Gathered> {
  const inForce = await ofGuard(wanted)
  if (inForce && wanted.state === 'active') return { guard: 'running', rows: inForce }
  const kept = await ofHistory(setting, wanted, inForce)
  const rows = wanted.state === 'all' ? kept : kept.filter(({ state }) => state !== 'over')
  return { guard: inForce ? 'running' : 'absent', rows: [...(inForce ?? []), ...rows] }
}

/** undefined: no guard runs. */
async function ofGuard({ socket, jail, since, state }: Wanted): Promise<BanRow[] | undefined> {
  try {
    const bans = await askBans(socket, jail)
    return bans.filter(({ from }) => since === undefined || from >= since).map(standing)
  } catch (thrown) {
    const { code } = asFault(thrown, 'control.failed')
    if (code === 'control.absent') return undefined
    // It may have run once.
    if (code === 'control.no-jail' && state === 'all') return []
    throw thrown
  }
}

function standing({ address, jail, from, until, failures, count, origin, pending }: ListedBan): BanRow {
  const state = pending ? 'pending' : 'active'
  const end = { until: until ?? null, ended: null, endedBy: null }
  return { address, jail, from, ...end, failures, count, origin, state, country: null }
}

async function ofHistory(
  { world }: Setting,
  { jail, since, now, history }: Wanted,
  inForce: readonly BanRow[] | undefined,
): Promise<BanRow[]> {
  if (world.files.stat(`${history}/history.db`) === undefined) {
    if (inForce) return []
    throw new Fault('bans.no-history', `no guard is running, and there is no history in ${history}`, {
      hint: 'start it: sudo rampart up, or name the folder of its history: --history FOLDER',
    })
  }
  const held = new Set(inForce?.map(keyOf))
  const listing = openBanList(history)
  try {
    if (jail !== undefined && !listing.jails().includes(jail)) throw noJail(jail, listing.jails())
    const rows: BanRow[] = []
    for await (const some of listing.bans({ jail, since })) {
      for (const row of some) {
        const past = pastOf(row, now)
        // The guard has told of it.
        if (past.state === 'over' || !held.has(keyOf(past))) rows.push(past)
      }
    }
    return rows
  } finally {
    listing.close()
  }
}

function noJail(jail: string, jails: readonly string[]): Fault {
  return new Fault('control.no-jail', `there is no jail "${jail}"`, { hint: `in the history are: ${jails.join(', ')}` })
}

function keyOf({ address, jail }: Pick<BanRow, 'address' | 'jail'>): string {
  return `${address} ${jail}`
}

function pastOf(row: ListRow, now: EpochMs): BanRow {
  const { address, jail, from, until, failures, count, origin } = row
  const isOver = row.ended !== null || (until !== null && until <= now)
  const ended = isOver ? (row.ended ?? until) : null
  const endedBy = isOver ? (row.endedBy ?? 'time') : null
  const state = isOver ? 'over' : 'kept'
  return { address, jail, from, until, ended, endedBy, failures, count, origin, state, country: null }
}
