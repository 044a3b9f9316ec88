/**
 * UFW's files under its lock: read, changed, written. What is written lies on disk, complete, before anything of it counts;
 * it counts from one instant on, all of it, and a later command finishes what a killed one began.
 */
import type { World } from '../../world/world.ts'
import type { UfwPaths } from './paths.ts'
import type { UfwState } from './state.ts'

export interface OpenUfw {
  readonly state: UfwState
  /** UFW's texts, without `WARN: `. */
  readonly warnings: readonly string[]
  /**
   * Writes all that differs from `state` beside the files it will replace: a full disk shows here. Nothing is changed yet.
   * @throws Fault `file.*`; nothing is left behind then
   */
  prepare(next: UfwState): Prepared
}

/** Either is to be called, once. */
export interface Prepared {
  /** From here on it counts. */
  commit(): void
  abandon(): void
}

/**
 * Holds UFW's lock, which an installed UFW heeds as well, while `act` runs.
 * @throws Fault `ufw.locked` after a minute; `ufw.*` and `file.*` as `readUfw`
 */
export type UnderLock = <T>(world: World, paths: UfwPaths, act: (ufw: OpenUfw) => T | Promise<T>) => Promise<T>
