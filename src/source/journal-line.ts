/**
 * A journal's entry as one line of text: `2026-01-31T12:00:00.123Z host ident[pid]: message`; of the kernel
 * `... host kernel: [12345.678901] message`.
 */
import type { Entry } from './export-format.ts'
import { kernelStamp } from './kernel-stamp.ts'
import { NEWLINE } from './lines.ts'

/** What is asked of journalctl; it adds the cursor and the times of arrival by itself. */
export const ENTRY_FIELDS = [
  'MESSAGE',
  '_HOSTNAME',
  'SYSLOG_IDENTIFIER',
  '_COMM',
  'SYSLOG_PID',
  '_PID',
  '_SOURCE_REALTIME_TIMESTAMP',
  '_SOURCE_MONOTONIC_TIMESTAMP',
] as const

/** What a line is made of. */
export const LINE_FIELDS = ['__REALTIME_TIMESTAMP', '__MONOTONIC_TIMESTAMP', ...ENTRY_FIELDS] as const

/** A line, with its newline; of a message over the cap its first bytes. */
export interface EntryLine {
  readonly bytes: Uint8Array
  readonly cut: boolean
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/**
 * Control bytes become blanks, so that no message can look like two lines. undefined for an entry without a message.
 * Source of the form: Fail2ban's systemd backend (host, identifier or command, its number, of the kernel the
 * time since the boot, the message), compared with the installed program.
 */
export function entryLine(entry: Entry, maxLine: number): EntryLine | undefined {
  const message = entry.get('MESSAGE')
  if (!message) return undefined
  const head = encoder.encode(`${stamp(entry)} ${header(entry)}`).subarray(0, maxLine)
  const length = Math.min(message.length, maxLine - head.length)
  const bytes = new Uint8Array(head.length + length + 1)
  bytes.set(head)
  bytes.set(message.subarray(0, length), head.length)
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! < 0x20 || bytes[i] === 0x7f) bytes[i] = 0x20
  bytes[bytes.length - 1] = NEWLINE
  return { bytes, cut: length < message.length }
}

/** When the message was sent, as journald saw it; else when it arrived. */
function stamp(entry: Entry): string {
  const micros = Number(text(entry, '_SOURCE_REALTIME_TIMESTAMP') || text(entry, '__REALTIME_TIMESTAMP'))
  const date = new Date(micros / 1000)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

function header(entry: Entry): string {
  const host = text(entry, '_HOSTNAME')
  const ident = text(entry, 'SYSLOG_IDENTIFIER') || text(entry, '_COMM')
  const pid = text(entry, 'SYSLOG_PID') || text(entry, '_PID')
  const sender = ident && (pid ? `${ident}[${pid}]: ` : `${ident}: `)
  const stamp = sender === 'kernel: ' ? kernelStamp(sinceBoot(entry)) : ''
  return `${host && `${host} `}${sender}${stamp}`
}

/** Microseconds, when the kernel said it; else when it arrived. */
function sinceBoot(entry: Entry): string {
  return text(entry, '_SOURCE_MONOTONIC_TIMESTAMP') || text(entry, '__MONOTONIC_TIMESTAMP')
}

/** Short fields only: a name of 60 kB would leave no room for the message. */
function text(entry: Entry, name: string): string {
  const value = entry.get(name)
  return value ? decoder.decode(value.subarray(0, 255)) : ''
}
