/**
 * Wake-ups of one folder, or of the nearest one above it that is there. Each change costs a call, so a folder with more
 * than a few in a moment is left alone for that moment and looked at as a whole after it, and again if that goes on: a
 * flood of 100,000 writes a second is read 100 times.
 */
import { asFault, type Fault } from '../base/fault.ts'
import type { Cancel, MonotonicMs } from '../world/clock.ts'
import type { Stat } from '../world/files.ts'
import type { Hands } from './input.ts'

export interface FolderOptions {
  /** A wake-up for one name, or for all in the folder. */
  readonly onChange: (name: string | undefined) => void
  /** The kernel has no watch to give: the folder is looked at instead. */
  readonly onBlind: (reason: Fault) => void
}

const MOMENT_MS = 20
/** Changes in a moment that are told one by one. A rotation is five; with 16, reading 10,000 lines a second took 1.6 times the CPU. */
const MAX_CHANGES = 8
/** Where the kernel has no watch to give: looked at this often, and asked for one again after so long. */
const BLIND_MS = 200
const ASK_AGAIN_MS = 60_000

export class Folder {
  readonly #hands: Hands
  readonly #path: string
  readonly #options: FolderOptions
  /** What is watched, or looked at: the folder, or one above it. */
  #at: { readonly path: string; readonly stat: Stat } | undefined
  #cancel: Cancel | undefined
  #resting: Cancel | undefined
  #since: MonotonicMs = 0
  #changes = 0
  #blindSince: MonotonicMs | undefined

  constructor(hands: Hands, path: string, options: FolderOptions) {
    this.#hands = hands
    this.#path = path
    this.#options = options
    this.check()
  }

  /** Watches anew if the path names another folder now. @returns whether it does */
  check(): boolean {
    if (this.#resting) return false
    const before = this.#at
    // A folder that was made before the one above it was watched is seen by the next look.
    for (let at = this.#nearest(); at && !this.#isWatched(at); at = this.#nearest()) {
      this.#cancel?.()
      this.#at = at
      this.#watch(at.path)
    }
    return this.#at !== before
  }

  close(): void {
    this.#cancel?.()
    this.#resting?.()
    this.#cancel = undefined
    this.#resting = undefined
  }

  #nearest(): { readonly path: string; readonly stat: Stat } | undefined {
    for (let path = this.#path; ; path = path.slice(0, path.lastIndexOf('/')) || '/') {
      const stat = this.#stat(path)
      if (stat) return { path, stat }
      if (path === '/') return undefined
    }
  }

  #stat(path: string): Stat | undefined {
    try {
      const stat = this.#hands.files.stat(path)
      return stat?.kind === 'folder' ? stat : undefined
    } catch {
      return undefined
    }
  }

  #isWatched({ path, stat }: { readonly path: string; readonly stat: Stat }): boolean {
    const at = this.#at
    if (!at || at.path !== path || at.stat.inode !== stat.inode || at.stat.device !== stat.device) return false
    return this.#blindSince === undefined || this.#hands.clock.monotonic() - this.#blindSince < ASK_AGAIN_MS
  }

  #watch(path: string): void {
    try {
      this.#cancel = this.#hands.files.watch(path, (name) => this.#changed(name))
      this.#blindSince = undefined
    } catch (thrown) {
      const reason = asFault(thrown, 'source.failed')
      this.#blindSince = this.#hands.clock.monotonic()
      this.#cancel = this.#hands.clock.every(BLIND_MS, () => this.#tell(undefined))
      if (reason.code !== 'file.absent') this.#options.onBlind(reason)
    }
  }

  #changed(name: string | undefined): void {
    const now = this.#hands.clock.monotonic()
    if (now - this.#since > MOMENT_MS) {
      this.#since = now
      this.#changes = 0
    }
    if (++this.#changes > MAX_CHANGES) this.#rest()
    else this.#tell(name)
  }

  #tell(name: string | undefined): void {
    const { path } = this.#at!
    const isHere = path === this.#path
    // Its own name, if it was moved away; the next one on the way to it, if it was made.
    const own = isHere ? lastOf(path) : this.#path.slice(path === '/' ? 1 : path.length + 1).split('/')[0]
    const isMoved = (name === undefined || name === own) && this.check()
    if (isHere || isMoved) this.#options.onChange(isMoved ? undefined : name)
  }

  #rest(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#at = undefined
    this.#resting = this.#hands.clock.after(MOMENT_MS, () => {
      this.#resting = undefined
      // If it goes on like this, the next rest comes after one change.
      this.#since = this.#hands.clock.monotonic()
      this.#changes = MAX_CHANGES - 1
      // Watch first, then look: what comes between is told.
      this.check()
      if (this.#at) this.#tell(undefined)
    })
  }
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
