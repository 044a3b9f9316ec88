/**
 * The kernel's log as /dev/kmsg gives it: one record a read, `priority,sequence,microseconds,flags;message`, then lines
 * that begin with a blank. Each record becomes `2026-01-31T12:00:00.123Z host kernel: [12345.678901] message`, as a
 * syslog daemon and the journal have it, so that a filter is right for all of them; the device itself writes control
 * bytes as `\xNN`. Source: Documentation/ABI/testing/dev-kmsg of Linux.
 */
import { asFault, Fault } from '../base/fault.ts'
import type { Cancel, EpochMs, MonotonicMs } from '../world/clock.ts'
import type { OpenFile } from '../world/files.ts'
import type { Chunk } from './chunk.ts'
import type { Hands, Input, LogState, OnState, Start } from './input.ts'
import { kernelStamp } from './kernel-stamp.ts'
import { NEWLINE } from './lines.ts'
import type { Sequence } from './position.ts'

export interface KernelOptions {
  readonly start: Start | Sequence
  readonly onState: OnState
  readonly onFault: (fault: Fault) => void
  /** There is something to read. */
  readonly onBusy: () => void
}

const DEVICE = '/dev/kmsg'
/** No watch tells of a new record: the device is asked this often, at 5 us each. */
const POLL_MS = 50
/** The largest record that the kernel makes (CONSOLE_EXT_LOG_MAX). */
const MAX_RECORD_BYTES = 8192
/** Both times, the host's name (64 bytes at most) and `kernel: ` in front of it. */
const MAX_PREFIX_BYTES = 160
/** Lost records are told again after so long. */
const TELL_AGAIN_MS = 60_000
/** Records that overrun the reader make a read fail; the next one finds the oldest that is left. */
const MAX_FAILURES = 5

interface Record {
  readonly sequence: number
  /** Since the boot. */
  readonly micros: number
  readonly message: Uint8Array
}

export class KernelLog implements Input {
  readonly log = 'kmsg'
  /** Records that the kernel overwrote before they were read. */
  lostRecords = 0
  readonly #hands: Hands
  readonly #options: KernelOptions
  readonly #record = new Uint8Array(MAX_RECORD_BYTES)
  readonly #stopPoll: Cancel
  #device: OpenFile | undefined
  #boot = ''
  #host = ''
  #bootedAt: EpochMs = 0
  /** Of the last record seen; -1 before the first. */
  #sequence = -1
  /** The device had nothing more to tell: what comes now happens now. */
  #live = false
  #next: Record | undefined
  #opened = false
  #handedBytes = 0
  #told = ''
  #toldLostAt: MonotonicMs | undefined

  constructor(hands: Hands, options: KernelOptions) {
    this.#hands = hands
    this.#options = options
    this.#open()
    this.#stopPoll = hands.clock.every(POLL_MS, () => this.#poll())
  }

  get busy(): boolean {
    return this.#next !== undefined
  }

