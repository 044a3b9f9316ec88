/**
 * A journal as a log: `journalctl --follow` runs as a child and is read in its export format. Each entry is one line; the
 * cursor is the position. When the child ends it is started again behind the last entry.
 */
import { Fault } from '../base/fault.ts'
import type { Cancel, EpochMs } from '../world/clock.ts'
import type { Child } from '../world/run.ts'
import type { Chunk } from './chunk.ts'
import { type Entry, ExportReader } from './export-format.ts'
import { MAX_LINE_BYTES } from './follow.ts'
import type { Hands, Input, LogState, OnState, Start } from './input.ts'
import { ENTRY_FIELDS, entryLine } from './journal-line.ts'
import type { Cursor } from './position.ts'

/** Which entries of which journal. */
export interface JournalChoice {
  /** journalctl's: `FIELD=value` (all must hold, of one field any), `+` between alternatives. */
  readonly matches?: readonly string[]
  /** Instead of the system's journal. */
  readonly files?: readonly string[]
  readonly folder?: string
  readonly namespace?: string
}

export interface JournalOptions {
  readonly start: Start | Cursor
  /** With `end`: entries from this long before come too. */
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
const MAX_PAUSE_MS = 60_000
/** A child that lives this long works: then it is told, and the next pause is short again. */
const WORKS_MS = 500

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
  readonly #since: EpochMs
  #start: Start | Cursor
  #child: Child | undefined
  #timer: Cancel | undefined
  #pauseMs = MIN_PAUSE_MS
  #held = false
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #handedBytes = 0
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
    this.#run()
  }

  get busy(): boolean {
    return this.#waiting.length > 0
  }

  look(): void {}

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
    return { log: this.log, bytes: buffer.subarray(0, filled), offset, end: { cursor }, cutLines: this.cutLines }
  }

  close(): void {
    this.#closed = true
    this.#timer?.()
    this.#child?.kill('SIGTERM')
    this.#waiting = []
  }

  #run(): void {
    const reader = new ExportReader(['__CURSOR', '__REALTIME_TIMESTAMP', ...ENTRY_FIELDS], this.#maxLine + 1, (entry) =>
      this.#entry(entry),
    )
    let said = ''
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
    const why =
      code === 127 && said === '' ? 'journalctl is not installed' : `journalctl ended (${code}) ${said.trim()}`
    this.#tell({
      kind: 'pending',
      reason: new Fault('source.journal-ended', why.trim(), { hint: 'it is started again by itself' }),
    })
    this.#timer = this.#hands.clock.after(this.#pauseMs, () => this.#run())
    this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2)
  }

  #tell(state: LogState): void {
    if (state.kind === this.#told) return
    this.#told = state.kind
    this.#options.onState(this.log, state)
  }
}

/** The whole command line. Values never stand where journalctl looks for options. */
export function journalArguments(choice: JournalChoice, start: Start | Cursor, since: EpochMs): string[] {
  const argv = ['journalctl', '--follow', '--quiet', '--no-pager', '--output=export']
  argv.push(`--output-fields=${ENTRY_FIELDS.join(',')}`)
  if (typeof start === 'object') argv.push('--no-tail', `--after-cursor=${start.cursor}`)
  else if (start === 'begin') argv.push('--no-tail')
  // By the time, not by `--lines=0`: a child that ends before the first entry leaves no gap.
  else argv.push('--no-tail', `--since=@${(since / 1000).toFixed(3)}`)
  for (const file of choice.files ?? []) argv.push(`--file=${file}`)
  if (choice.folder !== undefined) argv.push(`--directory=${choice.folder}`)
  if (choice.namespace !== undefined) argv.push(`--namespace=${choice.namespace}`)
  // Entries of users' own journals are not asked for, as Fail2ban does not.
  if (!choice.files?.length && choice.folder === undefined) argv.push('--system')
  return [...argv, '--', ...(choice.matches ?? [])]
}

/** @throws Fault `source.bad-match` */
export function checkMatches(matches: readonly string[]): void {
  for (const match of matches) {
    if (match === '+' || match.startsWith('/') || /^[A-Z0-9_]{1,64}=/.test(match)) continue
    throw new Fault('source.bad-match', `"${match}" is not a match of a journal`, {
      hint: 'write FIELD=value, as _SYSTEMD_UNIT=ssh.service',
    })
  }
}
