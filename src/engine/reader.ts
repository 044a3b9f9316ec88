/**
 * The reader: the half without privileges. It turns bytes of logs into failures and tells the core; it alone touches what
 * an attacker wrote. It imports nothing but source/ and filter/, and ends when its pipe to the core does.
 */
import { asFault, type Fault } from '../base/fault.ts'
import { filter } from '../filter/filter.ts'
import { type LogMatcher, logMatcher, type Reading } from '../filter/log-matcher.ts'
import type { Chunk } from '../source/chunk.ts'
import type { LogState } from '../source/input.ts'
import { Source } from '../source/source.ts'
import { isOf } from '../source/wanted.ts'
import type { World } from '../world/world.ts'
import type { JailPlan, Plan, Report } from './report.ts'

/** Bytes of one log in one turn. */
const TURN_BYTES = 1024 * 1024
/** Longer lines are cut; the rest of one is skipped. */
const MAX_LINE_BYTES = 64 * 1024
/** Without a failure, the core learns this often how far a log has been read. */
const MARK_EVERY_MS = 500

export interface Reader {
  /** Takes a chunk of a log that only the core may open; resolved when it has been matched. */
  feed(log: string, chunk: Chunk): Promise<void>
  stop(): void
  /** Resolves when it has stopped. */
  readonly done: Promise<void>
}

/** @param tell resolves when the core has room for more */
export function read(world: World, plan: Plan, tell: (report: Report) => Promise<void>): Reader {
  const jails = plan.jails.flatMap((jail) => compiled(jail, tell))
  const matchers = new Map<string, LogMatcher>()
  const marks = new Map(plan.marks.map(({ log, mark }) => [log, mark]))
  const source = new Source(world, {
    turnBytes: TURN_BYTES,
    maxLineBytes: MAX_LINE_BYTES,
    position: (log) => marks.get(log),
    onState: (log, state) => void tell(logReport(log, state, readersOf(jails, log))),
  })
  const matcherOf = (log: string) => {
    const known = matchers.get(log)
    if (known) return known
    const made = logMatcher(readersOf(jails, log).map(({ reading }) => reading))
    matchers.set(log, made)
    return made
  }
  const done = follow(world, source, matcherOf, tell)
  source.want(jails.flatMap(({ plan }) => plan.wanted))
  return { feed: (log, chunk) => source.feed(log, chunk), stop: () => source.close(), done }
}

interface ReadingJail {
  readonly plan: JailPlan
  readonly reading: Reading
}

/** A jail whose filter cannot be used is told and left out; the others read on. */
function compiled(plan: JailPlan, tell: (report: Report) => Promise<void>): ReadingJail[] {
  try {
    return [{ plan, reading: { jail: plan.name, filter: filter(plan.filter), findtime: plan.findtime } }]
  } catch (thrown) {
    void tell(faultReport(asFault(thrown, 'filter.failed'), plan.name))
    return []
  }
}

async function follow(
  world: World,
  source: Source,
  matcherOf: (log: string) => LogMatcher,
  tell: (report: Report) => Promise<void>,
): Promise<void> {
  const buffer = new Uint8Array(TURN_BYTES + MAX_LINE_BYTES)
  /** Logs that have been read to their end once: what comes now was written just now. */
  const live = new Set<string>()
  const unsaid = new Map<string, { mark: Chunk['end']; lines: number }>()
  const sayLate = (log: string) => {
    const late = unsaid.get(log)
    if (!late) return
    unsaid.delete(log)
    return tell({ kind: 'batch', batch: { log, mark: late.mark, lines: late.lines, failures: [] } })
  }
  const cancel = world.clock.every(MARK_EVERY_MS, () => {
    for (const log of [...unsaid.keys()]) void sayLate(log)
  })
  for (let chunk = await source.next(buffer); chunk; chunk = await source.next(buffer)) {
    const { log, end } = chunk
    const { lines, failures, faults } = matcherOf(log).match(chunk.bytes, world.clock.now(), live.has(log))
    for (const fault of faults) if (fault.code !== 'date.old') void tell(faultReport(fault))
    const all = lines + (unsaid.get(log)?.lines ?? 0)
    if (failures.length > 0) {
      unsaid.delete(log)
      await tell({ kind: 'batch', batch: { log, mark: end, lines: all, failures } })
    } else unsaid.set(log, { mark: end, lines: all })
    if (!source.busy) for (const caughtUp of source.logs) live.add(caughtUp)
  }
  cancel()
  for (const log of [...unsaid.keys()]) await sayLate(log)
}

function readersOf(jails: readonly ReadingJail[], log: string): ReadingJail[] {
  return jails.filter(({ plan }) => plan.wanted.some((wanted) => isOf(wanted, log)))
}

function logReport(log: string, state: LogState, jails: readonly ReadingJail[]): Report {
  const names = jails.map(({ plan }) => plan.name)
  const why = 'reason' in state ? state.reason.message : undefined
  return { kind: 'log', log, jails: names, state: state.kind, why }
}

function faultReport({ code, message, hint }: Fault, jail?: string): Report {
  return {
    kind: 'fault',
    code,
    message: jail === undefined ? message : `the jail ${jail} does not run: ${message}`,
    hint,
  }
}