  look(): void {
    if (!this.#device) this.#open()
  }

  read(buffer: Uint8Array): Chunk | undefined {
    let filled = 0
    let sequence = this.#sequence
    for (let record = this.#next; record; record = this.#advance()) {
      if (filled + record.message.length + MAX_PREFIX_BYTES > buffer.length) break
      filled += this.#print(record, buffer, filled)
      sequence = record.sequence
      this.#next = undefined
    }
    if (filled === 0 && this.#next)
      throw new Fault('source.small-buffer', `a buffer of ${buffer.length} bytes cannot hold a record of the kernel`)
    if (filled === 0) return undefined
    const offset = this.#handedBytes
    this.#handedBytes += filled
    const end: Sequence = { boot: this.#boot, sequence }
    return { log: this.log, bytes: buffer.subarray(0, filled), offset, end, cutLines: 0 }
  }

  close(): void {
    this.#stopPoll()
    this.#device?.close()
    this.#device = undefined
    this.#next = undefined
  }

  #open(): void {
    const { files, clock } = this.#hands
    try {
      this.#device = files.open(DEVICE)
      this.#boot = files.text('/proc/sys/kernel/random/boot_id').trim()
      this.#host = files
        .text('/proc/sys/kernel/hostname')
        .trim()
        .replace(/[^!-~]/g, '?')
      this.#bootedAt = clock.now() - Number.parseFloat(files.text('/proc/uptime')) * 1000
    } catch (thrown) {
      this.#fail(asFault(thrown, 'source.failed'))
      return
    }
    this.#live = false
    this.#place()
    this.#tell({ kind: 'reading' })
  }

  /** Behind what was handed on, or behind all that is there. A saved number of another boot means nothing. */
  #place(): void {
    const { start } = this.#options
    const first = !this.#opened
    this.#opened = true
    if (first && typeof start === 'object' && start.boot === this.#boot) this.#sequence = start.sequence
    this.#advance()
    if (first && start === 'end') while (this.#next) this.#advance()
  }

  #poll(): void {
    if (!this.#device || this.#next) return
    this.#advance()
    if (this.#next) this.#options.onBusy()
  }

  /** The next record of the kernel itself: what programs write to the device is theirs, and could be forged. */
  #advance(): Record | undefined {
    this.#next = undefined
    for (;;) {
      const length = this.#read()
      if (length === 0) {
        this.#live = true
        return undefined
      }
      const found = parseRecord(this.#record.subarray(0, length))
      if (!found || found.record.sequence <= this.#sequence) continue
      if (this.#sequence >= 0) this.#lose(found.record.sequence - this.#sequence - 1)
      this.#sequence = found.record.sequence
      if (found.facility !== 0) continue
      this.#next = found.record
      return found.record
    }
  }

  #lose(records: number): void {
    this.lostRecords += records
    const now = this.#hands.clock.monotonic()
    if (records === 0 || (this.#toldLostAt !== undefined && now - this.#toldLostAt < TELL_AGAIN_MS)) return
    this.#toldLostAt = now
    const { onFault } = this.#options
    onFault(
      new Fault('source.overrun', `kmsg: the kernel overwrote ${this.lostRecords} records before they were read`, {
        hint: 'give its log more room: log_buf_len=4M on the command line of the kernel',
      }),
    )
  }

  /** Bytes of one record; 0 if there is none now. */
  #read(): number {
    for (let failures = 1; this.#device; failures++) {
      try {
        return this.#device.read(this.#record, undefined)
      } catch (thrown) {
        if (failures >= MAX_FAILURES) this.#fail(asFault(thrown, 'source.failed'))
      }
    }
    return 0
  }

  #fail(reason: Fault): void {
    this.#device?.close()
    this.#device = undefined
    this.#tell({ kind: reason.code === 'file.denied' ? 'denied' : 'pending', reason })
  }

  #print({ micros, message }: Record, buffer: Uint8Array, at: number): number {
    const now = this.#hands.clock.now()
    const time = this.#live ? now : Math.min(now, this.#bootedAt + micros / 1000)
    const prefix = new TextEncoder().encode(
      `${new Date(time).toISOString()} ${this.#host} kernel: ${kernelStamp(`${micros}`)}`,
    )
    buffer.set(prefix, at)
    buffer.set(message, at + prefix.length)
    const length = prefix.length + message.length
    buffer[at + length] = NEWLINE
    return length + 1
  }

  #tell(state: LogState): void {
    if (state.kind === this.#told) return
    this.#told = state.kind
    this.#options.onState(this.log, state)
  }
}

const SEMICOLON = 0x3b

function parseRecord(bytes: Uint8Array): { readonly facility: number; readonly record: Record } | undefined {
  const semicolon = bytes.indexOf(SEMICOLON)
  if (semicolon < 0) return undefined
  const [priority, sequence, micros] = new TextDecoder().decode(bytes.subarray(0, semicolon)).split(',').map(Number)
  if (!Number.isInteger(priority) || !Number.isInteger(sequence) || !Number.isInteger(micros)) return undefined
  const newline = bytes.indexOf(NEWLINE, semicolon)
  const message = bytes.slice(semicolon + 1, newline < 0 ? bytes.length : newline)
  // RFC 5424 6.2.1: eight levels in each facility; 0 is the kernel.
  return { facility: priority! >> 3, record: { sequence: sequence!, micros: micros!, message } }
}
