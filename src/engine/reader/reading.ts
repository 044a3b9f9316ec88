/**
 * The reader as the core sees it: a child process that is started, fed, listened to, and started again if it ends. Logs
 * that it may not open are read here and piped to it as bytes; no byte of them is looked at.
 */
import { asFault, Fault } from '../../base/fault.ts'
import { patternOf } from '../../source/glob.ts'
import type { LogState } from '../../source/input.ts'
import { Source, type Wanted } from '../../source/source.ts'
import { STANDARD_INPUT } from '../../source/stream.ts'
import { isOf } from '../../source/wanted.ts'
import type { Child } from '../../world/run.ts'
import type { World } from '../../world/world.ts'
import { lastWords } from './last-words.ts'
import { read } from './reader.ts'
import {
  asReport,
  type Begins,
  type Checked,
  type Head,
  type Order,
  type Plan,
  type PlanFault,
  type Report,
} from './report.ts'
import { wholeReports } from './whole-reports.ts'
import { bytesFrame, deframer, type Frame, messageFrame } from './wire.ts'

export interface Reading {
  /**
   * What is wrong with a plan; nothing is changed.
   * @throws Fault `reader.ended` if no reader lives long enough to say, `reader.silent` if it does not answer in time
   */
  check(plan: Plan): Promise<readonly Fault[]>
  /** Takes the plan as it is now. What is read already goes on undisturbed. */
  renew(): void
  /** What has kept the reader from running may be over: no pause any more. */
  hurry(): void
  stop(): Promise<void>
}

export interface ReadingParts {
  readonly world: World
  /** What to read from where, as it is now: asked at each start of the reader, and to renew it. */
  readonly plan: () => Plan
  /** Resolves when a report has been dealt with. */
  readonly hear: (report: Report) => Promise<void>
}

/** Reports on their way, and failures in them, before the reader has to wait. */
const MAX_UNHEARD = 2000
/** Names of logs that one reader may tell of: patterns bring new ones each day. */
const MAX_LOGS = 5000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** A reader that ran this long before it ended is started again at once. */
const STEADY_MS = 60_000
const STOP_MS = 3000
/** 128 and the number of SIGKILL. */
const KILLED = 'exit code 137'
/** Pieces of logs, and lines, that a careful reader takes for dangerous. */
const MAX_BLAMED = 100
/** Expressions compile in milliseconds; a reader that is silent for so long is ended. */
const CHECK_MS = 10_000

