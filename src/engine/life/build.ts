/** Builds the guard: what is found and configured on this host becomes jails, a history, a table in the kernel. */
import { BanTable } from '../../firewall/ban-table.ts'
import { nftKernel } from '../../firewall/kernel.ts'
import { BAN_TABLE } from '../../firewall/nft.ts'
import { bounds } from '../../jail/bounds.ts'
import { BAN_LINES } from '../../store/cap.ts'
import { type History, type Notice, openHistory } from '../../store/history.ts'
import { firstSeq } from '../../store/recall.ts'
import type { World } from '../../world/world.ts'
import { Engine } from '../engine.ts'
import { heldJail, type Making } from '../held-jail.ts'
import { noHistory } from '../history/no-history.ts'
import { manualJail } from '../manual-jail.ts'
import { descriptorReserve } from '../reserve.ts'
import { Acts } from '../scripts/act.ts'
import { SparedSources } from '../sparing/spared-sources.ts'
import type { GuardFolders } from '../status.ts'
import { type SteadyClock, steadyClock } from '../steady-clock.ts'
import { counted, noTally, type Tally } from '../tally.ts'
import { wallHistory } from '../wall-history.ts'
import { claimTable } from './claim.ts'
import { Guard, type GuardOptions } from './guard.ts'
import { notes, nothing, runsNothing } from './notes.ts'
import { type Prepared, prepare } from './prepare.ts'
import { RuleGuard } from './rule-guard.ts'

/** What is told of a guard before it is built. */
interface Ref {
  guard?: Guard
  current?: Current
  readonly early: ((engine: Engine) => void)[]
}

/** What a reload exchanges. */
interface Current {
  prepared: Prepared
}

/** @throws Fault `guard.running` or `store.taken` if another guard has the table or the state folder, `guard.nothing` if there is nothing to guard */
export async function guard(world: World, options: GuardOptions): Promise<Guard> {
  const ref: Ref = { early: [] }
  const letGo = descriptorReserve(world, (isShort) => ref.guard?.descriptors(isShort))
  const clock = steadyClock(world.clock)
  const sources = sourcesOf(world, options, ref)
  const current = { prepared: await prepare(world, options, sources) }
  ref.current = current
  if (options.chooses !== false && runsNothing(current.prepared)) throw nothing(current.prepared)
  await options.beforeClaim?.()
  const claim = options.observe ? undefined : claimTable(world.files, options.pid, options.instance)
  const kept = await openTheHistory(world, options, current.prepared, (notice) => {
    withEngine(ref, (engine) => heed(notice, engine))
  })
  const history = wallHistory(kept, clock)
  const making = makingOf(world, current, ref)
  const { version, pid } = options
  const tally = noTally()
  const acts = options.observe ? undefined : await actsOf(world, clock, history, current.prepared)
  const engine = new Engine({
    version,
    pid,
    folders: foldersOf(world, options),
    clock,
    history,
    table: options.observe ? undefined : banTable(world, clock, ref, options, tally),
    acts,
    jails: [...current.prepared.jails.map((settings) => heldJail(settings, making)), manualJail(world, making.bounds)],
    asking: sources.asking,
    spared: (isThorough) => sources.spared(isThorough),
    ignored: (jail) => sources.ignored(jail),
    faults: current.prepared.faults,
    log: options.log,
    tally,
    usage: async () => (await import('./usage.ts')).usage(world.files, pid),
    lastSeq: await history.lastSeq(clock.now()).catch(() => firstSeq(clock.now())),
  })
  engine.listen(options.hear)
  const said = notes(current.prepared)
  ref.guard = new Guard({ world, options, clock, engine, history, claim, current, making, sources, notes: said, letGo })
  for (const act of ref.early) act(engine)
  return ref.guard
}

/** At once, or as soon as there is one. */
function withEngine(ref: Ref, act: (engine: Engine) => void): void {
  if (ref.guard) act(ref.guard.engine)
  else ref.early.push(act)
}

function foldersOf({ files }: World, { stockFolder, config, chooses, observe, state }: GuardOptions): GuardFolders {
  const path = (folder: string) => (files.stat(folder) ? files.real(folder) : folder)
  return {
    stock: stockFolder === undefined ? null : path(stockFolder),
    config: config.map(path),
    chooses: chooses ?? true,
    history: observe ? null : path(state),
  }
}

function sourcesOf(world: World, { config }: GuardOptions, ref: Ref): SparedSources {
  return new SparedSources({
    world,
    folders: config,
    current: () => ref.current?.prepared,
    onTrouble: (topic, fault) => withEngine(ref, (engine) => (fault ? engine.fault(fault, topic) : engine.over(topic))),
  })
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

function heed(notice: Notice, engine: Engine): void {
  const fault = notice.kind === 'state' ? notice.state.fault : notice.fault
  if (notice.kind === 'replaced') engine.keepAnew()
  if (notice.kind === 'state' && notice.state.kind === 'ok') {
    engine.over('history')
    engine.recall(notice.state.lostRows)
  }
  if (fault) engine.fault(fault, notice.kind === 'state' ? 'history' : undefined)
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

async function actsOf(
  world: World,
  clock: SteadyClock,
  history: History,
  { configuration, jails }: Prepared,
): Promise<Acts> {
  const acts = new Acts({ world, clock, history, allowIpv6: configuration.server.allowipv6 })
  await acts.load(jails)
  return acts
}

function banTable(
  world: World,
  clock: SteadyClock,
  ref: Ref,
  { selfCommand, instance }: GuardOptions,
  tally: Tally,
): BanTable {
  const table = instance === undefined ? BAN_TABLE : `${BAN_TABLE}_${instance}`
  return new BanTable({
    rules: selfCommand && instance === undefined ? ruleGuard(world, selfCommand, ref, tally) : undefined,
    kernel: counted(nftKernel({ run: world.run, clock }, { keepReady: true, table }), tally),
    clock,
    onHealed({ cause, elements }) {
      tally.healedBans++
      ref.guard?.engine.kernelFault(undefined)
      ref.guard?.engine.tell({ kind: 'healed', what: `${cause}: ${elements} bans were put back` })
    },
    onFault: (fault) => ref.guard?.engine.kernelFault(fault),
  })
}

function ruleGuard(world: World, command: readonly string[], ref: Ref, tally: Tally): RuleGuard {
  return new RuleGuard({
    world,
    command,
    onHealed(rules) {
      tally.healedRules++
      const what = `the firewall was changed from outside: ${rules} ${rules === 1 ? 'rule is' : 'rules are'} in force again`
      withEngine(ref, (engine) => engine.tell({ kind: 'healed', what }))
    },
    onFault: (fault) => withEngine(ref, (engine) => (fault ? engine.fault(fault, 'rules') : engine.over('rules'))),
  })
}
