/** The folders that are watched for followers, and whom a change in one of them concerns. */
import type { Fault } from '../base/fault.ts'
import { Folder } from './folder.ts'
import type { Follower } from './follow.ts'
import type { Hands } from './input.ts'

export interface WakeupsOptions {
  /** One name changed in a folder, or nobody knows which. */
  readonly onChange: (folder: string, name: string | undefined) => void
  readonly onBlind: (reason: Fault) => void
}

export class Wakeups {
  readonly #hands: Hands
  readonly #options: WakeupsOptions
  readonly #folders = new Map<string, Folder>()
  /** By the paths whose change concerns them: the log's, and where its links lead. */
  #byPath = new Map<string, Follower[]>()
  #byFolder = new Map<string, Follower[]>()

  constructor(hands: Hands, options: WakeupsOptions) {
    this.#hands = hands
    this.#options = options
  }

  /** Watches what these followers need, the folders beside, and no more. */
  watch(followers: readonly Follower[], beside: readonly string[]): void {
    this.#byPath = new Map()
    this.#byFolder = new Map()
    for (const follower of followers) {
      const paths = new Set([follower.log, follower.resolved])
      for (const path of paths) add(this.#byPath, path, follower)
      for (const folder of new Set([...paths].map(folderOf))) add(this.#byFolder, folder, follower)
    }
    const needed = new Set([...this.#byFolder.keys(), ...beside])
    for (const [path, folder] of this.#folders) {
      if (needed.has(path)) continue
      folder.close()
      this.#folders.delete(path)
    }
    for (const path of needed) {
      if (this.#folders.has(path)) continue
      const onChange = (name: string | undefined) => this.#options.onChange(path, name)
      this.#folders.set(path, new Folder(this.#hands, path, { onChange, onBlind: this.#options.onBlind }))
      // What changed between the first look and the watch.
      for (const follower of this.in(path)) follower.look()
    }
  }

  /** Those whose log this is. */
  of(folder: string, name: string): readonly Follower[] {
    return this.#byPath.get(`${folder === '/' ? '' : folder}/${name}`) ?? []
  }

  in(folder: string): readonly Follower[] {
    return this.#byFolder.get(folder) ?? []
  }

  /** Paths may name other folders by now. */
  check(): void {
    for (const folder of this.#folders.values()) folder.check()
  }

  close(): void {
    for (const folder of this.#folders.values()) folder.close()
    this.#folders.clear()
  }
}

function add(map: Map<string, Follower[]>, key: string, follower: Follower): void {
  const list = map.get(key)
  if (list) list.push(follower)
  else map.set(key, [follower])
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
