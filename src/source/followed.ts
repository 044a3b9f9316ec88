/** The files that patterns name, each with its follower, and the folders whose changes wake them. */
import { Fault } from '../base/fault.ts'
import { Folder } from './folder.ts'
import { Follower } from './follow.ts'
import { expand, hasWildcard, nameMatcher } from './glob.ts'
import type { Hands, LogState, Start } from './input.ts'
import type { Mark, Position } from './position.ts'

export interface FilePattern {
  /** An absolute path, or one with `*`, `?` or `[...]`. */
  readonly pattern: string
  /** For files that are there when it is first wanted; a file that comes later is read whole. */
  readonly start: Start
}

export interface FollowedOptions {
  readonly onState: (log: string, state: LogState) => void
  readonly position: (log: string) => Mark | undefined
  readonly maxLineBytes: number
  /** A follower has something to read. */
  readonly onBusy: () => void
}

/** Files at once; what patterns name beyond that is not read. */
const MAX_FILES = 2000
/** A folder's time stamp does not tell two changes within this apart: kernels keep it by the tick, some disks by the second. */
const STAMP_MS = 2000

interface Listing {
  readonly inode: number
  readonly modifiedMs: number
  readonly listedAt: number
  readonly names: readonly string[]
}

/** @throws Fault `source.relative` for a path that is not absolute */
export function checkPath(pattern: string): void {
  if (pattern.startsWith('/')) return
  throw new Fault('source.relative', `the log path "${pattern}" is not absolute`, {
    hint: 'write the whole path, beginning with /',
  })
}

export class Followed {
  readonly #hands: Hands
  readonly #options: FollowedOptions
  #patterns: readonly FilePattern[] = []
  readonly #followers = new Map<string, { readonly follower: Follower; readonly pattern: string }>()
  #inputs: readonly Follower[] = []
  readonly #folders = new Map<string, Folder>()
  /** By the paths whose change concerns them: the log's, and where its links lead. */
  #byPath = new Map<string, Follower[]>()
  #byFolder = new Map<string, Follower[]>()
  /** Folders in which a new name may be a new log, and whether a name may be. */
  #sources = new Map<string, (name: string) => boolean>()
  /** Logs that another process reads and feeds. */
  readonly #foreign = new Set<string>()
  /** Where files were left whose names are gone. */
  readonly #left = new Map<string, Position>()
  readonly #listings = new Map<string, Listing>()
  #moved = false

  constructor(hands: Hands, options: FollowedOptions) {
    this.#hands = hands
    this.#options = options
  }

  get inputs(): readonly Follower[] {
    return this.#inputs
  }

  /** @throws Fault `source.relative` for a path that is not absolute; then nothing has changed */
  want(patterns: readonly FilePattern[]): void {
    for (const { pattern } of patterns) checkPath(pattern)
    // First what the old patterns would have found by now: it is new, whatever `start` says.
    this.#find()
    this.#patterns = patterns
    this.#find('as wanted')
    this.#index()
  }

  /** Leaves a log to another process for good. */
  leave(log: string): void {
    this.#foreign.add(log)
    const follower = this.#followers.get(log)?.follower
    if (follower) this.#drop(follower)
  }

