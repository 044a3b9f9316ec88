/** `rampart bans`: the bans in force, and past ones. */
import { printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { parseSince } from '../../since.ts'
import { gather } from './gather.ts'
import { printBans } from './print-bans.ts'
import { withCountries } from './with-countries.ts'

export interface BansOptions {
  readonly jail?: string
  /** A code, or `unknown`. */
  readonly country?: string
  readonly since?: string
  readonly state: 'active' | 'all'
  readonly json?: boolean
  readonly socket: string
  /** Where history is kept. */
  readonly history: string
}

/** @returns 0 @throws Fault `control.*`, `bans.*`, `cli.bad-time`, `store.*` */
export async function bans(setting: Setting, options: BansOptions): Promise<number> {
  const { terminal, world } = setting
  const now = world.clock.now()
  const since = options.since === undefined ? undefined : parseSince(options.since, now)
  const { guard, rows: found } = await gather(setting, { ...options, since, now })
  const { rows, credit } = await withCountries(setting, found, options)
  // Newest first.
  rows.sort((a, b) => b.from - a.from || (a.address < b.address ? -1 : 1))
  if (options.json) terminal.out(printJson({ guard, bans: rows }))
  else {
    if (guard === 'absent') terminal.err(ABSENT)
    printBans(terminal, rows, { now, credit })
  }
  return 0
}

const ABSENT =
  'rampart: no guard is running: this is what its history holds; bans that are kept come back with its next start\n'
