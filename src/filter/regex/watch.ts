/**
 * Keeps the expressions of one filter from taking too long. An expression whose time is linear is never touched. Any
 * other is V8's, for as long as lines are short and it never had to be stopped; then patient.ts has it, which finds the
 * same in a time that grows with the line alone. So no line, however it was made, switches a good expression off:
 *
 * - After it was stopped once on a line of its own, or twice within ten seconds, patient.ts has it for an hour (`slow`). If
 *   its time is exponential, once is enough, and with it go all others of its filter of which that is true: a line
 *   that stalls one often stalls the next.
 * - Lines longer than 1000 characters go to patient.ts at once. They share a purse of time; while that is empty they are
 *   left out (`left out`), so that thousands of them in a row do not hold up the short ones behind them.
 * - What even patient.ts cannot do within its steps (references compare text, so they can still take all ways) is left
 *   out; at the third time within an hour the expression is set aside for an hour, for lines as long as the shortest of
 *   these three and longer (`set aside`). Ordinary lines are shorter, but where the time is exponential.
 */
import { Fault } from '../../base/fault.ts'
import { withinLimit } from './limit.ts'
import type { Match } from './matcher.ts'
import type { PatientSearch } from './patient.ts'
import { type Purse, purseOf } from './purse.ts'
import type { Risk } from './risk.ts'

export interface Watch {
  /** Puts an expression under watch. */
  over(engines: Engines): Search
  /**
   * Somebody stopped what was going on. An expression that was at work is to blame.
   * @param what `line`: one line was given the whole time; `stretch`: many lines; `nothing`: the machine was busy
   * @returns whether one was at work
   */
  stopped(what: Stopped): boolean
  /** Nobody stops what goes on: what could take long is patient.ts's from the start, but for lines of ordinary length. */
  beCareful(): void
  /** What there is to tell since the last call, of each expression each thing once an hour at most. */
  alarms(): readonly Alarm[]
}

export type Stopped = 'line' | 'stretch' | 'nothing'

export type Search = (text: string, ascii?: boolean) => Match | undefined

export interface Engines {
  /** The expression in Python's syntax. */
  readonly python: string
  readonly risk: Risk
  /** undefined: V8 has no expression that means the same. */
  readonly fast: Search | undefined
  /** @throws Fault `regex.unsupported` where it is too large */
  readonly patient: () => PatientSearch
}

export interface Alarm {
  readonly python: string
  readonly kind: 'slow' | 'left out' | 'set aside'
}

/** Characters. Ordinary lines are shorter; V8 is done with n² steps of this in about 1 ms. */
const LONG = 1000
/** The text of so many lines may be ordinary. */
const MOST_LINES = 8
/** The same where nobody stops what goes on: n³ steps of this take V8 about 50 ms. */
const LONG_ALONE = 512
/** Time for long lines: at once, and the share of all time that comes back. */
const PURSE_MS = 250
const REFILL = 0.1
const LIMIT_MS = 100
const AGAIN_MS = 10_000
const STRIKES = 3
const HOUR_MS = 3_600_000

interface Care {
  readonly python: string
  readonly risk: Risk
  /** Set while V8 is at work: it stays set when that is stopped. */
  running: boolean
  stoppedAt: number
  /** patient.ts has it until then. */
  slowUntil: number
  strikes: readonly { readonly at: number; readonly length: number }[]
  aside: { readonly until: number; readonly length: number } | undefined
  readonly told: Map<Alarm['kind'], number>
}

interface State {
  readonly clock: () => number
  /** Characters of what is ordinary. */
  readonly ordinary: number
  readonly cares: Care[]
  readonly purse: Purse
  alarms: readonly Alarm[]
  careful: boolean
  /** Longer texts are patient.ts's. */
  long: number
}

/**
 * @param lines how many lines an expression sees at once: as much longer is what is ordinary
 * @param clock milliseconds that only grow
 */
