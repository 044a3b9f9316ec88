/**
 * Follows one log through all that befalls its file: absence, rotation, truncation, replacement. Each line is handed on
 * once, as far as the files tell: the old file is read to its end before the new one, and for late writes after it.
 */
import { asFault, Fault } from '../base/fault.ts'
import type { MonotonicMs } from '../world/clock.ts'
import type { Stat } from '../world/files.ts'
import { admit } from './admit.ts'
import type { Chunk } from './chunk.ts'
import type { Hands, Input, LogState, OnState, Start } from './input.ts'
import { type Lines, LogFile } from './log-file.ts'
import { laterThan, type Past, pastOf } from './past.ts'
import type { Position } from './position.ts'

/** A line longer than this is handed on as its first bytes. Source: the bound of R22 in the list of faults. */
export const MAX_LINE_BYTES = 65536
/** How long an old file must be quiet before it is closed: nginx writes to it until it is told to open the new one. */
const GRACE_MS = 10_000
/** Between a rotation's rename and its create nobody needs to hear that the log is missing. */
const ABSENT_MS = 1000
/** Open files that were rotated away, of one log. */
const MAX_OLD = 32
/** Positions of closed files that are remembered, of one log. */
const MAX_GIVEN = 8
/** A file with another inode is taken for a copy only if more than a banner is the same. */
const MIN_COPY_BYTES = 256

/** What is no log, and stays none until somebody changes it; `file.link` is a link that leads in a circle. */
const REFUSED: readonly string[] = ['source.no-file', 'source.foreign-link', 'file.link']

export interface FollowOptions {
  readonly start: Start | Position
  readonly onState: OnState
  readonly maxLineBytes?: number
}

interface Old {
  readonly file: LogFile
  quietSince: MonotonicMs
}

export class Follower implements Input {
  readonly log: string
  cutLines = 0
  /** Last lines that never got their newline before their file was given up: a cut address is worse than none. */
  unfinishedLines = 0
  /** The log's path with all links resolved, as last opened. */
  resolved: string
  readonly #hands: Hands
  readonly #options: FollowOptions
  readonly #maxLine: number
  #start: Start | Position
  #current: LogFile | undefined
  #old: Old[] = []
  /** Where closed files were left, newest last: a link may be switched back to one. */
  #given: readonly Position[] = []
  #goneSince: MonotonicMs | undefined
  #told: LogState | undefined

  /** @param log an absolute path */
  constructor(hands: Hands, log: string, options: FollowOptions) {
    this.log = log
    this.resolved = log
    this.#hands = hands
    this.#options = options
    this.#maxLine = options.maxLineBytes ?? MAX_LINE_BYTES
    this.#start = options.start
  }

