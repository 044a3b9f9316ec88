/**
 * A journal as a log: `journalctl --follow` runs as a child and is read in its export format. Each entry is one line; the
 * cursor is the position. When the child ends it is started again behind the last entry; where that entry is gone, rotated
 * away or never there, at the first one that came after it.
 */
import { Fault } from '../base/fault.ts'
import type { Cancel, EpochMs } from '../world/clock.ts'
import type { Child } from '../world/run.ts'
import type { Chunk } from './chunk.ts'
import { type Entry, ExportReader } from './export-format.ts'
import { expand } from './glob.ts'
import type { Hands, Input, LogState, OnState, Start } from './input.ts'
import { checkMatches, type JournalChoice, journalArguments } from './journal-arguments.ts'
import { entryLine, LINE_FIELDS } from './journal-line.ts'
import { MAX_LINE_BYTES } from './lines.ts'
import type { Cursor } from './position.ts'

export interface JournalOptions {
  readonly start: Start | Cursor
  /** With `end`: entries from this long before come too; what is older is of no use, also behind a cursor. */
  readonly backMs?: number
  readonly onState: OnState
  /** There is something to read. */
  readonly onBusy: () => void
  readonly maxLineBytes?: number
}

/** Lines that wait to be read; at the first the child is held back, at the second it goes on. */
const MAX_WAITING_BYTES = 1024 * 1024
const FEW_WAITING_BYTES = 256 * 1024
const MIN_PAUSE_MS = 1000
const MAX_PAUSE_MS = 5000
/** A child that lives this long works: then it is told, and the next pause is short again. */
const WORKS_MS = 500
/** From the moment that a file is seen to have been rotated until journalctl is started anew. */
const RENEW_MS = 500

interface Waiting {
  readonly bytes: Uint8Array
  readonly cursor: string
}

export class Journal implements Input {
  readonly log: string
  cutLines = 0
  readonly #hands: Hands
  readonly #choice: JournalChoice
  readonly #options: JournalOptions
  readonly #maxLine: number
  #since: EpochMs
  #start: Start | Cursor
  /** The entry that was handed on last: journalctl begins with it, if it is still there. */
  #last: string | undefined
  /** What the names of the files meant when the child was started: a rotation gives a name another file. */
  #opened = ''
  #isRenewing = false
  #child: Child | undefined
  #timer: Cancel | undefined
  #pauseMs = MIN_PAUSE_MS
  #held = false
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #handedBytes = 0
  #handedCursor: string | undefined
  #told = ''
  #closed = false

