/**
 * The reader as the core sees it: a child process that is started, fed, listened to, and started again if it ends. Logs
 * that it may not open are read here and piped to it as bytes; no byte of them is looked at.
 */
import { asFault, Fault } from '../base/fault.ts'
import { patternOf } from '../source/glob.ts'
import type { LogState } from '../source/input.ts'
import { Source, type Wanted } from '../source/source.ts'
import { isOf } from '../source/wanted.ts'
import type { Child } from '../world/run.ts'
import type { World } from '../world/world.ts'
import { read } from './reader.ts'
import { asReport, type Head, type Plan, type Report } from './report.ts'
import { bytesFrame, deframer, type Frame, messageFrame } from './wire.ts'

export interface Reading {
  stop(): Promise<void>
}

export interface ReadingParts {
  readonly world: World
  /** What to read from where, as it is now: asked at each start of the reader. */
  readonly plan: () => Plan
  /** Resolves when a report has been dealt with. */
  readonly hear: (report: Report) => Promise<void>
}

/** Reports on their way before the reader has to wait. */
const MAX_UNHEARD = 64
/** Names of logs that one reader may tell of: patterns bring new ones each day. */
const MAX_LOGS = 5000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** A reader that ran this long before it ended is started again at once. */
const STEADY_MS = 60_000
const STOP_MS = 3000

/** Reads in this process, with all its rights: for `--single` and for tests. */
export function readHere({ world, plan, hear }: ReadingParts): Reading {
  const reader = read(world, plan(), { tell: hear, fed: false })
  return {
    stop() {
      reader.stop()
      return reader.done
    },
  }
}

/** Reads in a child process. @param command starts it, see src/reader.ts */
export function readApart(parts: ReadingParts, command: readonly string[]): Reading {
  const { world, hear } = parts
  let stopping = false
  let pauseMs = FIRST_PAUSE_MS
  let endPause = () => {}
  let attempt = begin(parts, command)

  async function keep(): Promise<void> {
    while (!stopping) {
      const began = world.clock.monotonic()
      const why = await attempt.ended
      if (stopping) return
      pauseMs = world.clock.monotonic() - began > STEADY_MS ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      await hear({ kind: 'fault', code: 'reader.ended', message: `the reader ended (${why}) and is started again` })
      if (stopping) return
      await new Promise<void>((resolve) => {
        endPause = resolve
        world.clock.after(pauseMs, resolve)
      })
      if (!stopping) attempt = begin(parts, command)
    }
  }
  const kept = keep()
  return {
    async stop() {
      stopping = true
      endPause()
      await attempt.stop()
      await kept
    },
  }
}

interface Attempt {
  /** In words, how it ended. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

function begin({ world, plan, hear }: ReadingParts, command: readonly string[]): Attempt {
  const planned = plan()
  let unheard = 0
  let heard: Promise<void> = Promise.resolve()
  let problem = ''
  const denied = new Map<string, Wanted>()
  const hands = new Source(world, {
    // As it is now: the reader may have read the log itself until a moment ago.
    position: (log) => plan().marks.find((mark) => mark.log === log)?.mark,
    onState: (log, state) =>
      void hear(reportOf(planned, log, state.kind, 'reason' in state ? state.reason.message : undefined)),
  })

  const take = async (report: Report) => {
    if (report.kind === 'log' && report.state === 'denied') {
      await heard
      const wanted = deniedOf(planned, report.log)
      if (!wanted || denied.has(report.log)) return
      denied.set(report.log, wanted)
      hands.want([...denied.values()])
      return
    }
    unheard++
    if (unheard > MAX_UNHEARD) child.pause()
    heard = hear(report)
    await heard
    unheard--
    if (unheard === MAX_UNHEARD) child.resume()
  }
  const known = new Set<string>()
  const check = (log: string) => {
    if (known.has(log)) return
    if (known.size >= MAX_LOGS || !wantedOf(planned, log)) throw new Fault('wire.bad', 'a log that nobody asked for')
    known.add(log)
  }
  const feed = deframer((frame: Frame) => {
    if (frame.kind !== 'message') throw new Fault('wire.bad', 'the reader sends bytes')
    const report = asReport(frame.message)
    if (report.kind !== 'fault') check(report.kind === 'batch' ? report.batch.log : report.log)
    void take(report)
  })
  const child = world.run.start(command, {
    onOut: (bytes) => {
      if (problem) return
      try {
        feed(bytes)
      } catch (thrown) {
        problem = asFault(thrown, 'wire.bad').message
        child.kill('SIGKILL')
      }
    },
  })
  child.write(messageFrame(planned))
  void pipeDenied(hands, child)
  const ended = child.ended.then((code) => {
    hands.close()
    return problem || `exit code ${code}`
  })
  return {
    ended,
    async stop() {
      hands.close()
      child.endInput()
      const cancel = world.clock.after(STOP_MS, () => child.kill('SIGKILL'))
      await ended
      cancel()
    },
  }
}

async function pipeDenied(hands: Source, child: Child): Promise<void> {
  const buffer = new Uint8Array(64 * 1024 * 2)
  const live = new Set<string>()
  for (let chunk = await hands.next(buffer); chunk; chunk = await hands.next(buffer)) {
    const { bytes, ...head } = chunk
    if (!child.write(bytesFrame({ ...head, live: live.has(head.log) } satisfies Head, bytes))) await child.drained()
    if (!hands.busy) for (const caughtUp of hands.logs) live.add(caughtUp)
  }
}

/** This log alone: others of its pattern the reader reads itself. */
function deniedOf(plan: Plan, log: string): Wanted | undefined {
  const wanted = wantedOf(plan, log)
  return wanted?.kind === 'file' ? { ...wanted, pattern: patternOf(log) } : wanted
}

function wantedOf({ jails }: Plan, log: string): Wanted | undefined {
  return jails.flatMap(({ wanted }) => wanted).find((one) => isOf(one, log))
}

function reportOf({ jails }: Plan, log: string, state: LogState['kind'], why: string | undefined): Report {
  const readers = jails.filter(({ wanted }) => wanted.some((one) => isOf(one, log)))
  return { kind: 'log', log, jails: readers.map(({ name }) => name), state, why }
}
