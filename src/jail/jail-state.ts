/** What a jail holds between events: changed in place, since it is the hot path of a flood. */
import type { Network } from '../base/address.ts'
import { type Bantime, bantimeOf } from './bantime.ts'
import type { BanRoom, Bounds } from './bounds.ts'
import { type Counters, counters } from './counters.ts'
import { type Crowds, crowds } from './crowds.ts'
import { type HeldBans, heldBans } from './held-bans.ts'
import type { IgnoreList } from './ignore.ts'
import type { JailOptions } from './jail-options.ts'

export interface JailState {
  readonly options: JailOptions
  /** Exchanged when the host's own addresses or sessions change. */
  ignored: IgnoreList
  readonly chance: () => number
  /** How long bans last, of hosts and of networks. */
  readonly lasts: Bantime
  readonly networkLasts: Bantime
  readonly counters: Counters
  readonly crowds: Crowds
  readonly bans: HeldBans
  readonly room: BanRoom | undefined
  readonly totals: { failures: number; bans: number }
}

/**
 * @param bounds what it shares with the other jails; without, it forgets the counter that was silent longest
 * @throws Fault `formula.bad` and `formula.no-value`, for a growth of bans that nobody has checked
 */
export function jailState(of: Pick<JailState, 'options' | 'ignored' | 'chance'>, bounds?: Bounds): JailState {
  const { name, findtime } = of.options
  return {
    ...of,
    ...lengths(of.options),
    counters: counters(bounds?.far(name, findtime)),
    crowds: crowds(of.options),
    bans: heldBans(),
    room: bounds?.room,
    totals: { failures: 0, bans: 0 },
  }
}

/**
 * The same jail with other options: bans and counters go on, as they are held in the state that is handed in. Crowds begin
 * anew where they are counted otherwise.
 */
export function otherwise(state: JailState, options: JailOptions, bounds: Bounds): JailState {
  const { name, findtime, networks } = options
  bounds.far(name, findtime)
  const before = state.options
  const isCountedAlike = before.findtime === findtime && JSON.stringify(before.networks) === JSON.stringify(networks)
  return { ...state, options, ...lengths(options), crowds: isCountedAlike ? state.crowds : crowds(options) }
}

/** What was counted is forgotten; the bans that are held are the first. @returns of whom there was a counter that the history keeps */
export function countAnew({ counters, crowds, totals, bans }: JailState): Network[] {
  totals.failures = 0
  totals.bans = bans.size
  crowds.forget(Number.POSITIVE_INFINITY)
  return counters.clear()
}

function lengths(options: JailOptions): Pick<JailState, 'lasts' | 'networkLasts'> {
  return { lasts: bantimeOf(options), networkLasts: bantimeOf({ ...options, bantime: options.networks.bantime }) }
}