/** Reads in this process, with all its rights: for `--single` and for tests. */
export function readHere({ world, plan, hear }: ReadingParts): Reading {
  const whole = wholeReports()
  const tell = async (report: Report) => {
    const known = whole(report)
    if (known) await hear(known)
  }
  const reader = read(world, { tell, fed: false })
  reader.use(plan())
  return {
    check: async (next) => reader.check(next).map(({ jail, fault }) => notRunning(jail, fault)),
    renew: () => reader.use(plan()),
    hurry: () => {},
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
  /** Ends in a row, each soon after the start. */
  let ends = 0
  /** Digests of what it was about to match when it ended, see carefully.ts; the latest. */
  let suspects: readonly string[] = []
  let leftOut: readonly string[] = []

  /** The next reader gets further, and need not wait. */
  async function blame(last: Begins | undefined): Promise<void> {
    if (last?.digest === undefined) return
    pauseMs = FIRST_PAUSE_MS
    if (!last.isLine) suspects = [...suspects, last.digest].slice(-MAX_BLAMED)
    else {
      leftOut = [...leftOut, last.digest].slice(-MAX_BLAMED)
      const message = `a line of ${last.log} ends the reader and is left out`
      await hear({ kind: 'fault', code: 'reader.left-out', message })
    }
  }

  async function keep(): Promise<void> {
    while (!stopping) {
      const began = world.clock.monotonic()
      const why = await attempt.ended
      if (stopping) return
      const isSteady = world.clock.monotonic() - began > STEADY_MS
      pauseMs = isSteady ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      // Who was killed from outside did not stumble over a line.
      if (isSteady) ends = 0
      else if (why !== KILLED) ends++
      await hear({ kind: 'fault', code: 'reader.ended', message: `the reader ended (${why}) and is started again` })
      await attempt.heard()
      if (!isSteady && why !== KILLED) await blame(attempt.last())
      if (stopping) return
      await new Promise<void>((resolve) => {
        endPause = resolve
        world.clock.after(pauseMs, resolve)
      })
      if (!stopping)
        attempt = begin(parts, ends < 2 ? command : [...command, 'careful', suspects.join(), leftOut.join()])
    }
  }
  const kept = keep()
  return {
    // The plan in force may be what ends the reader: then one that reads nothing says whether the new one is better.
    check: async (next) => (await attempt.check(next)) ?? (await checkAlone(parts, command, next)),
    renew: () => attempt.renew(),
    hurry: () => endPause(),
    async stop() {
      stopping = true
      endPause()
      await attempt.stop()
      await kept
    },
  }
}

async function checkAlone({ world }: ReadingParts, command: readonly string[], plan: Plan): Promise<readonly Fault[]> {
  const attempt = begin({ world, plan: () => ({ jails: [], marks: [] }), hear: async () => {} }, command)
  try {
    const faults = await attempt.check(plan)
    if (faults) return faults
    throw new Fault('reader.ended', `the reader ended before it had checked the filters (${await attempt.ended})`)
  } finally {
    await attempt.stop()
  }
}

interface Attempt {
  /** In words, how it ended. */
  readonly ended: Promise<string>
  /** Resolves when all that it has said so far has been dealt with: only then is it known where to go on. */
  heard(): Promise<void>
  /** What it was about to match, if it said so. */
  last(): Begins | undefined
  /** undefined if it ended before it answered. @throws Fault `reader.silent` */
  check(plan: Plan): Promise<readonly Fault[] | undefined>
  renew(): void
  stop(): Promise<void>
}

function begin({ world, plan, hear }: ReadingParts, command: readonly string[]): Attempt {
  let planned = plan()
  /** What the reader says before it has heard of a new plan follows the old one. */
  let plannedBefore = planned
  let unheard = 0
  let heard: Promise<void> = Promise.resolve()
  let problem = ''
  let last: Begins | undefined
  const whole = wholeReports()
  const denied = new Set<string>()
  const answers: ((checked: Checked) => void)[] = []
  const words = lastWords()
  const hands = new Source(world, {
    input: () => world.files.stream(STANDARD_INPUT),
    // As it is now: the reader may have read the log itself until a moment ago.
    position: (log) => plan().marks.find((mark) => mark.log === log)?.mark,
    onState: (log, state) =>
      void hear(reportOf(planned, log, state.kind, 'reason' in state ? state.reason.message : undefined)),
  })

  const wantDenied = () => hands.want([...denied].flatMap((log) => deniedOf(planned, log) ?? []))
  const take = async (report: Report | Checked) => {
    if (report.kind === 'checked') return answers.shift()?.(report)
    if (report.kind === 'log' && report.state === 'denied') {
      await heard
      denied.add(report.log)
      wantDenied()
      return
    }
    const weight = report.kind === 'batch' ? 1 + report.batch.failures.length : 1
    unheard += weight
    if (unheard > MAX_UNHEARD) child.pause()
    heard = hear(report)
    await heard
    unheard -= weight
    if (unheard <= MAX_UNHEARD) child.resume()
  }
  const known = new Set<string>()
  const check = (log: string) => {
    if (known.has(log)) return
    const isWanted = wantedOf(planned, log) ?? wantedOf(plannedBefore, log)
    if (known.size >= MAX_LOGS || !isWanted) throw new Fault('wire.bad', 'a log that nobody asked for')
    known.add(log)
  }
  const feed = deframer((frame: Frame) => {
    if (frame.kind !== 'message') throw new Fault('wire.bad', 'the reader sends bytes')
    const report = asReport(frame.message)
    if (report.kind === 'batch') check(report.batch.log)
    else if ('log' in report) check(report.log)
    if (report.kind === 'begins') {
      last = report
      return
    }
    const known = report.kind === 'checked' ? report : whole(report)
    if (known) void take(known)
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
    onErr: words.add,
    // What a flood has taken beside the heap goes back to the system.
    env: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' },
  })
  const order = (kind: Order['kind'], plan: Plan) => child.write(messageFrame({ kind, plan } satisfies Order))
  order('use', planned)
  void pipeDenied(hands, child)
  const ended = child.ended.then((code) => {
    hands.close()
    return problem || `exit code ${code}${words.said()}`
  })
  return {
    ended,
    heard: () => heard,
    last: () => last,
    check(next) {
      order('check', next)
      const checked = new Promise<Checked>((resolve) => answers.push(resolve))
      return inTime(world, child, Promise.race([checked.then(faultsOf), ended.then(() => undefined)]))
    },
    renew() {
      plannedBefore = planned
      planned = plan()
      order('use', planned)
      wantDenied()
    },
    async stop() {
      hands.close()
      child.endInput()
      const cancel = world.clock.after(STOP_MS, () => child.kill('SIGKILL'))
      await ended
      cancel()
    },
  }
}

/** A reader that does not answer is ended: what it has begun may never end. */
async function inTime<T>(world: World, child: Child, answered: Promise<T>): Promise<T> {
  const silent = new Promise<never>((_, reject) => {
    const cancel = world.clock.after(CHECK_MS, () => {
      child.kill('SIGKILL')
      reject(new Fault('reader.silent', `the filters could not be checked within ${CHECK_MS / 1000} s`))
    })
    void answered.finally(cancel)
  })
  return Promise.race([answered, silent])
}

function faultsOf({ faults }: Checked): Fault[] {
  return faults.map((fault) => notRunning(fault.jail, fault))
}

function notRunning(jail: string, { code, message, hint, at }: Omit<PlanFault, 'jail'>): Fault {
  return new Fault(code, `the jail ${jail} cannot run: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(at ? { at } : {}),
  })
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
  return wanted && 'pattern' in wanted ? { ...wanted, pattern: patternOf(log) } : wanted
}

function wantedOf({ jails }: Plan, log: string): Wanted | undefined {
  return jails.flatMap(({ wanted }) => wanted).find((one) => isOf(one, log))
}

function reportOf({ jails }: Plan, log: string, state: LogState['kind'], why: string | undefined): Report {
  const readers = jails.filter(({ wanted }) => wanted.some((one) => isOf(one, log)))
  return { kind: 'log', log, jails: readers.map(({ name }) => name), state, why }
}
