/**
 * Follows one log through all that befalls its file: absence, rotation, truncation, replacement. Each line is handed on
 * once, as far as the files tell: the old file is read to its end before the new one, and for late writes after it.
 */
import { asFault, Fault } from '../base/fault.ts'
import type { MonotonicMs } from '../world/clock.ts'
import type { Stat } from '../world/files.ts'
import { admit } from './admit.ts'
import type { Chunk } from './chunk.ts'
import { Family, type FileId, type Member } from './family.ts'
import type { Hands, Input, LogState, OnState, Start } from './input.ts'
import { MAX_LINE_BYTES } from './lines.ts'
import { type Lines, LogFile } from './log-file.ts'
import { MIN_COPY_BYTES, PastFiles } from './past-files.ts'
import type { Position } from './position.ts'
import type { IsOld } from './seek.ts'

/** How long an old file must be quiet before it is closed: nginx writes to it until it is told to open the new one. */
const GRACE_MS = 10_000
/** Between a rotation's rename and its create nobody needs to hear that the log is missing. */
const ABSENT_MS = 1000
/** Open files that were rotated away, of one log. */
const MAX_OLD = 32
/** What is no log, and stays none until somebody changes it; `file.link` is a link that leads in a circle. */
const REFUSED: readonly string[] = ['source.no-file', 'source.foreign-link', 'file.link']

export interface FollowOptions {
  readonly start: Start | Position
  readonly onState: OnState
  readonly maxLineBytes?: number
  /** The logs that come with this one by a pattern. */
  readonly family?: Family
  /** Of a line of the past. */
  readonly isOld?: IsOld
}

interface Old {
  readonly file: LogFile
  quietSince: MonotonicMs
}

export class Follower implements Input, Member {
  readonly log: string
  cutLines = 0
  /** Last lines that never got their newline before their file was given up: a cut address is worse than none. */
  unfinishedLines = 0
  /** The log's path with all links resolved, as last opened. */
  resolved: string
  readonly #hands: Hands
  readonly #options: FollowOptions
  readonly #maxLine: number
  readonly #family: Family
  readonly #past: PastFiles
  #start: Start | Position
  #isFirst = true
  #current: LogFile | undefined
  #old: Old[] = []
  /** Whether the last of the old files holds what stood here before. */
  #followsOld = false
  #goneSince: MonotonicMs | undefined
  #told: LogState | undefined

