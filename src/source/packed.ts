/**
 * Logs that gzip packed, to be read once: the past of a log, played again. One is unpacked at a time, the oldest first; its
 * position counts unpacked bytes, so that a restart goes on behind what was dealt with.
 */
import { asFault } from '../base/fault.ts'
import type { OpenFile } from '../world/files.ts'
import { admit } from './admit.ts'
import { checkPath } from './followed.ts'
import { expand } from './glob.ts'
import type { Hands, Input, LogState, OnState } from './input.ts'
import type { Mark, Position } from './position.ts'
import { Stream } from './stream.ts'

export interface PackedOptions {
  readonly onState: OnState
  readonly onBusy: () => void
  readonly position: (log: string) => Mark | undefined
}

/** The packed bytes that say which file it is. */
const HEAD_BYTES = 1024
const PIECE_BYTES = 64 * 1024
/** Files that are remembered as read. */
const MAX_READ = 5000

export class Packed {
  readonly #hands: Hands
  readonly #options: PackedOptions
  #patterns: readonly string[] = []
  /** By path: the inode of the file that is or was read. */
  readonly #read = new Map<string, number>()
  readonly #foreign = new Set<string>()
  #stream: Stream | undefined
  #inputs: readonly Input[] = []
  readonly #told = new Map<string, string>()

  constructor(hands: Hands, options: PackedOptions) {
    this.#hands = hands
    this.#options = options
  }

  /** What is read now. */
  get inputs(): readonly Input[] {
    return this.#inputs
  }

  /** @throws Fault `source.relative` for a path that is not absolute; then nothing has changed */
  want(patterns: readonly string[]): void {
    for (const pattern of patterns) checkPath(pattern)
    this.#patterns = patterns
    this.look()
  }

  /** Leaves a log to another process for good. */
  leave(log: string): void {
    this.#foreign.add(log)
    if (this.#stream?.log === log) this.#end()
  }

  /** Once a second: another file may have come, or the one that is read has ended. */
  look(): void {
    if (this.#stream?.hasEnded) this.#end()
    if (this.#stream || this.#patterns.length === 0) return
    for (const path of this.#oldestFirst()) if (!this.#stream) this.#open(path)
  }

  close(): void {
    this.#end()
    this.#patterns = []
  }

  #end(): void {
    this.#stream?.close()
    this.#stream = undefined
    this.#inputs = []
  }

  #oldestFirst(): string[] {
    const { files } = this.#hands
    const list = (folder: string) => attempt(() => files.list(folder)) ?? []
    const paths = new Set(this.#patterns.flatMap((pattern) => expand(pattern, list, files).paths))
    const age = (path: string) => attempt(() => files.stat(path)?.modifiedMs) ?? 0
    return [...paths].filter((path) => !this.#foreign.has(path)).sort((a, b) => age(a) - age(b))
  }

  #open(path: string): void {
    const { files, digest } = this.#hands
    try {
      // Told again only if it is another file.
      if (files.stat(path)?.inode === this.#read.get(path) && this.#read.has(path)) return
      const { file } = admit(files, path)
      const { device, inode } = file.stat()
      const bytes = new Uint8Array(HEAD_BYTES)
      const headBytes = file.read(bytes, 0)
      const known = { device, inode, head: digest.sha1(bytes.subarray(0, headBytes)), headBytes }
      if (this.#read.size >= MAX_READ) this.#read.clear()
      this.#read.set(path, inode)
      this.#stream = new Stream(path, bytesOf(file), {
        skip: dealtWith(this.#options.position(path), known),
        markOf: (offset) => ({ ...known, offset }),
        gunzip: files.gunzip,
        onState: (log, state) => {
          this.#tell(log, state)
          if (state.kind !== 'reading') this.look()
        },
        onBusy: this.#options.onBusy,
      })
      this.#inputs = [this.#stream]
    } catch (thrown) {
      const reason = asFault(thrown, 'source.failed')
      const kind = reason.code === 'file.denied' ? 'denied' : reason.code === 'file.absent' ? 'pending' : 'refused'
      this.#tell(path, { kind, reason })
    }
  }

  #tell(log: string, state: LogState): void {
    const key = 'reason' in state ? `${state.kind} ${state.reason.code}` : state.kind
    if (this.#told.get(log) === key) return
    if (this.#told.size >= MAX_READ) this.#told.clear()
    this.#told.set(log, key)
    this.#options.onState(log, state)
  }
}

function dealtWith(mark: Mark | undefined, file: Omit<Position, 'offset'>): number {
  if (!mark || !('inode' in mark)) return 0
  return mark.inode === file.inode && mark.head === file.head ? mark.offset : 0
}

async function* bytesOf(file: OpenFile): AsyncIterable<Uint8Array> {
  try {
    for (let offset = 0; ; ) {
      const piece = new Uint8Array(PIECE_BYTES)
      const length = file.read(piece, offset)
      if (length === 0) return
      offset += length
      yield piece.subarray(0, length)
    }
  } finally {
    file.close()
  }
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
