/** A guard's life: it begins, takes other configurations, ends. */
import { asFault, Fault } from '../../base/fault.ts'
import type { History } from '../../store/history.ts'
import type { Keep } from '../../store/purge.ts'
import type { Cancel, Clock } from '../../world/clock.ts'
import type { World } from '../../world/world.ts'
import type { Engine } from '../engine.ts'
import type { Event } from '../event.ts'
import type { Making } from '../held-jail.ts'
import type { GuardLog } from '../log/guard-log.ts'
import { readerIdentity } from '../reader/identity.ts'
import { planning } from '../reader/planning.ts'
import { type Reading, readApart, readHere } from '../reader/reading.ts'
import type { Report } from '../reader/report.ts'
import type { SparedSources } from '../sparing/spared-sources.ts'
import { compareWithFail2ban } from './beside.ts'
import type { Claim } from './claim.ts'
import { type Folders, type Prepared, prepare } from './prepare.ts'
import type { Reloaded } from './reload.ts'

export interface GuardOptions extends Folders {
  readonly version: string
  readonly pid: number
  readonly observe: boolean
  readonly single: boolean
  /** Where history is kept. */
  readonly state: string
  /** Starts the reader, see src/reader.ts. */
  readonly readerCommand: readonly string[]
  /** Starts this program; the name that it is called by follows. Undefined: rules are not healed. */
  readonly selfCommand?: readonly string[]
  readonly hear: (event: Event) => void
  /** Another guard on this host, with a table of its own; undefined: the one that looks after the rules, too. */
  readonly instance?: string | undefined
  /** What scripts read. */
  readonly log?: GuardLog | undefined
  /** Awaited before anything is taken that only one guard can have. */
  readonly beforeClaim?: () => Promise<void>
}

export interface GuardParts {
  readonly world: World
  readonly options: GuardOptions
  /** The guard's own. */
  readonly clock: Clock
  readonly engine: Engine
  readonly history: History
  readonly claim: Claim | undefined
  /** What holds now: a reload exchanges it. */
  readonly current: { prepared: Prepared }
  readonly making: Making
  readonly sources: SparedSources
  /** What a person should know at the start: jails left out, settings that are not used. */
  readonly notes: readonly string[]
  /** Lets go of what was taken before. */
  readonly letGo: Cancel
}

const PURGE_EVERY_MS = 3_600_000
/** Behind the work of a start. */
const FIRST_PURGE_MS = 60_000
const DAY_MS = 86_400_000
const CLAIM_EVERY_MS = 1000

export class Guard {
  readonly #parts: GuardParts
  readonly #planner = planning(() => this.#parts.current.prepared.jails)
  #reading: Reading | undefined
  #cancels: readonly Cancel[] = []
  #lastReload: Promise<unknown> = Promise.resolve()

  constructor(parts: GuardParts) {
    this.#parts = parts
  }

  get engine(): Engine {
    return this.#parts.engine
  }

  get notes(): readonly string[] {
    return this.#parts.notes
  }

  get host(): string {
    try {
      return this.#parts.world.files.text('/proc/sys/kernel/hostname').trim()
    } catch {
      return 'this host'
    }
  }

  /** Puts the old bans in force and begins to read. @throws Fault of the kernel: then nothing guards */
  async ready(): Promise<void> {
    const { world, options, engine, history, clock, current, sources } = this.#parts
    await engine.start()
    this.#planner.begin(await history.positions().catch(() => []))
    this.#reading = this.#read()
    const purge = () => history.purge(keep(world.clock.now(), clock.now(), current.prepared)).catch(() => 0)
    this.#cancels = [
      ...(options.observe ? [compareWithFail2ban(world, engine)] : []),
      world.clock.after(FIRST_PURGE_MS, () => void purge()),
      world.clock.every(PURGE_EVERY_MS, () => void purge()),
      world.clock.every(CLAIM_EVERY_MS, () => this.#claim()),
      sources.begin(),
    ]
  }

  /** What holds now. */
  get prepared(): Prepared {
    return this.#parts.current.prepared
  }

  /**
   * One after the other, however many are asked for.
   * @throws Fault as `reload`, `guard.not-ready`
   */
  async reload(jail?: string): Promise<Reloaded> {
    const { world, options, current, sources } = this.#parts
    const needed = options.config.filter((folder) => current.prepared.folders.includes(folder))
    const parts = { ...this.#changing(), prepare: () => prepare(world, { ...options, needed }, sources) }
    const { reload } = await import('./reload.ts')
    return this.#inTurn(() => reload(parts, jail))
  }

  /** At run time, until the next reload. @throws Fault as `change`, `guard.not-ready` */
  async change(next: (before: Prepared) => Prepared): Promise<void> {
    const { sources } = this.#parts
    const parts = { ...this.#changing(), ready: (jails: Prepared['jails']) => sources.ready(jails) }
    const { change } = await import('./change.ts')
    return this.#inTurn(() => change(parts, next))
  }

  #changing() {
    const reading = this.#reading
    if (!reading) throw new Fault('guard.not-ready', 'the guard is just starting or ending: try again in a moment')
    const { engine, current, making, options } = this.#parts
    const needsJails = options.chooses !== false
    return { engine, reading, making, current, needsJails, planOf: this.#planner.planOf }
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#lastReload.then(act)
    this.#lastReload = done.catch(() => {})
    return done
  }

  /** The host can open no more files, or can again. */
  descriptors(isShort: boolean): void {
    this.engine.descriptors(isShort)
    if (!isShort) this.#reading?.hurry()
  }

  async stop({ keep }: { readonly keep: boolean }): Promise<void> {
    const { engine, claim, letGo } = this.#parts
    for (const cancel of this.#cancels) cancel()
    letGo()
    const reading = this.#reading
    this.#reading = undefined
    void engine.endActions()
    await reading?.stop()
    await engine.stop({ keep })
    claim?.release()
  }

  #read(): Reading {
    const { world, options, engine } = this.#parts
    const parts = {
      world,
      plan: this.#planner.plan,
      hear: async (report: Report) => {
        await engine.hear(report)
        this.#planner.heard(report)
      },
    }
    if (options.single) return readHere(parts)
    return readApart(parts, [...options.readerCommand, ...readerIdentity(world.files)])
  }

  #claim(): void {
    const { claim, engine } = this.#parts
    try {
      claim?.look()
      engine.over('claim')
    } catch (thrown) {
      engine.fault(asFault(thrown, 'guard.running'), 'claim')
    }
  }
}

/** Unless the admin says how long: who asks later why an address was banned needs more than Fail2ban's day. */
function keep(wall: number, steady: number, { configuration, jails }: Prepared): Keep {
  // A clock that was set ten years ahead makes nothing old.
  const now = Math.min(wall, steady)
  const { chosenPurgeage } = configuration.server
  const since = now - (chosenPurgeage === undefined ? 90 * DAY_MS : Math.max(0, chosenPurgeage * 1000))
  // A flood of sources leaves a counter of each, and nobody asks for those that are over.
  const countersSince = now - Math.max(...jails.map(({ options }) => options.findtime)) * 1000
  return { since, countersSince, maxEvents: 100_000 }
}
