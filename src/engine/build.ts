/** Builds the guard: what is found and configured on this host becomes jails, a history, a table in the kernel, a reader. */
import { Fault } from '../base/fault.ts'
import { BanTable } from '../firewall/ban-table.ts'
import { nftKernel } from '../firewall/kernel.ts'
import { bounds } from '../jail/bounds.ts'
import { BAN_LINES } from '../store/cap.ts'
import { type History, type Notice, openHistory } from '../store/history.ts'
import type { Keep } from '../store/purge.ts'
import { firstSeq } from '../store/recall.ts'
import type { Cancel } from '../world/clock.ts'
import type { World } from '../world/world.ts'
import { compareWithFail2ban } from './beside.ts'
import { claimTable } from './claim.ts'
import { Engine } from './engine.ts'
import type { Event } from './event.ts'
import { heldJail } from './held-jail.ts'
import { readerIdentity } from './identity.ts'
import { ignoredBy } from './ignored-names.ts'
import { manualJail } from './manual-jail.ts'
import { noHistory } from './no-history.ts'
import { notes, nothing, runsNothing } from './notes.ts'
import { type Planning, planning } from './planning.ts'
import { type Folders, type Prepared, prepare } from './prepare.ts'
import { type Reading, readApart, readHere } from './reading.ts'
import { type Reloaded, reload } from './reload.ts'
import type { Report } from './report.ts'
import { descriptorReserve } from './reserve.ts'
import { spared } from './spared.ts'
import { type SteadyClock, steadyClock } from './steady-clock.ts'
import { wallHistory } from './wall-history.ts'

export interface GuardOptions extends Folders {
  readonly version: string
  readonly pid: number
  readonly observe: boolean
  readonly single: boolean
  /** Where history is kept. */
  readonly state: string
  /** Starts the reader, see src/reader.ts. */
  readonly readerCommand: readonly string[]
  readonly hear: (event: Event) => void
  /** Awaited before anything is taken that only one guard can have. */
  readonly beforeClaim?: () => Promise<void>
}

export interface Guard {
  readonly engine: Engine
  /** What a person should know at the start: jails left out, settings that are not used. */
  readonly notes: readonly string[]
  readonly host: string
  /** Puts the old bans in force and begins to read. @throws Fault of the kernel: then nothing guards */
  ready(): Promise<void>
  /** @throws Fault as `reload`, `guard.not-ready` */
  reload(jail?: string): Promise<Reloaded>
  stop(options: { readonly keep: boolean }): Promise<void>
}

const PURGE_EVERY_MS = 3_600_000
/** Behind the work of a start. */
const FIRST_PURGE_MS = 60_000
const DAY_MS = 86_400_000

