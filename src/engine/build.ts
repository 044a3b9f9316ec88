/** Builds the guard: what is found and configured on this host becomes jails, a history, a table in the kernel, a reader. */
import type { Fault } from '../base/fault.ts'
import type { JailSettings } from '../config/settings.ts'
import { BanTable } from '../firewall/ban-table.ts'
import { nftKernel } from '../firewall/kernel.ts'
import { type Bounds, bounds } from '../jail/bounds.ts'
import { jailState } from '../jail/jail-state.ts'
import { type History, type Notice, openHistory } from '../store/history.ts'
import type { Keep } from '../store/purge.ts'
import { firstSeq } from '../store/recall.ts'
import type { Cancel } from '../world/clock.ts'
import type { World } from '../world/world.ts'
import { compareWithFail2ban } from './beside.ts'
import { claimTable } from './claim.ts'
import { Engine } from './engine.ts'
import type { Event } from './event.ts'
import type { HeldJail } from './held-jail.ts'
import { readerIdentity } from './identity.ts'
import { ignoredBy } from './ignored-names.ts'
import { manualJail } from './manual-jail.ts'
import { noHistory } from './no-history.ts'
import { notes, nothing } from './notes.ts'
import { RECIDIVE } from './pipeline.ts'
import { type Folders, type Prepared, prepare } from './prepare.ts'
import { type Reading, readApart, readHere } from './reading.ts'
import type { Plan } from './report.ts'
import { descriptorReserve } from './reserve.ts'
import { spared } from './spared.ts'
import { type SteadyClock, steadyClock } from './steady-clock.ts'
import { wantedBy } from './wanted-logs.ts'

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
}

export interface Guard {
  readonly engine: Engine
  /** What a person should know at the start: jails left out, settings that are not used. */
  readonly notes: readonly string[]
  readonly host: string
  /** Puts the old bans in force and begins to read. @throws Fault of the kernel: then nothing guards */
  ready(): Promise<void>
  stop(options: { readonly keep: boolean }): Promise<void>
}

const PURGE_EVERY_MS = 3_600_000
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
  const prepared = await prepare(world, options)
  const { jails, names, discovery } = prepared
  if (jails.every(({ name }) => name === RECIDIVE)) throw nothing(prepared)
  const faults = [...prepared.faults]
  const claim = options.observe ? undefined : claimTable(world.files, options.pid)
  const history = await openTheHistory(world, clock, options, (notice) => heed(notice, engineRef.engine, faults))
  const table = options.observe ? undefined : banTable(world, clock, engineRef)
  const most = prepared.configuration.server.maxbans
  const shared = bounds(world.chance.next, { most, jails: () => engineRef.engine?.heldBans() ?? [] })
  const engine = new Engine({
    version: options.version,
    pid: options.pid,
    clock,
    history,
    table,
    jails: [...jails.map((settings) => held(world, settings, shared)), manualJail(world, shared)],
    spared: () => spared(world, discovery.nginx.proxies),
    ignored: ({ settings }) => (settings ? ignoredBy(settings, names) : []),
    faults,
    lastSeq: await history.lastSeq(clock.now()).catch(() => firstSeq(clock.now())),
  })
  engineRef.engine = engine
  engine.listen(options.hear)
  for (const jail of jails) for (const log of wantedBy(jail)) engine.expect(jail.name, log.name)
  let compare: Cancel = () => {}
  return {
    engine,
    notes: notes({ ...prepared, faults }),
    host: hostName(world),
    async ready() {
      await engine.start()
      reading = await beginReading(world, options, { engine, history, jails })
      if (options.observe) compare = compareWithFail2ban(world, engine)
      world.clock.every(PURGE_EVERY_MS, () => void history.purge(keep(clock.now(), prepared)).catch(() => 0))
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
  clock: SteadyClock,
  { observe, state, pid }: GuardOptions,
  onNotice: (notice: Notice) => void,
): Promise<History> {
  if (observe) return noHistory()
  return openHistory({
    folder: state,
    clock,
    files: world.files,
    pid,
    onNotice,
  })
}

/** What the history tells before there is an engine is among the faults that it begins with. */
function heed(notice: Notice, engine: Engine | undefined, early: Fault[]): void {
  const fault = notice.kind === 'state' ? notice.state.fault : notice.fault
  if (notice.kind === 'replaced') engine?.keepAnew()
  if (notice.kind === 'state' && notice.state.kind === 'ok') engine?.recall()
  if (fault && engine) engine.fault(fault)
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

async function beginReading(
  world: World,
  options: GuardOptions,
  { engine, history, jails }: { engine: Engine; history: History; jails: readonly JailSettings[] },
): Promise<Reading> {
  const saved = await history.positions().catch(() => [])
  const marks = new Map(saved.map(({ log, position }) => [log, position]))
  const plan = (): Plan => ({
    jails: jails.map((jail) => ({
      name: jail.name,
      filter: jail.filter,
      findtime: jail.options.findtime,
      wanted: wantedBy(jail).map(({ wanted }) => wanted),
    })),
    marks: [...marks].map(([log, mark]) => ({ log, mark })),
  })
  const parts = {
    world,
    plan,
    async hear(report: Parameters<Engine['hear']>[0]) {
      await engine.hear(report)
      if (report.kind === 'batch' && report.batch.mark) marks.set(report.batch.log, report.batch.mark)
    },
  }
  if (options.single) return readHere(parts)
  return readApart(parts, [...options.readerCommand, ...readerIdentity(world.files)])
}

function held(world: World, settings: JailSettings, shared: Bounds): HeldJail {
  const state = jailState({ options: settings.options, ignored: () => undefined, chance: world.chance.next }, shared)
  const logs = new Map(
    settings.name === RECIDIVE
      ? [['history', { log: 'the bans of the other jails', state: 'reading', cut: 0, behind: 0 }]]
      : [],
  )
  return { name: settings.name, settings, scope: settings.scope!, state, logs }
}

/** `dbpurgeage` is a day in Fail2ban's own files; who asks later why an address was banned needs more. */
function keep(now: number, { configuration, jails }: Prepared): Keep {
  const since = now - Math.max(configuration.server.dbpurgeage * 1000, 90 * DAY_MS)
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
