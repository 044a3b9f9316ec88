/** The jail of bans by hand that name no other: all ports. */
import type { Bounds } from '../jail/bounds.ts'
import { type JailOptions, NO_INCREMENT, NO_NETWORKS } from '../jail/jail-options.ts'
import { jailState } from '../jail/jail-state.ts'
import type { World } from '../world/world.ts'
import type { HeldJail } from './held-jail.ts'

/** Bans by hand go here unless a jail is named. */
export const MANUAL_JAIL = 'manual'

/** It reads nothing, and bans for ever unless told how long. */
export function manualJail(world: World, bounds?: Bounds): HeldJail {
  const options: JailOptions = {
    name: MANUAL_JAIL,
    maxretry: 1,
    findtime: 600,
    bantime: -1,
    maxmatches: 0,
    increment: NO_INCREMENT,
    networks: NO_NETWORKS,
    ignoreip: [],
    ignoreself: true,
    ignorecommand: undefined,
    ignorecache: undefined,
  }
  const state = jailState({ options, ignored: () => undefined, chance: world.chance.next }, bounds)
  const scope = { protocol: 'all', ports: 'all', verdict: 'drop' } as const
  return { name: MANUAL_JAIL, settings: undefined, scope, state, logs: new Map() }
}
