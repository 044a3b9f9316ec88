/** Builds the guard: what is found and configured on this host becomes jails, a history, a table in the kernel, a reader. */
import { parseNetwork } from '../base/address.ts'
import { parseDuration } from '../base/duration.ts'
import { Fault } from '../base/fault.ts'
import { type Discovery, discover } from '../config/discover.ts'
import { loadConfiguration } from '../config/load-configuration.ts'
import type { Configuration, JailSettings } from '../config/settings.ts'
import { BanTable } from '../firewall/ban-table.ts'
import { nftKernel } from '../firewall/kernel.ts'
import type { Spared } from '../jail/ignore.ts'
import { jailState } from '../jail/jail.ts'
import { type History, type Notice, openHistory } from '../store/history.ts'
import type { Keep } from '../store/purge.ts'
import type { Cancel } from '../world/clock.ts'
import type { World } from '../world/world.ts'
import { compareWithFail2ban } from './beside.ts'
import { claimTable } from './claim.ts'
import { Engine } from './engine.ts'
import type { Event } from './event.ts'
import type { HeldJail } from './held-jail.ts'
import { readerIdentity } from './identity.ts'
import { manualJail } from './manual-jail.ts'
import { noHistory } from './no-history.ts'
import { RECIDIVE } from './pipeline.ts'
import { type Reading, readApart, readHere } from './reading.ts'
import type { Plan } from './report.ts'
import { spared } from './spared.ts'
import { type SteadyClock, steadyClock } from './steady-clock.ts'
import { wantedBy } from './wanted-logs.ts'

export interface GuardOptions {
  readonly version: string
  readonly pid: number
  readonly observe: boolean
  readonly single: boolean
  /** Where history is kept. */
  readonly state: string
  readonly stockFolder: string
  /** Folders above the stock one, later wins. */
  readonly config: readonly string[]
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
  const clock = steadyClock(world.clock)
  const discovery = await discover(world)
  const { configuration, chosen } = configure(world, options, discovery)
  const { jails, faults } = runnable(configuration)
  if (jails.every(({ name }) => name === RECIDIVE)) throw nothing(faults, discovery)
  const claim = options.observe ? undefined : claimTable(world.files, options.pid)
  const engineRef: { engine?: Engine } = {}
  const history = await openTheHistory(world, clock, options, (notice) => heed(notice, engineRef.engine, faults))
  const table = options.observe ? undefined : banTable(world, clock, engineRef)
  const names = await ignoredNames(world, jails)
  const engine = new Engine({
    version: options.version,
    pid: options.pid,
    clock,
    history,
    table,
    jails: [...jails.map((settings) => held(world, settings)), manualJail(world)],
    spared: () => spared(world, discovery.nginx.proxies),
    ignored: ({ settings }) => (settings ? ignoredBy(settings, names) : []),
    faults,
    lastSeq: await history.lastSeq().catch(() => 0),
  })
  engineRef.engine = engine
  engine.listen(options.hear)
  for (const jail of jails) for (const log of wantedBy(jail)) engine.expect(jail.name, log.name)
  let reading: Reading | undefined
  let compare: Cancel = () => {}
  return {
    engine,
    notes: [...notes(configuration, discovery, chosen, faults), ...unresolved(names), ...misspelt(jails)],
    host: hostName(world),
    async ready() {
      await engine.start()
      reading = await beginReading(world, options, { engine, history, jails })
      if (options.observe) compare = compareWithFail2ban(world, engine)
      world.clock.every(PURGE_EVERY_MS, () => void history.purge(keep(clock.now(), configuration)).catch(() => 0))
    },
    async stop({ keep }) {
      compare()
      await reading?.stop()
      await engine.stop({ keep })
      claim?.release()
    },
  }
}

/** The pipeline feeds the jail of repeat offenders: it needs no log. */
const FED = { backend: 'auto', paths: [] } as const

/** Whether the jails were chosen by what was found, or named by the admin. */
function configure(world: World, { stockFolder, config }: GuardOptions, discovery: Discovery) {
  let chosen = false
  const found = (name: string) => {
    chosen = true
    return discovery.found.has(name)
  }
  const folders = [stockFolder, ...config.filter((folder) => world.files.stat(folder) !== undefined)]
  const configuration = loadConfiguration(world, folders, {
    found,
    logs: (name) => (name === RECIDIVE ? FED : discovery.found.get(name)),
  })
  return { configuration, chosen }
}

/** What this version cannot do yet is said, and such a jail does not run: half a jail would be worse than none. */
function runnable({ jails, faults }: Configuration): { jails: JailSettings[]; faults: Fault[] } {
  const problems = [...faults]
  const able = jails.filter((jail) => {
    const problem = unable(jail)
    if (problem) problems.push(problem)
    return !problem
  })
  return { jails: able, faults: problems }
}

function unable({ name, scope, options, at }: JailSettings): Fault | undefined {
  const { increment, ignorecommand } = options
  const why =
    (scope === undefined && 'its action is a script, which this version does not run') ||
    (ignorecommand && 'it has an ignorecommand, which this version does not ask') ||
    (increment.enabled && increment.formula && 'it has a bantime.formula, which this version cannot evaluate') ||
    (increment.enabled && !isFactor(increment.factor) && `its bantime.factor "${increment.factor}" is no number`)
  return why ? new Fault('jail.unable', `the jail ${name} does not run: ${why}`, { at }) : undefined
}

