/** The failures of one log, as the jail's filter finds them. */
import { type Network, parseNetwork } from '../../../base/address.ts'
import { Fault } from '../../../base/fault.ts'
import type { JailSettings } from '../../../config/settings.ts'
import { trial } from '../../../filter/trial.ts'
import { linesOf } from '../../../source/capped-lines.ts'
import type { EpochMs } from '../../../world/clock.ts'
import { journalLines } from '../../log/journal-lines.ts'
import type { Setting } from '../../setting.ts'
import { lineMatcher } from '../match/line-matcher.ts'
import { type Told, told } from '../match/told.ts'

export interface FailureAt {
  readonly time: EpochMs
  /** undefined: it is of a name, or of what is no address. */
  readonly network: Network | undefined
  readonly attempts: number
  readonly line: string
}

export type WantedLog = { readonly path: string } | { readonly journal: ReadonlyMap<string, string> }

export interface LogRead {
  /** Its path; `journal`. */
  readonly log: string
  readonly lines: number
  /** Lines that an expression matched. */
  readonly matched: number
  /** By an ignoreregex. */
  readonly ignored: number
  readonly failures: number
}

/** More are gone through in no time that anybody waits. */
const MOST = 2_000_000

/** Adds them to `into`. @throws Fault `file.*`, `log.journal`, `jail.too-many`, and as `trial` does */
export async function findFailures(
  setting: Setting,
  settings: JailSettings,
  log: WantedLog,
  into: FailureAt[],
): Promise<LogRead> {
  const tally = { lines: 0, matched: 0, ignored: 0, failures: 0 }
  const add = (one: Told, line: string) => {
    if (one.matched) tally.matched++
    else if (one.ignored) tally.ignored++
    for (const { ip, time, attempts } of one.failures) {
      tally.failures++
      if (into.length >= MOST) throw tooMany()
      into.push({ time: time * 1000, network: ip === null ? undefined : parseNetwork(ip), attempts, line })
    }
  }
  if ('path' in log) {
    tally.lines = await inFile(setting, settings, log.path, add)
    return { log: log.path, ...tally }
  }
  tally.lines = await inJournal(setting, settings, log.journal, add)
  return { log: 'journal', ...tally }
}

type Add = (one: Told, line: string) => void

/** @returns how many lines it has */
async function inFile(
  { world, input, terminal, typed }: Setting,
  { filter }: JailSettings,
  path: string,
  add: Add,
): Promise<number> {
  if (path === '-' && typed?.()) terminal.err('rampart: reads lines from this terminal until Ctrl-D\n')
  const now = world.clock.now
  const matcher = lineMatcher(filter, { now, today: now(), local: undefined, skips: true })
  let lines = 0
  for await (const some of linesOf(path === '-' ? input() : world.files.stream(path), world.files.gunzip)) {
    const { shown, count } = matcher.match(some)
    lines += count
    for (const { told: one, text } of shown) add(one, text)
  }
  return lines
}

async function inJournal(
  { world }: Setting,
  { filter }: JailSettings,
  parameters: ReadonlyMap<string, string>,
  add: Add,
): Promise<number> {
  const it = trial(filter)
  let lines = 0
  await journalLines(world.run, { parameters, journalmatch: filter.journalmatch }, (line, time) => {
    const now = world.clock.now()
    add(told(++lines, it.tryDated(line, { time, stamp: '' }, now), now), line)
  })
  return lines
}

function tooMany(): Fault {
  return new Fault('jail.too-many', `there are more than ${MOST} failures`, {
    hint: 'name a part of the log: FILE, or -',
  })
}
