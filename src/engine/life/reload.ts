/**
 * A reload: everything is read and compiled anew first, then exchanged in one step. With any fault nothing changes. A start
 * takes the same way, but goes on without the jails that have a fault.
 */
import { Fault } from '../../base/fault.ts'
import type { JailSettings } from '../../config/settings.ts'
import { type Difference, difference } from '../difference.ts'
import type { Engine } from '../engine.ts'
import { heldJail, type Making } from '../held-jail.ts'
import type { Planning } from '../reader/planning.ts'
import type { Reading } from '../reader/reading.ts'
import type { FaultStatus } from '../status.ts'
import { doubts, nothing, runsNothing } from './notes.ts'
import { type Prepared, withJail } from './prepare.ts'

export type Reloaded =
  /** Nothing has changed. */
  | { readonly done: false; readonly faults: readonly FaultStatus[] }
  | ({ readonly done: true; readonly notes: readonly string[] } & Difference)

export interface ReloadParts {
  readonly engine: Engine
  readonly reading: Pick<Reading, 'check' | 'renew'>
  readonly making: Making
  /** What holds now. */
  readonly current: { prepared: Prepared }
  readonly prepare: () => Promise<Prepared>
  /** Whether a configuration without any jail is a fault. */
  readonly needsJails: boolean
  readonly planOf: Planning['planOf']
}

/** Faults that are events; who asked for the reload is told all. */
const MOST_TOLD = 20

/**
 * @param jail if given, only this jail is another than before
 * @throws Fault `control.no-jail`, those of `Reading.check`
 */
export async function reload(parts: ReloadParts, jail: string | undefined): Promise<Reloaded> {
  const { engine, reading, current, planOf } = parts
  const fresh = await parts.prepare()
  const before = current.prepared
  const next = jail === undefined ? fresh : withJail(before, fresh, jail)
  const faults = [
    ...next.faults,
    ...next.configuration.warnings.filter(isGrave),
    ...(await reading.check(planOf(next.jails, next.unfit))),
  ]
  if (faults.length === 0 && parts.needsJails && runsNothing(next)) faults.push(nothing(next))
  if (faults.length > 0) return refused(engine, faults)
  const changes = await putInForce(parts, next)
  return { done: true, notes: doubts(next), ...changes }
}

/** The one step of a reload, and of a change at run time: all of it is known to be good. */
export async function putInForce(
  { engine, reading, making, current }: Omit<ReloadParts, 'prepare' | 'planOf'>,
  next: Prepared,
  atRunTime = false,
): Promise<Difference> {
  await engine.loadActions(next.jails)
  // From here to the end of `renew` nothing else has a turn.
  const before = current.prepared
  const changes = difference(before.jails, next.jails)
  const jails = next.jails.map((settings) => asBefore(settings, before, changes))
  current.prepared = { ...next, jails }
  const byHand = engine.jails.filter(({ settings }) => settings === undefined)
  const held = [...jails.map((settings) => heldJail(settings, making, engine.jails)), ...byHand]
  const followed = engine.exchange(held, next.faults)
  reading.renew()
  engine.over('reload')
  engine.tell({ kind: 'reload', ...changes, ...(atRunTime && { atRunTime }) })
  await followed
  return changes
}

/** A start goes on without such a file, as Fail2ban does; a reload would go on with another configuration than was meant. */
function isGrave({ code }: Fault): boolean {
  return code === 'config.not-utf8'
}

/** The very same settings where nothing is different: what goes by them need not begin anew. */
function asBefore(settings: JailSettings, { jails }: Prepared, { changed }: Difference): JailSettings {
  if (changed.some(({ jail }) => jail === settings.name)) return settings
  return jails.find(({ name }) => name === settings.name) ?? settings
}

function refused(engine: Engine, faults: readonly Fault[]): Reloaded {
  for (const fault of faults.slice(0, MOST_TOLD)) engine.tell(eventOf(fault))
  engine.over('reload')
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
  engine.fault(
    new Fault('reload.refused', `the configuration was not reloaded (${count}): what ran before runs on`, {
      hint: 'see what is wrong: rampart reload, or rampart config check',
    }),
    'reload',
  )
  return { done: false, faults: faults.map(({ code, message, hint, at }) => ({ code, message, hint, at })) }
}

function eventOf({ code, message, hint, at }: Fault) {
  const place = at ? `${at.file}${at.line === undefined ? '' : `:${at.line}`}: ` : ''
  return { kind: 'fault', code, message: place + message, hint } as const
}