  /** @param log an absolute path */
  constructor(hands: Hands, log: string, options: FollowOptions) {
    this.log = log
    this.resolved = log
    this.#hands = hands
    this.#options = options
    this.#maxLine = options.maxLineBytes ?? MAX_LINE_BYTES
    this.#family = options.family ?? new Family()
    this.#past = new PastFiles(hands, { family: this.#family, member: this, maxLine: this.#maxLine })
    this.#start = options.start
    this.#family.join(this)
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

  has(file: FileId): 'by name' | 'rotated' | undefined {
    if (this.#old.some((old) => old.file.is(file))) return 'rotated'
    if (!this.#current?.is(file)) return undefined
    return this.#isNamed(this.#current) ? 'by name' : 'rotated'
  }

  handOver(file: FileId): LogFile | undefined {
    const old = this.#old.find((one) => one.file.is(file))
    this.#old = this.#old.filter((one) => one !== old)
    if (old || !this.#current?.is(file)) return old?.file
    const current = this.#current
    this.#current = undefined
    this.#tell({ kind: 'rotated', how: 'renamed' })
    return current
  }

  close(): void {
    this.#family.part(this)
    for (const file of [...this.#old.map((old) => old.file), ...(this.#current ? [this.#current] : [])]) {
      this.#family.leave(file.position())
      file.close()
    }
    this.#old = []
    this.#current = undefined
  }

  #isNamed(file: LogFile): boolean {
    try {
      const stat = this.#hands.files.stat(this.log)
      return stat !== undefined && file.is(stat)
    } catch {
      return false
    }
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
      const wasBlank = this.#current.isBlank
      // Since it was truncated it may have been written, copied and truncated again.
      if (this.#current.notice(stat) && wasBlank && this.#followsOld) this.#between(this.#current)
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
    const known = this.#known(file)
    if (known) file.close()
    else if (typeof this.#start === 'object') this.#resume(file, this.#start)
    else if (this.#family.placeWhereLeft(file)) this.#between(file)
    else if (this.#start === 'end') file.startAtEnd()
    else this.#between(file)
    // What a rotation brings is new, whatever it says.
    if (this.#isFirst && !known && this.#options.isOld) file.passOld(this.#options.isOld)
    this.#isFirst = false
    this.#current = known ?? file
    this.#notice(this.#current)
    this.#start = 'begin'
    this.#goneSince = undefined
    this.#tell({ kind: 'reading', mark: this.position()! })
  }

  /** The file if it is open already, moved away and back or from another log's name to this one: it knows how far it was read. */
  #known(file: LogFile): LogFile | undefined {
    try {
      return this.has(file) ? this.handOver(file) : this.#family.take(file, this)
    } catch (thrown) {
      file.close()
      throw thrown
    }
  }

  /** Files that came and went between two looks: they were rotated away after the one that was open. */
  #between(present: LogFile): void {
    const last = this.#old.at(-1)?.file
    if (last) this.#keep(without(this.#past.after(this.resolved, last), present))
  }

  /** Goes on at a saved position: in this file, or first in the files that it was rotated to. */
  #resume(file: LogFile, position: Position): void {
    const before = position.before?.map((one) => this.#past.itself(this.resolved, one)) ?? []
    this.#keep(before.filter((one) => one !== undefined))
    // The inode comes first: a new file may well begin with the same lines.
    if (file.inode === position.inode && file.startAt(position)) return
    const isKnown = this.#family.placeWhereLeft(file)
    const moved = this.#past.from(this.resolved, position, 'moved or written anew')
    if (moved.length > 0) this.#keep(moved)
    else if (!isKnown && (position.headBytes < MIN_COPY_BYTES || !file.startAt(position))) {
      this.#keepCopies(this.#past.from(this.resolved, position, 'copied'), file)
    }
  }

  /** What was read before stands in the first of them, and what came between that and the present in the others. */
  #keepCopies([first, ...later]: readonly LogFile[], present: LogFile): void {
    if (first) this.#keep([first, ...without(later, present)])
  }

  #keep(files: readonly LogFile[]): void {
    for (const file of files) {
      if (this.#old.some((old) => old.file.is(file))) file.close()
      else this.#old.push({ file, quietSince: this.#hands.clock.monotonic() })
    }
    while (this.#old.length > MAX_OLD) this.#give(this.#old.find((old) => !old.file.busy) ?? this.#old[0]!)
  }

  #retire(file: LogFile): void {
    this.#notice(file)
    this.#current = undefined
    this.#followsOld = true
    this.#keep([file])
    this.#tell({ kind: 'rotated', how: 'renamed' })
  }

  #give(old: Old): void {
    // If the path names nothing now, what is written to the old file meanwhile is looked for when it does again.
    if (!this.#current && this.#old.at(-1) === old) this.#start = this.position() ?? 'begin'
    this.#family.leave(old.file.position())
    if (old.file.unread > 0) this.unfinishedLines++
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

  /** Truncated. If a copy was made of it before, the copy holds what was not read in time, and so do later ones. */
  #rewritten(file: LogFile): void {
    const position = file.position()
    const copies = file === this.#current ? this.#past.from(this.resolved, position, 'copied') : []
    file.startAtBegin()
    this.#keepCopies(copies, file)
    if (file === this.#current) {
      this.#followsOld = copies.length > 0 || (this.#followsOld && position.offset === 0)
      this.#tell({ kind: 'rotated', how: 'truncated' })
      this.#tell({ kind: 'reading' })
    }
  }

  #chunk({ bytes, offset, cut }: Lines): Chunk {
    if (cut) this.cutLines++
    return { log: this.log, bytes, offset, end: this.position()!, cutLines: this.cutLines, behind: this.#behind() }
  }

  #behind(): number {
    const old = this.#old.map(({ file }) => file)
    const files = this.#current ? [...old, this.#current] : old
    return files.reduce((sum, { busy, unread }) => sum + (busy ? unread : 0), 0)
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

/** A copy that is being made, before its log is truncated, would bring what is read in the log itself. */
function without(files: readonly LogFile[], present: LogFile): LogFile[] {
  const copies = files.filter((file) => file.isCopyOf(present))
  for (const copy of copies) copy.close()
  return files.filter((file) => !copies.includes(file))
}

function stateKey(state: LogState | undefined): string {
  if (!state) return ''
  return 'reason' in state ? `${state.kind} ${state.reason.code}` : state.kind
}
