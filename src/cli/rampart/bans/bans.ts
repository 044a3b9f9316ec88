/** `rampart bans`: the bans in force, and past ones. */
import { printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { parseSince } from '../../since.ts'
import { gather } from './gather.ts'
import { printBans } from './print-bans.ts'

export interface BansOptions {
  readonly jail?: string
  readonly since?: string
  readonly state: 'active' | 'all'
  readonly json?: boolean
  readonly socket: string
  /** Where history is kept. */
  readonly history: string
}

/** @returns 0 @throws Fault `control.*`, `bans.no-history`, `cli.bad-time`, `store.*` */
export async function bans(setting: Setting, options: BansOptions): Promise<number> {
  const { terminal, world } = setting
  const now = world.clock.now()
  const since = options.since === undefined ? undefined : parseSince(options.since, now)
  const { guard, rows } = await gather(setting, { ...options, since, now })
  // Newest first.
  rows.sort((a, b) => b.from - a.from || (a.address < b.address ? -1 : 1))
  if (options.json) terminal.out(printJson({ guard, bans: rows }))
  else {
    if (guard === 'absent') terminal.err(ABSENT)
    printBans(terminal, rows, now)
  }
  return 0
}

const ABSENT =
  'rampart: no guard is running: this is what its history holds; bans that are kept come back with its next start\n'