  /** Once a second: what no watch told. */
  look(): void {
    for (const folder of this.#folders.values()) folder.check()
    this.#find()
    for (const follower of this.#inputs) follower.look()
    this.#index()
  }

  close(): void {
    for (const folder of this.#folders.values()) folder.close()
    for (const follower of this.#inputs) follower.close()
    this.#folders.clear()
    this.#followers.clear()
    this.#inputs = []
  }

  #find(how?: 'as wanted'): void {
    if (how === undefined && this.#isSettled()) return
    const found = new Set<string>()
    this.#sources = new Map()
    for (const { pattern, start } of this.#patterns) {
      const { paths, folders } = expand(pattern, (folder) => this.#list(folder), this.#hands.files)
      for (const path of paths) {
        found.add(path)
        this.#follow(path, pattern, how === 'as wanted' || !hasWildcard(pattern) ? start : 'begin')
      }
      const fits = pattern.split('/').filter(hasWildcard).map(nameMatcher)
      for (const folder of folders) {
        const before = this.#sources.get(folder)
        this.#sources.set(folder, (name) => before?.(name) || fits.some((matches) => matches(name)))
      }
    }
    const wanted = new Set(this.#patterns.map(({ pattern }) => pattern))
    for (const { follower, pattern } of this.#followers.values()) {
      if (!found.has(follower.log) && !(wanted.has(pattern) && follower.holds)) this.#drop(follower)
    }
  }

  /** Once a second with nothing changed: a stamp for each folder. Where a pattern ends in a plain name no stamp tells. */
  #isSettled(): boolean {
    if (!this.#patterns.every(({ pattern }) => !hasWildcard(pattern) || hasWildcard(lastOf(pattern)))) return false
    return [...this.#sources.keys()].every((folder) => this.#known(folder) !== undefined)
  }

  #follow(path: string, pattern: string, start: Start): void {
    if (this.#followers.has(path) || this.#foreign.has(path) || this.#followers.size >= MAX_FILES) return
    const mark = this.#left.get(path) ?? this.#options.position(path)
    const follower = new Follower(this.#hands, path, {
      start: mark && 'inode' in mark ? mark : start,
      maxLineBytes: this.#options.maxLineBytes,
      onState: (log, state) => {
        this.#moved = true
        this.#options.onState(log, state)
      },
    })
    this.#left.delete(path)
    this.#followers.set(path, { follower, pattern })
    this.#inputs = [...this.#inputs, follower]
    this.#moved = true
    follower.look()
  }

  #drop(follower: Follower): void {
    const position = follower.position()
    if (position) this.#left.set(follower.log, position)
    if (this.#left.size > MAX_FILES) this.#left.delete(this.#left.keys().next().value!)
    follower.close()
    this.#followers.delete(follower.log)
    this.#inputs = this.#inputs.filter((other) => other !== follower)
    this.#moved = true
  }

  /** A folder's names; none if it may not be read, as if nothing was in it. */
  #list(folder: string): readonly string[] {
    const known = this.#known(folder)
    if (known) return known
    try {
      const stat = this.#hands.files.stat(folder)
      if (stat?.kind !== 'folder') return []
      const listedAt = this.#hands.clock.now()
      const names = this.#hands.files.list(folder)
      if (this.#listings.size > MAX_FILES) this.#listings.clear()
      this.#listings.set(folder, { inode: stat.inode, modifiedMs: stat.modifiedMs, listedAt, names })
      return names
    } catch {
      return []
    }
  }

  /** The names as listed before, unless the folder's stamp changed or may have missed a change. */
  #known(folder: string): readonly string[] | undefined {
    const listing = this.#listings.get(folder)
    if (!listing || listing.modifiedMs >= listing.listedAt - STAMP_MS) return undefined
    try {
      const stat = this.#hands.files.stat(folder)
      return stat?.inode === listing.inode && stat.modifiedMs === listing.modifiedMs ? listing.names : undefined
    } catch {
      return undefined
    }
  }

  /** After a file was opened or dropped: which paths and folders matter now. */
  #index(): void {
    if (!this.#moved) return
    this.#moved = false
    this.#byPath = new Map()
    this.#byFolder = new Map()
    for (const follower of this.#inputs) {
      const paths = new Set([follower.log, follower.resolved])
      for (const path of paths) add(this.#byPath, path, follower)
      for (const folder of new Set([...paths].map(folderOf))) add(this.#byFolder, folder, follower)
    }
    const needed = new Set([...this.#byFolder.keys(), ...this.#sources.keys()])
    for (const [path, folder] of this.#folders) {
      if (needed.has(path)) continue
      folder.close()
      this.#folders.delete(path)
    }
    for (const path of needed) {
      if (this.#folders.has(path)) continue
      this.#folders.set(path, new Folder(this.#hands, path, (name) => this.#changed(path, name)))
      // What changed between the first look and the watch.
      for (const follower of this.#byFolder.get(path) ?? []) follower.look()
    }
  }

  #changed(folder: string, name: string | undefined): void {
    const concerned = name === undefined ? undefined : this.#byPath.get(`${folder === '/' ? '' : folder}/${name}`)
    if (concerned) for (const follower of concerned) follower.look()
    else {
      if (name === undefined || this.#sources.get(folder)?.(name)) this.#find()
      // A name of no log may be an old file that gets late lines.
      for (const follower of this.#byFolder.get(folder) ?? [])
        if (name === undefined || follower.drains) follower.look()
    }
    this.#index()
    if (this.#inputs.some(({ busy }) => busy)) this.#options.onBusy()
  }
}

function add(map: Map<string, Follower[]>, key: string, follower: Follower): void {
  const list = map.get(key)
  if (list) list.push(follower)
  else map.set(key, [follower])
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
