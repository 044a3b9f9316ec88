/** What the reader tells the core, and what the core takes of it: the reader handles hostile bytes, so its word is checked. */
import { Fault, type Place } from '../../base/fault.ts'
import type { Failure } from '../../filter/failure.ts'
import type { FilterSettings } from '../../filter/filter-settings.ts'
import type { Chunk } from '../../source/chunk.ts'
import type { LogState } from '../../source/input.ts'
import type { Mark } from '../../source/position.ts'
import type { Wanted } from '../../source/source.ts'
import type { EpochMs } from '../../world/clock.ts'

/** What the core tells the reader. */
export type Order =
  /** Says what is wrong with a plan; it answers `checked`. */
  { readonly kind: 'check'; readonly plan: Plan } | { readonly kind: 'use'; readonly plan: Plan }

/** What is read for whom. */
export interface Plan {
  readonly jails: readonly JailPlan[]
  /** Where reading of each log goes on, if it is not read already. */
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
  | {
      readonly kind: 'progress'
      readonly log: string
      readonly jails: readonly string[]
      /** Lines of the log, so far, that were longer than the reader takes, and were cut. */
      readonly cut: number
      /** Bytes of the log that are yet to be read. */
      readonly behind: number
    }
  | {
      readonly kind: 'fault'
      readonly code: string
      readonly message: string
      readonly hint?: string | undefined
      /** It does not run, as its filter or its logs cannot be used. */
      readonly jail?: string | undefined
    }

/** A careful reader tells what it is about to match: should it end there, that may be to blame. */
export interface Begins {
  readonly kind: 'begins'
  readonly log: string
  /** Its SHA-1; undefined: nothing for now. */
  readonly digest?: string | undefined
  /** One line, no piece of several. */
  readonly isLine: boolean
}

/** The answer to `check`. */
export interface Checked {
  readonly kind: 'checked'
  readonly faults: readonly PlanFault[]
}

/** Why a jail of a plan cannot be used. */
export interface PlanFault {
  readonly jail: string
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly at?: Place | undefined
}

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
export function asReport(message: unknown): Report | Checked | Begins {
  const report = record(message)
  switch (report['kind']) {
    case 'begins':
      return {
        kind: 'begins',
        log: text(report['log']),
        digest: report['digest'] === undefined ? undefined : asDigest(report['digest']),
        isLine: report['isLine'] === true,
      }
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
    case 'progress':
      return {
        kind: 'progress',
        log: text(report['log']),
        jails: list(report['jails']).map(text),
        cut: number(report['cut']),
        behind: number(report['behind']),
      }
    case 'fault':
      return {
        kind: 'fault',
        code: text(report['code']),
        message: text(report['message']),
        hint: optional(report['hint']),
        jail: optional(report['jail']),
      }
    case 'checked':
      return { kind: 'checked', faults: list(report['faults']).map(asPlanFault) }
    default:
      throw bad()
  }
}

function asPlanFault(value: unknown): PlanFault {
  const fault = record(value)
  const at = fault['at'] === undefined ? undefined : record(fault['at'])
  return {
    jail: text(fault['jail']),
    code: text(fault['code']),
    message: text(fault['message']),
    hint: optional(fault['hint']),
    at: at && { file: text(at['file']), ...(at['line'] === undefined ? {} : { line: number(at['line']) }) },
  }
}

const STATES: readonly unknown[] = [
  'pending',
  'denied',
  'refused',
  'reading',
  'rotated',
  'ended',
] satisfies LogState['kind'][]

function asState(state: unknown): LogState['kind'] {
  if (!STATES.includes(state)) throw bad()
  return state as LogState['kind']
}

function asBatch(batch: Readonly<Record<string, unknown>>): Batch {
  return {
    log: text(batch['log']),
    mark: batch['mark'] === undefined ? undefined : asMark(batch['mark']),
    lines: number(batch['lines']),
    failures: list(batch['failures']).map(asFound),
  }
}

/** Checked where it lies: a flood has a hundred thousand of them. */
function asFound(one: unknown): Found {
  const { jail, failure } = record(one)
  text(jail)
  const { id, kind, time, lines, attempts, fields } = record(failure)
  if (kind !== 'ip' && kind !== 'dns' && kind !== 'fid') throw bad()
  text(id)
  number(time)
  if (number(attempts) < 1 || !Number.isInteger(attempts)) throw bad()
  for (const line of list(lines)) text(line)
  const named = record(fields)
  for (const name in named) checkField(named[name])
  const found = one as Found
  if (found.failure.lines.length <= MAX_LINES) return found
  return { jail: found.jail, failure: { ...found.failure, lines: found.failure.lines.slice(0, MAX_LINES) } }
}

function checkField(value: unknown): void {
  if (typeof value === 'string') return void text(value)
  const parts = list(value)
  if (parts.length > MAX_LINES) throw bad()
  for (const part of parts) if (part !== null) text(part)
}

/** It becomes a word of a command. */
function asDigest(value: unknown): string {
  const digest = text(value)
  if (!/^[0-9a-f]{40}$/.test(digest)) throw bad()
  return digest
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