function isFactor(text: string | undefined): boolean {
  try {
    return text === undefined || parseDuration(text) > 0
  } catch {
    return false
  }
}

function nothing(faults: readonly Fault[], { left }: Discovery): Fault {
  if (faults.length > 0) {
    // A line in [DEFAULT] is at fault in every jail: it is said once.
    const byPlace = new Map(faults.map((fault) => [`${fault.at?.file}:${fault.at?.line}`, fault]))
    const what = [...byPlace.values()].map(noteOf).join('; ')
    return new Fault('guard.nothing', `no jail can run: ${what}`, { hint: 'mend this, then start again' })
  }
  const why = [...left].map(([jail, reason]) => `${jail}: ${reason}`).join('; ')
  return new Fault('guard.nothing', `there is nothing to guard here (${why})`, {
    hint: 'install nginx or sshd, or enable a jail in /etc/rampart/jail.local',
  })
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

function held(world: World, settings: JailSettings): HeldJail {
  const state = jailState({ options: settings.options, ignored: () => undefined, chance: world.chance.next })
  const logs = new Map(
    settings.name === RECIDIVE ? [['history', { log: 'the bans of the other jails', state: 'reading', cut: 0 }]] : [],
  )
  return { name: settings.name, settings, scope: settings.scope!, state, logs }
}

const NAME_TIMEOUT_MS = 2000

/** The addresses of the host names in `ignoreip`, looked up once at the start. */
async function ignoredNames(
  world: World,
  jails: readonly JailSettings[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const words = new Set(jails.flatMap(({ options }) => options.ignoreip))
  const names = [...words].filter((word) => !parseNetwork(word) && /^[\w.-]+\.[a-z][\w-]*$/i.test(word))
  return new Map(
    await Promise.all(names.map(async (name) => [name, await world.names.addresses(name, NAME_TIMEOUT_MS)] as const)),
  )
}

/** Whom the admin spares by a name that has no address now is not spared: he must know. */
function unresolved(names: ReadonlyMap<string, readonly string[]>): string[] {
  const without = [...names].filter(([, addresses]) => addresses.length === 0).map(([name]) => name)
  return without.length === 0 ? [] : [`ignoreip: ${without.join(', ')} has no address now and is not spared`]
}

/** What was meant to be an address and is none. */
function misspelt(jails: readonly JailSettings[]): string[] {
  const words = new Set(jails.flatMap(({ options }) => options.ignoreip))
  const wrong = [...words].filter((word) => /^[\d.:/]+$|:.*[:/]/.test(word) && !parseNetwork(word))
  return wrong.length === 0 ? [] : [`ignoreip: ${wrong.join(', ')} is no address or network and spares nobody`]
}

function ignoredBy({ name, options }: JailSettings, names: ReadonlyMap<string, readonly string[]>): Spared[] {
  return options.ignoreip.flatMap((word) =>
    [word, ...(names.get(word) ?? [])].flatMap((text) => {
      const network = parseNetwork(text)
      return network ? [{ network, why: `${word} stands in ignoreip of ${name}` }] : []
    }),
  )
}

/** `dbpurgeage` is a day in Fail2ban's own files; who asks later why an address was banned needs more. */
function keep(now: number, { server, jails }: Configuration): Keep {
  const since = now - Math.max(server.dbpurgeage * 1000, 90 * DAY_MS)
  // A flood of sources leaves a counter of each, and nobody asks for those that are over.
  const countersSince = now - Math.max(...jails.map(({ options }) => options.findtime)) * 1000
  return { since, countersSince, maxEvents: 100_000, maxBytes: 512 * 1024 * 1024 }
}

function notes(
  configuration: Configuration,
  discovery: Discovery,
  chosen: boolean,
  faults: readonly Fault[],
): string[] {
  const which = chosen ? leftOut(discovery) : named(configuration, discovery)
  return [...which, ...[...faults, ...configuration.warnings, ...discovery.notes].map(noteOf)]
}

function leftOut({ left }: Discovery): string[] {
  const groups = new Map<string, string[]>()
  for (const [name, why] of left) groups.set(why, [...(groups.get(why) ?? []), name])
  return [...groups].map(([why, names]) => `${names.join(', ')}: left out, ${why}`)
}

/** What the admin's files leave unguarded may be meant so, or be the one jail that a package once switched on. */
function named({ jails }: Configuration, { found }: Discovery): string[] {
  const running = new Set(jails.map(({ name }) => name))
  const others = [...found.keys()].filter((name) => !running.has(name))
  if (others.length === 0) return []
  return [
    `the configuration in /etc enables jails, so exactly those run; there would be logs for ${others.join(', ')} too`,
  ]
}

function noteOf({ at, message, hint }: Fault): string {
  const place = at ? `${at.file}${at.line === undefined ? '' : `:${at.line}`}: ` : ''
  return `${place}${message}${hint === undefined ? '' : ` (${hint})`}`
}

function hostName({ files }: World): string {
  try {
    return files.text('/proc/sys/kernel/hostname').trim()
  } catch {
    return 'this host'
  }
}
