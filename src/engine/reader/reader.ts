/**
 * The reader: the half without privileges. It turns bytes of logs into failures and tells the core; it alone touches what
 * an attacker wrote. It imports nothing but source/ and filter/, and ends when its pipe to the core does.
 */
import type { Fault } from '../../base/fault.ts'
import type { LogMatcher } from '../../filter/log-matcher.ts'
import type { Chunk } from '../../source/chunk.ts'
import type { LogState } from '../../source/input.ts'
import { MAX_LINE_BYTES } from '../../source/lines.ts'
import { isPacked } from '../../source/past.ts'
import type { Mark } from '../../source/position.ts'
import { Source } from '../../source/source.ts'
import { STANDARD_INPUT } from '../../source/stream.ts'
import type { World } from '../../world/world.ts'
import { roomToMatch } from '../reserve.ts'
import { type Care, carefully } from './carefully.ts'
import { CompiledJails, type JailFault } from './compiled-jails.ts'
import { type LateMarks, lateMarks } from './late-marks.ts'
import { type Progress, progress } from './progress.ts'
import type { Batch, Plan, Report } from './report.ts'

/** Bytes of one log in one turn. */
const TURN_BYTES = 1024 * 1024
/** Less at first, and while there is a failure in so many bytes: on its way each takes ten times the bytes of its line. */
const FIRST_TURN_BYTES = 128 * 1024
const FLOOD_FAILURE_BYTES = 1024
/**
 * After so many lines in one turn, if no more are there yet: a flow of lines that has no end is read in fewer turns, of which
 * each costs as much as 300 lines. Somebody who is banned after a rest has waited for it.
 */
const FLOW_LINES = 200
const FLOW_REST_MS = 20
/** Without a failure, the core learns this often how far a log has been read. */
const MARK_EVERY_MS = 500
/** Characters of a report's lines, JSON's escapes may make six bytes of each; and about what a failure has beside them. */
const BATCH_CHARS = 1024 * 1024
const FAILURE_CHARS = 500

export interface Reader {
  /** What is wrong with a plan. Nothing is changed. */
  check(plan: Plan): readonly JailFault[]
  /**
   * Reads by this plan from now on; what is read already goes on undisturbed. A jail whose filter or logs cannot be used is
   * told and left out.
   */
  use(plan: Plan): void
  /**
   * Takes a chunk of a log that only the core may open; resolved when it has been matched.
   * @param live whether the core has read this log to its end before
   */
  feed(chunk: Chunk, live: boolean): Promise<void>
  stop(): void
  /** Resolves when it has stopped. */
  readonly done: Promise<void>
}

export interface ReaderOptions {
  /** Resolves when the core has room for more. */
  readonly tell: Tell
  /** Whether the core feeds what may not be opened here. */
  readonly fed: boolean
  /** How each log is taken where some line has ended a reader before. */
  readonly care?: ((log: string) => Care) | undefined
}

type Tell = (report: Report) => Promise<void>

/** Reads nothing until it is told what to `use`. */
export function read(world: World, { tell, fed, care }: ReaderOptions): Reader {
  const jails = new CompiledJails()
  /** Where each log was left, as its last chunk says, or who planned it. */
  const marks = new Map<string, Mark>()
  const ages = agesOf()
  const late = lateMarks((batch) => tell({ kind: 'batch', batch }))
  const source = new Source(world, {
    turnBytes: TURN_BYTES,
    // Here it is the core's orders that come in.
    ...(fed ? {} : { input: () => world.files.stream(STANDARD_INPUT) }),
    position: (log) => marks.get(log),
    left: marks,
    isOld: (log, line) => (ages.isLive(log) ? undefined : jails.matcherOf(log).isOld(line, world.clock.now())),
    onFault: (fault) => void tell(faultReport(fault)),
    onState(log, state) {
      if (fed && state.kind === 'denied') {
        // From here on the core reads it, from the mark that it has: two readers would count each line twice.
        void late.say(log)
        ages.leave(log)
        source.leave(log)
      }
      // A file that gets another name before a line of it was read is found again by this.
      if (state.kind === 'reading' && state.mark) late.adopt(log, state.mark)
      void tell(logReport(log, state, jails.readersOf(log)))
    },
  })
  const status = progress(
    (report) => void tell(report),
    (log) => jails.readersOf(log),
  )
  const matcherOf = (log: string) => jails.matcherOf(log)
  const done = follow(world, source, { matcherOf, marks, ages, late, status, tell, care })
  return {
    check: (plan) => jails.check(plan),
    use(plan) {
      for (const { jail, fault } of jails.use(plan)) void tell(faultReport(fault, jail))
      for (const { log, mark } of plan.marks) if (!marks.has(log)) marks.set(log, mark)
      source.want(jails.wanted)
      ages.forget((log) => jails.readersOf(log).length === 0)
    },
    feed(chunk, live) {
      if (live) ages.beLive(chunk.log)
      return source.feed(chunk.log, chunk)
    },
    stop: () => source.close(),
    done,
  }
}

