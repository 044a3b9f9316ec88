/** What the reader tells the core, and what the core takes of it: the reader handles hostile bytes, so its word is checked. */
import { Fault } from '../base/fault.ts'
import type { Failure } from '../filter/failure.ts'
import type { FilterSettings } from '../filter/filter-settings.ts'
import type { FieldValue } from '../filter/groups.ts'
import type { Chunk } from '../source/chunk.ts'
import type { LogState } from '../source/input.ts'
import type { Mark } from '../source/position.ts'
import type { Wanted } from '../source/source.ts'
import type { EpochMs } from '../world/clock.ts'

/** What the reader is told once, at its start. */
export interface Plan {
  readonly jails: readonly JailPlan[]
  /** Where reading of each log goes on. */
  readonly marks: readonly { readonly log: string; readonly mark: Mark }[]
}

export interface JailPlan {
  readonly name: string
  readonly filter: FilterSettings
  readonly wanted: readonly Wanted[]
  /** Seconds: what is older when the guard starts is of no use. */
  readonly findtime: number
}

export type Report =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | {
      readonly kind: 'log'
      readonly log: string
      readonly jails: readonly string[]
      readonly state: LogState['kind']
      readonly why?: string | undefined
    }
  | { readonly kind: 'fault'; readonly code: string; readonly message: string; readonly hint?: string | undefined }

/** What goes with the bytes of a log that the core reads for the reader. */
export type Head = Omit<Chunk, 'bytes'> & {
  /** Whether the log has been read to its end before. */
  readonly live: boolean
}

/** What one chunk of a log came to. */
export interface Batch {
  readonly log: string
  /** Where reading goes on once these failures are decided upon; undefined: more of the same chunk follows. */
  readonly mark: Mark | undefined
  readonly lines: number
  readonly failures: readonly Found[]
}

export interface Found {
  readonly jail: string
  /** Its `time` is what counts for the jail: never in the future, `now` where the line has no use as a clock. */
  readonly failure: Failure & { readonly time: EpochMs }
}

const MAX_TEXT = 256 * 1024
const MAX_LINES = 1000

/** @throws Fault `wire.bad` on what the reader never says */
export function asReport(message: unknown): Report {
  const report = record(message)
  switch (report['kind']) {
    case 'batch':
      return { kind: 'batch', batch: asBatch(record(report['batch'])) }
    case 'log':
      return {
        kind: 'log',
        log: text(report['log']),
        jails: list(report['jails']).map(text),
        state: asState(report['state']),
        why: optional(report['why']),
      }
    case 'fault':
      return {
        kind: 'fault',
        code: text(report['code']),
        message: text(report['message']),
        hint: optional(report['hint']),
      }
    default:
      throw bad()
  }
}

const STATES: readonly unknown[] = ['pending', 'denied', 'refused', 'reading', 'rotated'] satisfies LogState['kind'][]

function asState(state: unknown): LogState['kind'] {
  if (!STATES.includes(state)) throw bad()
  return state as LogState['kind']
}

function asBatch(batch: Readonly<Record<string, unknown>>): Batch {
  return {
    log: text(batch['log']),
    mark: batch['mark'] === undefined ? undefined : asMark(batch['mark']),
    lines: number(batch['lines']),
    failures: list(batch['failures']).map((one) => {
      const { jail, failure } = record(one)
      return { jail: text(jail), failure: asFailure(record(failure)) }
    }),
  }
}

function asFailure(failure: Readonly<Record<string, unknown>>): Found['failure'] {
  const kind = failure['kind']
  if (kind !== 'ip' && kind !== 'dns' && kind !== 'fid') throw bad()
  return {
    id: text(failure['id']),
    kind,
    time: number(failure['time']),
    lines: list(failure['lines']).slice(0, MAX_LINES).map(text),
    attempts: Math.max(1, Math.floor(number(failure['attempts']))),
    fields: Object.fromEntries(
      Object.entries(record(failure['fields'])).map(([name, value]) => [name, asFieldValue(value)]),
    ),
  }
}

function asFieldValue(value: unknown): FieldValue {
  if (!Array.isArray(value)) return text(value)
  return value.slice(0, MAX_LINES).map((part) => (part === null ? null : text(part)))
}

/** Kept and handed back as it is; only its size matters here. */
function asMark(mark: unknown): Mark {
  if (JSON.stringify(record(mark)).length > MAX_TEXT) throw bad()
  return mark as Mark
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad()
  return value as Readonly<Record<string, unknown>>
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw bad()
  return value
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_TEXT) throw bad()
  return value
}

function optional(value: unknown): string | undefined {
  return value === undefined ? undefined : text(value)
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw bad()
  return value
}

function bad(): Fault {
  return new Fault('wire.bad', 'the reader says what it never says')
}