  /** @throws Fault `source.bad-match` if a match is none */
  constructor(hands: Hands, name: string, choice: JournalChoice, options: JournalOptions) {
    checkMatches(choice.matches ?? [])
    this.log = `journal:${name}`
    this.#hands = hands
    this.#choice = choice
    this.#options = options
    this.#maxLine = options.maxLineBytes ?? MAX_LINE_BYTES
    this.#since = hands.clock.now() - (options.backMs ?? 0)
    this.#start = options.start
    if (typeof this.#start === 'object') {
      this.#last = this.#start.cursor
      if (options.backMs !== undefined && (timeOf(this.#start) ?? this.#since) < this.#since) this.#start = 'end'
    }
    this.#run()
  }

  get busy(): boolean {
    return this.#waiting.length > 0
  }

  /** journalctl does not notice that a name which it was given means another file now. */
  look(): void {
    if (this.#isRenewing || this.#closed || this.#fileKey() === this.#opened) return
    const child = this.#child
    if (!child) {
      this.#timer?.()
      this.#run()
      return
    }
    this.#isRenewing = true
    // What was written to the old file until just now is still on its way.
    this.#hands.clock.after(RENEW_MS, () => child.kill('SIGTERM'))
  }

  /** Where reading would go on now. */
  position(): Cursor | undefined {
    const cursor =
      this.#handedCursor ?? (typeof this.#options.start === 'object' ? this.#options.start.cursor : undefined)
    return cursor === undefined ? undefined : { cursor }
  }

  read(buffer: Uint8Array): Chunk | undefined {
    const [first] = this.#waiting
    if (!first) return undefined
    if (first.bytes.length > buffer.length)
      throw new Fault('source.small-buffer', `a buffer of ${buffer.length} bytes cannot hold the longest line`)
    let filled = 0
    let taken = 0
    let cursor = first.cursor
    for (const line of this.#waiting) {
      if (filled + line.bytes.length > buffer.length) break
      buffer.set(line.bytes, filled)
      filled += line.bytes.length
      cursor = line.cursor
      taken++
    }
    this.#waiting = this.#waiting.slice(taken)
    this.#waitingBytes -= filled
    if (this.#held && this.#waitingBytes < FEW_WAITING_BYTES) this.#hold(false)
    const offset = this.#handedBytes
    this.#handedBytes += filled
    this.#handedCursor = cursor
    return { log: this.log, bytes: buffer.subarray(0, filled), offset, end: { cursor }, cutLines: this.cutLines }
  }

  close(): void {
    this.#closed = true
    this.#timer?.()
    this.#child?.kill('SIGTERM')
    this.#waiting = []
  }

  #run(): void {
    const reader = new ExportReader(['__CURSOR', ...LINE_FIELDS], this.#maxLine + 1, (entry) => this.#entry(entry))
    let said = ''
    this.#isRenewing = false
    this.#opened = this.#fileKey()
    const child = this.#hands.run.start(journalArguments(this.#choice, this.#start, this.#since), {
      onOut: (bytes) => this.#arrived(reader, bytes),
      onErr: (bytes) => {
        if (said.length < 500) said += new TextDecoder().decode(bytes.subarray(0, 500))
      },
    })
    child.endInput()
    this.#child = child
    this.#held = false
    this.#timer = this.#hands.clock.after(WORKS_MS, () => this.#works())
    void child.ended.then((code) => this.#ended(code, said))
  }

  #arrived(reader: ExportReader, bytes: Uint8Array): void {
    if (this.#closed) return
    reader.push(bytes)
    if (!this.#held && this.#waitingBytes > MAX_WAITING_BYTES) this.#hold(true)
    if (this.busy) this.#options.onBusy()
  }

  #entry(entry: Entry): void {
    const cursor = new TextDecoder().decode(entry.get('__CURSOR'))
    if (cursor === '') return
    this.#works()
    if (cursor === this.#last) return
    this.#last = cursor
    this.#start = { cursor }
    const line = entryLine(entry, this.#maxLine)
    if (!line) return
    if (line.cut) this.cutLines++
    this.#waiting.push({ bytes: line.bytes, cursor })
    this.#waitingBytes += line.bytes.length
  }

  #works(): void {
    this.#pauseMs = MIN_PAUSE_MS
    this.#tell({ kind: 'reading' })
  }

  #hold(held: boolean): void {
    this.#held = held
    if (held) this.#child?.pause()
    else this.#child?.resume()
  }

  #ended(code: number, said: string): void {
    this.#timer?.()
    this.#child = undefined
    if (this.#closed) return
    if (this.#isRenewing) {
      this.#run()
      return
    }
    if (/cursor/i.test(said)) this.#goByTime()
    const why =
      code === 127 && said === '' ? 'journalctl is not installed' : `journalctl ended (${code}) ${said.trim()}`
    this.#tell({
      kind: 'pending',
      reason: new Fault('source.journal-ended', why.trim(), { hint: 'it is started again by itself' }),
    })
    this.#timer = this.#hands.clock.after(this.#pauseMs, () => this.#run())
    this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2)
  }

  /** A cursor that journalctl cannot read, as another version may have written it. */
  #goByTime(): void {
    this.#since = (typeof this.#start === 'object' ? timeOf(this.#start) : undefined) ?? this.#since
    this.#start = 'end'
  }

  #fileKey(): string {
    const { files } = this.#hands
    const list = (folder: string) => attempt(() => files.list(folder)) ?? []
    const paths = (this.#choice.files ?? []).flatMap((pattern) => expand(pattern, list, files).paths)
    if (this.#choice.folder !== undefined) paths.push(this.#choice.folder)
    return paths.map((path) => `${path} ${attempt(() => files.stat(path)?.inode)}`).join('\n')
  }

  #tell(state: LogState): void {
    if (state.kind === this.#told) return
    this.#told = state.kind
    this.#options.onState(this.log, state)
  }
}

/** When its entry was written; undefined for a cursor that does not say. */
function timeOf({ cursor }: Cursor): EpochMs | undefined {
  const micros = /(?:^|;)t=([0-9a-f]{1,14})(?:;|$)/.exec(cursor)?.[1]
  return micros === undefined ? undefined : Number.parseInt(micros, 16) / 1000
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
