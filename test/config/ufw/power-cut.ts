/**
 * A disk that loses power: what was not synced may be gone. Contents are on it once they were written (every write here is
 * synced); names are on it once their folder was synced, before that any number of the folder's last changes is missing.
 */

import { fakeWorld } from '../../../src/world/fake.ts'
import type { Files } from '../../../src/world/files.ts'
import type { World } from '../../../src/world/world.ts'

export class PowerCut extends Error {}

export interface Disk {
  readonly world: World
  /** What stands on it when power comes back. */
  afterPowerCut(next: () => number): Disk
}

type Change = (names: Map<string, string>) => void

/** @param allowed effects until the power goes */
export function disk(contents: ReadonlyMap<string, string>, allowed = Number.POSITIVE_INFINITY): Disk {
  const world = fakeWorld()
  for (const [path, text] of contents) world.put(path, text)
  /** What is on the disk for sure. */
  const kept = new Map(contents)
  const pending = new Map<string, Change[]>()
  let left = allowed
  const effect = (path: string, change: Change) => {
    if (left-- <= 0) throw new PowerCut()
    const folder = path.slice(0, path.lastIndexOf('/'))
    pending.set(folder, [...(pending.get(folder) ?? []), change])
  }
  const { files } = world
  const textOf = (content: string | Uint8Array) =>
    typeof content === 'string' ? content : new TextDecoder().decode(content)
  const cut: Partial<Files> = {
    create(path, content, mode) {
      effect(path, (names) => names.set(path, textOf(content)))
      files.create(path, content, mode)
    },
    rename(from, to) {
      effect(to, (names) => {
        const text = names.get(from)
        if (text !== undefined) names.set(to, text)
        names.delete(from)
      })
      files.rename(from, to)
    },
    remove(path) {
      if (!files.stat(path)) return
      effect(path, (names) => names.delete(path))
      files.remove(path)
    },
    syncFolder(path) {
      if (left-- <= 0) throw new PowerCut()
      for (const change of pending.get(path) ?? []) change(kept)
      pending.delete(path)
    },
  }
  return {
    world: { ...world, files: { ...files, ...cut } },
    afterPowerCut(next) {
      for (const changes of pending.values()) {
        for (const change of changes.slice(0, Math.floor(next() * (changes.length + 1)))) change(kept)
      }
      return disk(kept)
    },
  }
}