/** @throws Fault `guard.running` or `store.taken` if another guard has the table or the state folder, `guard.nothing` if there is nothing to guard */
export async function guard(world: World, options: GuardOptions): Promise<Guard> {
  const engineRef: { engine?: Engine } = {}
  let reading: Reading | undefined
  const letReserveGo = descriptorReserve(world, (isShort) => {
    engineRef.engine?.descriptors(isShort)
    if (!isShort) reading?.hurry()
  })
  const clock = steadyClock(world.clock)
  let prepared = await prepare(world, options)
  if (runsNothing(prepared)) throw nothing(prepared)
  await options.beforeClaim?.()
  const claim = options.observe ? undefined : claimTable(world.files, options.pid)
  const faults = [...prepared.faults]
  const kept = await openTheHistory(world, options, prepared, (notice) => heed(notice, engineRef.engine, faults))
  const history = wallHistory(kept, clock)
  const table = options.observe ? undefined : banTable(world, clock, engineRef)
  const chance = world.chance.next
  const shared = bounds(chance, {
    get most() {
      return prepared.configuration.server.maxbans
    },
    jails: () => engineRef.engine?.heldBans() ?? [],
  })
  const making = { chance, bounds: shared }
  const engine = new Engine({
    version: options.version,
    pid: options.pid,
    clock,
    history,
    table,
    jails: [...prepared.jails.map((settings) => heldJail(settings, making)), manualJail(world, shared)],
    spared: () => spared(world, prepared.discovery.nginx.proxies),
    ignored: ({ settings }) => (settings ? ignoredBy(settings, prepared.names) : []),
    faults,
    lastSeq: await history.lastSeq(clock.now()).catch(() => firstSeq(clock.now())),
  })
  engineRef.engine = engine
  engine.listen(options.hear)
  const needed = options.config.filter((folder) => world.files.stat(folder) !== undefined)
  const planner = planning(() => prepared.jails)
  let compare: Cancel = () => {}
  let last: Promise<unknown> = Promise.resolve()
  return {
    engine,
    notes: notes({ ...prepared, faults }),
    host: hostName(world),
    async ready() {
      await engine.start()
      planner.begin(await history.positions().catch(() => []))
      reading = beginReading(world, options, { engine, planner })
      if (options.observe) compare = compareWithFail2ban(world, engine)
      const purge = () => void history.purge(keep(world.clock.now(), clock.now(), prepared)).catch(() => 0)
      world.clock.after(FIRST_PURGE_MS, purge)
      world.clock.every(PURGE_EVERY_MS, purge)
    },
    reload(jail) {
      if (!reading) throw new Fault('guard.not-ready', 'the guard is just starting or ending: try again in a moment')
      const parts = {
        engine,
        reading,
        making,
        current: () => prepared,
        prepare: () => prepare(world, { ...options, needed }),
        use: (next: Prepared) => {
          prepared = next
        },
        planOf: planner.planOf,
      }
      const done = last.then(() => reload(parts, jail))
      last = done.catch(() => {})
      return done
    },
    async stop({ keep }) {
      compare()
      letReserveGo()
      await reading?.stop()
      await engine.stop({ keep })
      claim?.release()
    },
  }
}

async function openTheHistory(
  world: World,
  { observe, state, pid }: GuardOptions,
  { configuration }: Prepared,
  onNotice: (notice: Notice) => void,
): Promise<History> {
  if (observe) return noHistory()
  return openHistory({
    folder: state,
    clock: world.clock,
    files: world.files,
    pid,
    onNotice,
    bounds: { lines: { ...BAN_LINES, lines: configuration.server.dbmaxmatches } },
  })
}

/** What the history tells before there is an engine is among the faults that it begins with. */
function heed(notice: Notice, engine: Engine | undefined, early: Fault[]): void {
  const fault = notice.kind === 'state' ? notice.state.fault : notice.fault
  if (notice.kind === 'replaced') engine?.keepAnew()
  if (notice.kind === 'state' && notice.state.kind === 'ok') {
    engine?.over('history')
    engine?.recall()
  }
  if (fault && engine) engine.fault(fault, notice.kind === 'state' ? 'history' : undefined)
  else if (fault) early.push(fault)
}

function banTable(world: World, clock: SteadyClock, ref: { engine?: Engine }): BanTable {
  return new BanTable({
    kernel: nftKernel({ run: world.run, clock }, { keepReady: true }),
    clock,
    onHealed({ cause, elements }) {
      ref.engine?.kernelFault(undefined)
      ref.engine?.tell({ kind: 'healed', what: `${cause}: ${elements} bans were put back` })
    },
    onFault: (fault) => ref.engine?.kernelFault(fault),
  })
}

function beginReading(
  world: World,
  options: GuardOptions,
  { engine, planner }: { readonly engine: Engine; readonly planner: Planning },
): Reading {
  const parts = {
    world,
    plan: planner.plan,
    async hear(report: Report) {
      await engine.hear(report)
      planner.heard(report)
    },
  }
  if (options.single) return readHere(parts)
  return readApart(parts, [...options.readerCommand, ...readerIdentity(world.files)])
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

function hostName({ files }: World): string {
  try {
    return files.text('/proc/sys/kernel/hostname').trim()
  } catch {
    return 'this host'
  }
}
