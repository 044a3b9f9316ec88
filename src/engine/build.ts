/** Builds the guard: what is found and configured on this host becomes jails, a history, a table in the kernel. */
import type { Fault } from '../base/fault.ts'
import { BanTable } from '../firewall/ban-table.ts'
import { nftKernel } from '../firewall/kernel.ts'
import { bounds } from '../jail/bounds.ts'
import { BAN_LINES } from '../store/cap.ts'
import { type History, type Notice, openHistory } from '../store/history.ts'
import { firstSeq } from '../store/recall.ts'
import type { World } from '../world/world.ts'
import { claimTable } from './claim.ts'
import { Engine } from './engine.ts'
import { Guard, type GuardOptions } from './guard.ts'
import { heldJail, type Making } from './held-jail.ts'
import { ignoredBy } from './ignored-names.ts'
import { manualJail } from './manual-jail.ts'
import { noHistory } from './no-history.ts'
import { notes, nothing, runsNothing } from './notes.ts'
import { type Prepared, prepare } from './prepare.ts'
import { descriptorReserve } from './reserve.ts'
import { spared } from './spared.ts'
import { type SteadyClock, steadyClock } from './steady-clock.ts'
import { wallHistory } from './wall-history.ts'

/** What is told of a guard before it is built. */
interface Ref {
  guard?: Guard
}

/** What a reload exchanges. */
interface Current {
  prepared: Prepared
}

<<<<<<< HEAD
=======
const PURGE_EVERY_MS = 3_600_000
/** Behind the work of a start. */
const FIRST_PURGE_MS = 60_000
const DAY_MS = 86_400_000

>>>>>>> origin/main
/** @throws Fault `guard.running` or `store.taken` if another guard has the table or the state folder, `guard.nothing` if there is nothing to guard */
export async function guard(world: World, options: GuardOptions): Promise<Guard> {
  const ref: Ref = {}
  const letGo = descriptorReserve(world, (isShort) => ref.guard?.descriptors(isShort))
  const clock = steadyClock(world.clock)
  const current = { prepared: await prepare(world, options) }
  if (runsNothing(current.prepared)) throw nothing(current.prepared)
  await options.beforeClaim?.()
  const claim = options.observe ? undefined : claimTable(world.files, options.pid)
<<<<<<< HEAD
  const faults = [...current.prepared.faults]
  const kept = await openTheHistory(world, options, (notice) => heed(notice, ref.guard?.engine, faults))
=======
  const faults = [...prepared.faults]
  const kept = await openTheHistory(world, options, prepared, (notice) => heed(notice, engineRef.engine, faults))
>>>>>>> origin/main
  const history = wallHistory(kept, clock)
  const making = makingOf(world, current, ref)
  const { version, pid } = options
  const engine = new Engine({
    version,
    pid,
    clock,
    history,
    table: options.observe ? undefined : banTable(world, clock, ref),
    jails: [...current.prepared.jails.map((settings) => heldJail(settings, making)), manualJail(world, making.bounds)],
    spared: () => spared(world, current.prepared.discovery.nginx.proxies),
    ignored: ({ settings }) => (settings ? ignoredBy(settings, current.prepared.names) : []),
    faults,
    lastSeq: await history.lastSeq(clock.now()).catch(() => firstSeq(clock.now())),
  })
  engine.listen(options.hear)
<<<<<<< HEAD
  const said = notes({ ...current.prepared, faults })
  ref.guard = new Guard({ world, options, clock, engine, history, claim, current, making, notes: said, letGo })
  return ref.guard
=======
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
>>>>>>> origin/main
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

function makingOf({ chance: { next: chance } }: World, current: Current, ref: Ref): Making {
  const room = {
    get most() {
      return current.prepared.configuration.server.maxbans
    },
    jails: () => ref.guard?.engine.heldBans() ?? [],
  }
  return { chance, bounds: bounds(chance, room) }
}

function banTable(world: World, clock: SteadyClock, ref: Ref): BanTable {
  return new BanTable({
    kernel: nftKernel({ run: world.run, clock }, { keepReady: true }),
    clock,
    onHealed({ cause, elements }) {
      ref.guard?.engine.kernelFault(undefined)
      ref.guard?.engine.tell({ kind: 'healed', what: `${cause}: ${elements} bans were put back` })
    },
    onFault: (fault) => ref.guard?.engine.kernelFault(fault),
  })
}
<<<<<<< HEAD
=======

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
>>>>>>> origin/main
