/**
 * UFW's files under its lock: read, changed, written. What is written lies on disk, complete, before anything of it counts;
 * it counts from one instant on, all of it, and a later command finishes what a killed one began.
 */
import type { World } from '../../world/world.ts'
import { finish, type Prepared, prepareExchange, type Replacement } from './exchange.ts'
import type { UfwPaths } from './paths.ts'
import { exchanged, exchangeList, type ReadUfw, readUfw } from './read-ufw.ts'
import { replacementsOf } from './replacements.ts'
import type { UfwState } from './state.ts'
import { holdingLock } from './ufw-lock.ts'

export interface OpenUfw extends ReadUfw {
  /**
   * Writes what differs from `state` beside the files that it will replace: a full disk shows here. Nothing is changed yet.
   * @param more further files, in place of what `next` would make of them
   * @throws Fault `file.*`; nothing is left behind then
   */
  prepare(next: UfwState, more?: readonly Replacement[]): Prepared
}

/**
 * Holds UFW's lock, which an installed UFW heeds as well, while `act` runs.
 * @throws Fault `ufw.locked` after a minute; `ufw.*` and `file.*` as `readUfw`
 */
export function underLock<T>(world: World, paths: UfwPaths, act: (ufw: OpenUfw) => T | Promise<T>): Promise<T> {
  return holdingLock(world, paths.lock, () => act(open(world, paths)))
}

function open(world: World, paths: UfwPaths): OpenUfw {
  const { files } = world
  const list = exchangeList(paths)
  finish(files, list, exchanged(paths))
  const read = readUfw(world, paths)
  return {
    ...read,
    prepare: (next, more = []) => prepareExchange(files, list, replacementsOf(files, paths, read, next, more)),
  }
}