interface Following {
  readonly matcherOf: (log: string) => LogMatcher
  readonly marks: Map<string, Mark>
  readonly ages: Ages
  readonly late: LateMarks
  readonly status: Progress
  readonly tell: Tell
  readonly care: ReaderOptions['care']
}

async function follow(world: World, source: Source, following: Following): Promise<void> {
  const { matcherOf, marks, ages, late, status, tell, care } = following
  const buffer = new Uint8Array(TURN_BYTES + MAX_LINE_BYTES)
  const room = roomToMatch(world)
  const cancel = world.clock.every(MARK_EVERY_MS, () => {
    status.say()
    void late.sayAll()
  })
  let most = FIRST_TURN_BYTES
  for (let chunk = await source.next(buffer, most); chunk; chunk = await source.next(buffer, most)) {
    const { log, end } = chunk
    late.look(true)
    status.note(chunk)
    await room()
    marks.set(log, end)
    const match = (bytes: Uint8Array) => matcherOf(log).match(bytes, world.clock.now(), ages.isLive(log))
    const matched = care ? carefully(chunk.bytes, match, care(log)) : match(chunk.bytes)
    const { lines, failures, faults } = matched
    for (const fault of faults) if (fault.code !== 'date.old') void tell(faultReport(fault))
    const isFlood = failures.length * FLOOD_FAILURE_BYTES > chunk.bytes.length
    most = isFlood ? FIRST_TURN_BYTES : Math.min(TURN_BYTES, Math.max(FIRST_TURN_BYTES, 2 * chunk.bytes.length))
    if (failures.length === 0) late.add(log, end, lines)
    else {
      const all = lines + late.take(log)
      for (const batch of batches({ log, mark: end, lines: all, failures })) await tell({ kind: 'batch', batch })
    }
    late.look(false)
    if (source.busy) continue
    ages.caughtUp(source.logs)
    if (lines >= FLOW_LINES) await new Promise<void>((resolve) => void world.clock.after(FLOW_REST_MS, resolve))
  }
  cancel()
  await late.sayAll()
}

/** Which logs have been read to their end once: what comes now was written just now. */
interface Ages {
  /**
   * undefined where nobody knows: a journal's past comes like its presence, but its stamps are this host's own; and the
   * past may come by standard input.
   */
  isLive(log: string): boolean | undefined
  caughtUp(logs: readonly string[]): void
  /** Another process reads it from here on, and says with `beLive` when it has caught up. */
  leave(log: string): void
  beLive(log: string): void
  /** Nobody reads such a log any more: should it be read again, it has a past. */
  forget(isGone: (log: string) => boolean): void
}

function agesOf(): Ages {
  const live = new Set<string>()
  const left = new Set<string>()
  return {
    isLive: (log) => (log.startsWith('/') && log !== STANDARD_INPUT ? live.has(log) && !isPacked(log) : undefined),
    caughtUp(logs) {
      for (const log of logs) if (!left.has(log)) live.add(log)
    },
    leave(log) {
      left.add(log)
      live.delete(log)
    },
    beLive: (log) => void live.add(log),
    forget(isGone) {
      for (const log of live) if (isGone(log)) live.delete(log)
    },
  }
}

/** A batch in parts that fit into a frame; the last one alone says how far the log has been read. */
function* batches({ log, mark, lines, failures }: Batch): Generator<Batch> {
  let size = 0
  let start = 0
  for (const [at, { failure }] of failures.entries()) {
    size += failure.lines.reduce((sum, line) => sum + line.length, FAILURE_CHARS)
    if (size < BATCH_CHARS || at === failures.length - 1) continue
    yield { log, mark: undefined, lines: 0, failures: failures.slice(start, at + 1) }
    start = at + 1
    size = 0
  }
  yield { log, mark, lines, failures: failures.slice(start) }
}

function logReport(log: string, state: LogState, jails: readonly string[]): Report {
  const why = 'reason' in state ? state.reason.message : undefined
  return { kind: 'log', log, jails, state: state.kind, why }
}

function faultReport({ code, message, hint, at }: Fault, jail?: string): Report {
  const place = at?.line === undefined ? '' : `${at.file}:${at.line}: `
  return {
    kind: 'fault',
    code,
    message: jail === undefined ? message : `the jail ${jail} does not run: ${place}${message}`,
    hint,
    jail,
  }
}
