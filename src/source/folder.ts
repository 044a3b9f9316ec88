/**
 * Wake-ups of one folder. Each change costs a call, so a folder with more than a few in a moment is left alone for that
 * moment and looked at as a whole after it, and again if that goes on: a flood of 100,000 writes a second is read 100 times.
 */
import type { Cancel, MonotonicMs } from '../world/clock.ts'
import type { Stat } from '../world/files.ts'
import type { Hands } from './input.ts'

/** A wake-up for one name, or for all in the folder. */
export type OnChange = (name: string | undefined) => void

const MOMENT_MS = 20
/** Changes in a moment that are told one by one. A rotation is five; with 16, reading 10,000 lines a second took 1.6 times the CPU. */
const MAX_CHANGES = 8
/** Where the kernel has no watch to give (limit of watches, a file system without): looked at this often. */
const BLIND_MS = 200

export class Folder {
  readonly #hands: Hands
  readonly #path: string
  readonly #onChange: OnChange
  #watched: Stat | undefined
  #cancel: Cancel | undefined
  #resting: Cancel | undefined
  #since: MonotonicMs = 0
  #changes = 0

  constructor(hands: Hands, path: string, onChange: OnChange) {
    this.#hands = hands
    this.#path = path
    this.#onChange = onChange
    this.check()
  }

  /** Watches anew if the path names another folder now. */
  check(): void {
    if (this.#resting) return
    const stat = this.#stat()
    if (stat && this.#watched && stat.inode === this.#watched.inode && stat.device === this.#watched.device) return
    this.#cancel?.()
    this.#cancel = undefined
    this.#watched = stat
    if (stat) this.#watch()
  }

  close(): void {
    this.#cancel?.()
    this.#resting?.()
    this.#cancel = undefined
    this.#resting = undefined
  }

  #stat(): Stat | undefined {
    try {
      const stat = this.#hands.files.stat(this.#path)
      return stat?.kind === 'folder' ? stat : undefined
    } catch {
      return undefined
    }
  }

  #watch(): void {
    try {
      this.#cancel = this.#hands.files.watch(this.#path, (name) => this.#changed(name))
    } catch {
      this.#cancel = this.#hands.clock.every(BLIND_MS, () => this.#onChange(undefined))
    }
  }

  #changed(name: string | undefined): void {
    const now = this.#hands.clock.monotonic()
    if (now - this.#since > MOMENT_MS) {
      this.#since = now
      this.#changes = 0
    }
    if (++this.#changes > MAX_CHANGES) this.#rest()
    else this.#onChange(name)
  }

  #rest(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#watched = undefined
    this.#resting = this.#hands.clock.after(MOMENT_MS, () => {
      this.#resting = undefined
      // If it goes on like this, the next rest comes after one change.
      this.#since = this.#hands.clock.monotonic()
      this.#changes = MAX_CHANGES - 1
      // Watch first, then look: what comes between is told.
      this.check()
      this.#onChange(undefined)
    })
  }
}