export function watch(lines = 1, clock: () => number = () => performance.now()): Watch {
  const ordinary = LONG * Math.min(lines, MOST_LINES)
  const purse = purseOf(clock(), { fullMs: PURSE_MS, refill: REFILL })
  const state: State = { clock, ordinary, cares: [], purse, alarms: [], careful: false, long: ordinary }
  return {
    over(engines) {
      const care = careOf(engines)
      state.cares.push(care)
      return overseen(state, care, engines)
    },
    stopped: (what) => blame(state, what),
    beCareful() {
      state.careful = true
      state.long = LONG_ALONE
      for (const care of state.cares) if (care.risk === 'exponential') care.slowUntil = Number.POSITIVE_INFINITY
    },
    alarms() {
      const { alarms } = state
      if (alarms.length > 0) state.alarms = []
      return alarms
    },
  }
}

function careOf({ python, risk, fast }: Engines): Care {
  return {
    python,
    risk,
    running: false,
    stoppedAt: Number.NEGATIVE_INFINITY,
    slowUntil: fast ? 0 : Number.POSITIVE_INFINITY,
    strikes: [],
    aside: undefined,
    told: new Map(),
  }
}

function overseen(state: State, care: Care, { fast, patient }: Engines): Search {
  let made: Search | undefined
  const other = (text: string) => {
    made ??= patientOr(patient, fast)
    return made(text)
  }
  return (text, ascii) => {
    if (!fast || text.length > state.long || (care.slowUntil > 0 && state.clock() < care.slowUntil))
      return slowly(state, care, text, other)
    care.running = true
    try {
      const found = fast(text, ascii)
      care.running = false
      return found
    } catch (thrown) {
      care.running = false
      if (!isOverrun(thrown)) throw thrown
      return slowly(state, care, text, other)
    }
  }
}

function slowly(state: State, care: Care, text: string, search: Search): Match | undefined {
  const { clock, purse } = state
  const now = clock()
  if (care.aside && now < care.aside.until && text.length >= care.aside.length) return undefined
  if (text.length > state.ordinary && !state.careful && purse.isEmpty(now)) {
    tell(state, care, 'left out', now)
    return undefined
  }
  try {
    return search(text)
  } catch (thrown) {
    if (!isOverrun(thrown)) throw thrown
    strike(state, care, text.length, now)
    return undefined
  } finally {
    purse.spend(clock() - now)
  }
}

function isOverrun(thrown: unknown): boolean {
  return thrown instanceof Fault && thrown.code === 'regex.overrun'
}

function strike(state: State, care: Care, length: number, now: number): void {
  care.strikes = [...care.strikes, { at: now, length }].filter(({ at }) => now - at < HOUR_MS).slice(-STRIKES)
  tell(state, care, 'slow', now)
  if (care.strikes.length < STRIKES) return
  care.aside = { until: now + HOUR_MS, length: Math.min(...care.strikes.map((one) => one.length)) }
  care.strikes = []
  tell(state, care, 'set aside', now)
}

function tell(state: State, { python, told }: Care, kind: Alarm['kind'], now: number): void {
  const before = told.get(kind)
  if (before !== undefined && now - before < HOUR_MS) return
  told.set(kind, now)
  state.alarms = [...state.alarms, { python, kind }]
}

function blame(state: State, what: Stopped): boolean {
  const now = state.clock()
  const found = state.cares.filter(({ running }) => running)
  for (const care of found) {
    care.running = false
    const grows = care.risk === 'exponential'
    const blamed = grows || what === 'line' || now - care.stoppedAt < AGAIN_MS
    care.stoppedAt = now
    if (!blamed) continue
    for (const one of grows ? state.cares.filter(({ risk }) => risk === 'exponential') : [care]) {
      one.slowUntil = Math.max(one.slowUntil, now + HOUR_MS)
    }
    tell(state, care, 'slow', now)
  }
  return found.length > 0
}

/** An expression too large for patient.ts is V8's, under a limit of its own. */
function patientOr(make: Engines['patient'], fast: Search | undefined): Search {
  try {
    const search = make()
    return (text) => search(text)
  } catch (thrown) {
    if (!fast) throw thrown
    return (text) => withinLimit(LIMIT_MS, () => fast(text))
  }
}