  get busy(): boolean {
    return (this.#current?.busy ?? false) || this.#old.some(({ file }) => file.busy)
  }

  /** Whether any file of the log is open. */
  get holds(): boolean {
    return this.#current !== undefined || this.#old.length > 0
  }

  /** Whether old files are kept open for late lines. */
  get drains(): boolean {
    return this.#old.length > 0
  }

  look(): void {
    this.#lookAtPath()
    if (this.#old.length === 0) return
    const now = this.#hands.clock.monotonic()
    for (const old of [...this.#old]) {
      if (this.#notice(old.file)) old.quietSince = now
      if (!old.file.busy && now - old.quietSince > GRACE_MS) this.#give(old)
    }
  }

  read(buffer: Uint8Array): Chunk | undefined {
    for (;;) {
      const file = this.#old.find((old) => old.file.busy)?.file ?? this.#current
      if (!file?.busy) return undefined
      const lines = this.#attempt(file, buffer)
      if (lines === 'rewritten') this.#rewritten(file)
      else if (lines) return this.#chunk(lines)
      else if (file.busy) return undefined
    }
  }

  /** Where reading goes on, with the old files that may still get late lines; undefined if nothing was ever open. */
  position(): Position | undefined {
    const files = this.#old.map(({ file }) => file)
    const main = this.#current ?? files.pop()
    if (!main) return typeof this.#start === 'object' ? this.#start : undefined
    if (files.length === 0) return main.position()
    // Of an empty file only its inode is known, which another file may have by then.
    const before = files.filter(({ offset }) => offset > 0).map((file) => file.position())
    return { ...main.position(), before }
  }

  close(): void {
    for (const { file } of this.#old) file.close()
    this.#current?.close()
    this.#old = []
    this.#current = undefined
  }

  #lookAtPath(): void {
    let stat: Stat | undefined
    try {
      stat = this.#hands.files.stat(this.log)
    } catch (thrown) {
      // The folder may not be searched any more: what is open is still the log.
      if (this.#current) this.#notice(this.#current)
      else this.#wait(asFault(thrown, 'source.failed'))
      return
    }
    if (this.#current && stat && this.#current.is(stat)) {
      this.#current.notice(stat)
      return
    }
    if (this.#current) this.#retire(this.#current)
    if (stat) this.#open()
    else this.#absent()
  }

  #absent(): void {
    const now = this.#hands.clock.monotonic()
    this.#goneSince ??= now
    if (this.#start === 'end') this.#start = 'begin' // All that will stand there is new.
    const wasThere = this.#told?.kind === 'reading' || this.#told?.kind === 'rotated'
    if (wasThere && now - this.#goneSince < ABSENT_MS) return
    this.#wait(new Fault('file.absent', `${this.log} does not exist`, { at: { file: this.log } }))
  }

  #open(): void {
    const { files, digest } = this.#hands
    try {
      const { file, path } = admit(files, this.log)
      this.resolved = path
      this.#adopt(new LogFile(file, digest, this.#maxLine))
    } catch (thrown) {
      this.#wait(asFault(thrown, 'source.failed'))
    }
  }

  #adopt(file: LogFile): void {
    // Moved away and back: the file that is open already knows how far it was read.
    const known = this.#old.find((old) => old.file.device === file.device && old.file.inode === file.inode)
    if (known) {
      file.close()
      this.#old = this.#old.filter((old) => old !== known)
    } else if (this.#start === 'end') file.startAtEnd()
    else if (this.#start !== 'begin') this.#resume(file, this.#start)
    else {
      this.#goOn(file)
      this.#between()
    }
    this.#current = known?.file ?? file
    this.#notice(this.#current)
    this.#start = 'begin'
    this.#goneSince = undefined
    this.#tell({ kind: 'reading' })
  }

  /** Where it was left, if it was read before. */
  #goOn(file: LogFile): void {
    this.#given.find((position) => position.inode === file.inode && file.startAt(position))
  }

  /** Files that came and went between two looks: they were rotated away after the one that was open. */
  #between(): void {
    const last = this.#old.at(-1)?.file
    if (!last) return
    const past = pastOf(this.#hands.files, this.resolved)
    const one = past.find(({ inode }) => inode === last.inode)
    if (!one) return
    const later = this.#later(past, one)
    for (const file of later) this.#goOn(file)
    this.#keep(later)
  }

  /** Goes on at a saved position: in this file, or first in the files that it was rotated to. */
  #resume(file: LogFile, position: Position): void {
    const past = pastOf(this.#hands.files, this.resolved)
    for (const before of position.before ?? []) this.#keep(this.#rest(before, past, 'moved').slice(0, 1))
    // The inode comes first: a new file may well begin with the same lines.
    if (file.inode === position.inode && file.startAt(position)) return
    const moved = this.#rest(position, past, 'moved or written anew')
    if (moved.length > 0) this.#keep(moved)
    else if (position.offset < MIN_COPY_BYTES || !file.startAt(position))
      this.#keep(this.#rest(position, past, 'copied'))
  }

  /** The past file that holds what was read up to the position, placed there, and those that came after it. */
  #rest(position: Position, past: readonly Past[], how: 'moved' | 'moved or written anew' | 'copied'): LogFile[] {
    if (how === 'copied' && position.offset < MIN_COPY_BYTES) return []
    for (const one of past) {
      if (how !== 'copied' && one.inode !== position.inode) continue
      const file = this.#openPast(one.path)
      // Truncated before it was moved, or another file with the inode of a deleted one: all of it is new.
      if (file?.startAt(position) || (file && how === 'moved or written anew')) return [file, ...this.#later(past, one)]
      file?.close()
    }
    return []
  }

  #later(past: readonly Past[], one: Past): LogFile[] {
    const files = laterThan(past, one).map(({ path }) => this.#openPast(path))
    return files.filter((file) => file !== undefined)
  }

  #openPast(path: string): LogFile | undefined {
    try {
      const { file } = admit(this.#hands.files, path)
      return new LogFile(file, this.#hands.digest, this.#maxLine)
    } catch {
      return undefined // Rotated on, packed or removed in this moment: its lines are out of reach.
    }
  }

  #keep(files: readonly LogFile[]): void {
    for (const file of files) {
      if (this.#old.some((old) => old.file.inode === file.inode && old.file.device === file.device)) file.close()
      else this.#old.push({ file, quietSince: this.#hands.clock.monotonic() })
    }
    while (this.#old.length > MAX_OLD) this.#give(this.#old.find((old) => !old.file.busy) ?? this.#old[0]!)
  }

  #retire(file: LogFile): void {
    this.#notice(file)
    this.#current = undefined
    this.#keep([file])
    this.#tell({ kind: 'rotated', how: 'renamed' })
  }

  #give(old: Old): void {
    // If the path names nothing now, what is written to the old file meanwhile is looked for when it does again.
    if (!this.#current && this.#old.at(-1) === old) this.#start = this.position() ?? 'begin'
    this.#given = [...this.#given.slice(1 - MAX_GIVEN), old.file.position()]
    if (old.file.unfinished > 0) this.unfinishedLines++
    this.#old = this.#old.filter((other) => other !== old)
    old.file.close()
  }

  #notice(file: LogFile): boolean {
    try {
      return file.notice(file.stat())
    } catch {
      file.busy = true // The read tells what is wrong with it.
      return false
    }
  }

  #attempt(file: LogFile, buffer: Uint8Array): Lines | 'rewritten' | undefined {
    try {
      return file.read(buffer)
    } catch (thrown) {
      const fault = asFault(thrown, 'source.failed')
      if (fault.code === 'source.small-buffer') throw fault
      this.#fail(file, fault)
      return undefined
    }
  }

  /** A file that cannot be read is closed and opened anew at the next look. */
  #fail(file: LogFile, fault: Fault): void {
    if (file === this.#current) {
      this.#start = this.position() ?? 'begin'
      this.#current = undefined
      this.#wait(fault)
    }
    this.#old = this.#old.filter((old) => old.file !== file)
    file.busy = false
    file.close()
  }

  /** Truncated. If a copy was made of it before, the copy holds what was not read in time. */
  #rewritten(file: LogFile): void {
    if (file === this.#current) {
      const past = pastOf(this.#hands.files, this.resolved)
      const [copy, ...others] = this.#rest(file.position(), past, 'copied')
      for (const other of others) other.close()
      if (copy) this.#keep([copy])
    }
    file.startAtBegin()
    if (file === this.#current) {
      this.#tell({ kind: 'rotated', how: 'truncated' })
      this.#tell({ kind: 'reading' })
    }
  }

  #chunk({ bytes, offset, cut }: Lines): Chunk {
    if (cut) this.cutLines++
    return { log: this.log, bytes, offset, end: this.position()!, cutLines: this.cutLines }
  }

  #wait(reason: Fault): void {
    if (reason.code === 'file.denied') this.#tell({ kind: 'denied', reason })
    else if (REFUSED.includes(reason.code)) this.#tell({ kind: 'refused', reason })
    else this.#tell({ kind: 'pending', reason })
  }

  /** Each state once, not at every look. */
  #tell(state: LogState): void {
    if (stateKey(state) === stateKey(this.#told)) return
    this.#told = state
    this.#options.onState(this.log, state)
  }
}

function stateKey(state: LogState | undefined): string {
  if (!state) return ''
  return 'reason' in state ? `${state.kind} ${state.reason.code}` : state.kind
}
