/**
 * The engine: jails, history, kernel and reader brought together, and all that can be asked of them. It knows neither
 * sockets nor terminals: control/ and cli/ speak for it.
 */
import { type Network, printNetwork } from '../base/address.ts'
import { Fault } from '../base/fault.ts'
import type { JailSettings } from '../config/settings.ts'
import type { BanTable } from '../firewall/ban-table.ts'
import type { HeldBans } from '../jail/held-bans.ts'
import type { IgnoreList, Spared } from '../jail/ignore.ts'
import { step } from '../jail/jail.ts'
import type { JailOptions } from '../jail/jail-options.ts'
import type { ForeignBan } from '../store/fail2ban/foreign-ban.ts'
import type { History } from '../store/history.ts'
import type { Cancel } from '../world/clock.ts'
import { Answers, type BanOrder } from './answers/answers.ts'
import type { Asking } from './asking/asking.ts'
import { ByNetwork } from './by-network.ts'
import { Ending } from './ending.ts'
import { type Event, type EventBody, type Events, events } from './event.ts'
import type { Figures } from './figures.ts'
import { hearing } from './hearing.ts'
import type { HeldJail } from './held-jail.ts'
import { type Keeping, keeping } from './history/keeping.ts'
import { Returning } from './history/returning.ts'
import type { TakenOver } from './history/take-over.ts'
import { Jails } from './jails.ts'
import { kernelView } from './kernel-view.ts'
import { LastMinute, type Sums } from './last-minute.ts'
import { Leaving } from './leaving.ts'
import type { Usage } from './life/usage.ts'
import { decisionLog } from './log/decision-lines.ts'
import type { GuardLog } from './log/guard-log.ts'
import type { Outcome } from './outcome.ts'
import { type Effects, perform, performed } from './perform.ts'
import { type Pipeline, pipeline } from './pipeline.ts'
import type { Report } from './reader/report.ts'
import { NO_DESCRIPTORS } from './reserve.ts'
import { type Retrying, retrying } from './retrying.ts'
import type { Acts } from './scripts/act.ts'
import { Sparing } from './sparing/sparing.ts'
import type { AllLifted, GuardFolders, JailDetails, ListedBan, SparedNow, Status, Verified, Why } from './status.ts'
import type { SteadyClock } from './steady-clock.ts'
import { noTally, type Tally } from './tally.ts'
import { Troubles } from './troubles.ts'

export interface EngineParts {
  readonly version: string
  readonly pid: number
  /** Told to who asks. */
  readonly folders?: GuardFolders
  readonly clock: SteadyClock
  readonly history: History
  /** Absent when observing: then nothing in the kernel is changed. */
  readonly table: BanTable | undefined
  readonly jails: readonly HeldJail[]
  /** The actions that are scripts; absent when observing. What the first jails need of it is loaded. */
  readonly acts?: Acts | undefined
  /** What failures ask the world; what the first jails need of it is loaded. */
  readonly asking?: Asking
  /** Who is never banned by the host's own sake, as it is now. @param isThorough whether everything is looked at */
  readonly spared: (isThorough: boolean) => readonly Spared[]
  /** What a jail's own `ignoreip` adds. */
  readonly ignored: (jail: HeldJail) => IgnoreList
  readonly faults: readonly Fault[]
  /** Number of the last event in the history. */
  readonly lastSeq: number
  /** What scripts read. */
  readonly log?: GuardLog | undefined
  readonly tally?: Readonly<Tally>
  /** What its processes take. */
  readonly usage?: () => Promise<Usage | undefined>
}

const TICK_MS = 1000
/** A clock that is set by less is put right now and then, and nobody wonders. */
const TOLD_CLOCK_MS = 10_000

export class Engine {
  readonly #parts: EngineParts
  readonly #jails: Jails
  readonly #events: Events
  readonly #keeping: Keeping
  readonly #effects: Effects
  readonly #retrying: Retrying
  readonly #pipeline: Pipeline
  readonly #sparing: Sparing
  readonly #troubles = new Troubles()
  readonly #leaving: Leaving
  readonly #lastMinute = new LastMinute(() => this.#sums())
  readonly #returning: Returning
  readonly #answers: Answers
  readonly #ending: Ending
  /** What the reader says. Resolves when a batch has been decided upon. */
  readonly hear: (report: Report) => Promise<void>
  #kernelFault: Fault | undefined
  #lostRows = 0
  #cancelTick: Cancel = () => {}

  constructor(parts: EngineParts) {
    const { clock, history, lastSeq, table } = parts
    this.#parts = parts
    const jails = new Jails(parts.jails)
    this.#jails = jails
    this.#keeping = keeping(history)
    this.#events = events(lastSeq, () => clock.now() + clock.aheadMs, this.#keeping.event)
    const effects = this.#effectsOf(parts)
    this.#effects = effects
    this.#leaving = new Leaving(jails, effects)
    this.#retrying = retrying(effects)
    this.#pipeline = this.#pipelineOf(parts)
    this.#sparing = new Sparing({
      ...parts,
      jails,
      onGain: (networks) => this.#spare(networks),
      onFault: (fault) => this.fault(fault),
    })
    this.#sparing.refresh()
    this.#sparing.exchange()
    this.#troubles.configured(parts.faults)
    const onFault = (fault: Fault, topic?: string) => this.fault(fault, topic)
    this.#returning = new Returning({ clock, history, table, jails, effects, keep: this.#keeping.anew, onFault })
    const telling = { tell: (body: EventBody) => this.tell(body), over: (topic: string) => this.over(topic) }
    this.hear = hearing({ jails, pipeline: this.#pipeline, fault: onFault, ...telling })
    this.#ending = new Ending({ ...parts, pipeline: this.#pipeline, flush: () => this.#flush() })
    this.#answers = new Answers({
      ...parts,
      since: clock.now(),
      jails,
      effects,
      kernelView: kernelView(effects, table),
      kernelFault: () => this.#kernelFault,
      pipeline: this.#pipeline,
      lastMinute: this.#lastMinute,
      sparing: this.#sparing,
      troubles: this.#troubles,
    })
  }

  #pipelineOf({ clock, history, asking }: EngineParts): Pipeline {
    return pipeline({
      clock,
      history,
      jail: (name) => this.#jails.get(name),
      asking,
      perform: (decisions, along) => perform(this.#effects, decisions, along),
      beforeBan: () => this.#sparing.freshen(),
      onFault: (jail, fault) => {
        if (this.#troubles.isNews(`${jail} ${fault.code}`)) this.fault(fault)
      },
    })
  }

  #effectsOf({ clock, table, acts, log }: EngineParts): Effects {
    return {
      log: log && decisionLog(log, clock, (jail) => this.#growing(jail)),
      clock,
      acts,
      events: this.#events,
      kernel: table,
      save: this.#keeping.keep,
      requests: this.#keeping.requests,
      isHeld: (jail) => this.#jails.get(jail) !== undefined,
      scopeOf: (jail) => this.#jails.get(jail)?.scope,
      pending: new ByNetwork(),
      refused: new ByNetwork(),
      standing: (ban) => this.#jails.get(ban.jail)?.state.bans.get(printNetwork(ban.network)),
      trouble: (topic, fault) => (fault ? this.fault(fault, topic) : this.#troubles.end(topic)),
      tellIgnored: (jail, address) => this.#troubles.isNews(`${jail} ${address}`),
      onFull: () => this.#tellFull(),
    }
  }

  /** undefined: bans of this jail do not grow. */
  #growing(jail: string): JailOptions | undefined {
    const options = this.#jails.get(jail)?.state.options
    return options?.increment.enabled ? options : undefined
  }

  /** Puts the bans of the history back in force, then begins to count time. */
  async start(): Promise<void> {
    const { clock, table, version } = this.#parts
    this.tell({ kind: 'start', version, observe: table === undefined })
    this.#beginActs()
    const kept = this.#keepBlocks()
    await this.#returning.all()
    await kept
    // From here on it counts: what came back is nothing that happened just now.
    this.#lastMinute.tick()
    this.#cancelTick = clock.every(TICK_MS, () => this.#tick())
  }

  #beginActs(): void {
    const { acts } = this.#parts
    acts?.begin({
      jail: (name) => this.#jails.get(name),
      onDone: (decision) => performed(this.#effects, decision),
      onWaiting: (ban) => this.#effects.pending.set(ban, true),
      onTrouble: this.#effects.trouble,
    })
    acts?.exchange(this.#jails.all)
  }

  /** What the actions of these jails need, so that `exchange` can take them in one step. */
  async loadActions(jails: readonly Pick<JailSettings, 'actions'>[]): Promise<void> {
    await this.#parts.acts?.load(jails)
  }

  /** They are never banned from now on: their bans end. */
  #spare(networks: readonly Network[]): void {
    const decisions = this.#jails.all.flatMap(({ state }) =>
      networks.flatMap((network) => step(state, { kind: 'spare', network }, this.#parts.clock.now())),
    )
    if (decisions.length > 0) void perform(this.#effects, decisions)
  }

  /** The jails that are held, that of bans by hand among them. */
  get jails(): readonly HeldJail[] {
    return this.#jails.all
  }

  /**
   * Exchanges all jails in one step. Those of a name that was held go on with what their state says; bans of jails that are
   * gone are lifted, but stay in the history, and come back with the jail.
   * @returns resolved when the kernel has followed
   */
  async exchange(jails: readonly HeldJail[], faults: readonly Fault[]): Promise<void> {
    const before = this.#jails.all
    const added = jails.filter(({ name }) => !this.#jails.get(name))
    this.#jails.exchange(jails)
    this.#sparing.refresh()
    this.#sparing.exchange()
    this.#troubles.configured(faults)
    this.#parts.acts?.exchange(jails)
    const moved = this.#leaving.note(before)
    await perform(
      this.#effects,
      moved.map((ban) => ({ kind: 'restore', ban })),
    )
    await this.#leaving.settle()
    await this.#returning.of(added)
    await this.#keepBlocks()
  }

  /** For who lists bans, or lifts one, while nobody guards. */
  #keepBlocks(): Promise<void> {
    const blocks = this.#jails.blocking.map(({ name: jail, scope, settings }) => {
      return {
        jail,
        scope,
        sentence: settings?.sentence,
        actions: settings?.actions.map((action) => action.name) ?? [],
      }
    })
    return this.#parts.history.entrust({ blocks })
  }

  tell(body: EventBody): void {
    this.#events.tell(body)
  }

  /** @param topic what it is about, and when well again ends it; once a minute is enough to tell of it */
  fault(fault: Fault, topic = fault.message): void {
    // Whoever lacks one: the reserve tells it, and when there are descriptors again.
    if (fault.code === 'file.descriptors') return
    const { code, message, hint } = fault
    if (this.#troubles.add(fault, topic, this.#parts.clock.monotonic()))
      this.tell({ kind: 'fault', code, message, hint })
  }

  /** Whether this process can open no more files, or can again. */
  descriptors(isShort: boolean): void {
    if (isShort) this.fault(NO_DESCRIPTORS)
    else {
      this.#troubles.end(NO_DESCRIPTORS.message)
      this.#retrying.hurry()
    }
  }

  /** What the faults of this topic told of is well again. */
  over(topic: string): void {
    this.#troubles.end(topic)
  }

  /** The kernel's table could not be kept as wanted; undefined: it is again. */
  kernelFault(fault: Fault | undefined): void {
    this.#kernelFault = fault
    if (fault) this.fault(fault, 'kernel')
    else this.#troubles.end('kernel')
  }

  /** The history is a new one, or could not be told of all: it is told who is banned. */
  keepAnew(): void {
    void this.#keepBlocks()
    for (const { state } of this.#jails.all) this.#keeping.anew([...state.bans.values()])
  }

  /**
   * The history can be written again: had it been unreadable at the start, it is asked now whom it banned.
   * @param lostRows what it has not heard of since the start, for want of room
   */
  recall(lostRows: number): void {
    this.#returning.reclaim()
    if (lostRows > this.#lostRows) this.keepAnew()
    this.#lostRows = lostRows
  }

  listen(hear: (event: Event) => void): () => void {
    return this.#events.listen(hear)
  }

  status(): Status {
    return this.#answers.status()
  }

  async figures(): Promise<Figures> {
    const { clock, history, tally = noTally(), usage } = this.#parts
    const status = this.status()
    return { now: clock.now() + clock.aheadMs, status, tally, history: history.state(), usage: await usage?.() }
  }

  /** @throws Fault `control.no-jail` */
  jail(name: string): JailDetails {
    return this.#answers.jail(name)
  }

  /** Every ban in force, some at a time. @throws Fault `control.no-jail` */
  bans(jail: string | undefined): Iterable<readonly ListedBan[]> {
    return this.#answers.bans(jail)
  }

  why(network: Network): Promise<Why> {
    return this.#answers.why(network)
  }

  /** Resolves when kernel and history have it. @throws Fault `control.no-jail` */
  ban(networks: readonly Network[], order: BanOrder): Promise<Outcome[]> {
    return this.#answers.ban(networks, order)
  }

  /** @returns why it does not count; undefined if it does @throws Fault `control.no-jail` */
  attempt(network: Network, jail: string, lines: readonly string[]): Promise<string | undefined> {
    return this.#answers.attempt(network, jail, lines)
  }

  /** @param narrow as in `JailEvent` @throws Fault `control.no-jail` */
  unban(networks: readonly Network[], jail: string | undefined, narrow = false): Promise<Outcome[]> {
    return this.#answers.unban(networks, jail, narrow)
  }

  /** Every ban, or every one of a jail. Resolves when kernel and history have it. @throws Fault `control.no-jail` */
  unbanAll(jail: string | undefined): Promise<AllLifted> {
    return this.#answers.unbanAll(jail)
  }

  /** Looks anew at who is never banned; the bans of those of these networks who are end. */
  spare(networks: readonly Network[]): Promise<readonly SparedNow[]> {
    return this.#answers.spare(networks)
  }

  /** As `Answers.restart`. @throws Fault `control.no-jail` */
  restart(jail: string | undefined): Promise<void> {
    return this.#answers.restart(jail)
  }

  /** Reads the kernel's sets: takes a second where there are many bans. */
  verify(): Promise<Verified> {
    return this.#answers.verify()
  }

  /** Bans of another guard. Resolves when kernel and history have them. */
  takeOver(foreign: readonly ForeignBan[], dryRun: boolean): Promise<TakenOver> {
    return this.#answers.takeOver(foreign, dryRun)
  }

  /** Scripts undo what they did, and no more are run. Begun early, it is over early. */
  endActions(): Promise<void> {
    return this.#ending.actions()
  }

  /**
   * @param keep leaves the bans in the kernel until their ends
   * @throws Fault `engine.slow-stop`, and what kernel or history refuse: then too nothing more is done
   */
  async stop({ keep }: { readonly keep: boolean }): Promise<void> {
    this.#cancelTick()
    await this.#ending.hurry()
    this.tell({ kind: 'stop' })
    if (!keep) this.#tellLifted()
    await this.#ending.close(keep)
  }

  #tellLifted(): void {
    const { log } = this.#effects
    if (!log) return
    for (const { state } of this.#jails.all)
      for (const ban of state.bans.values()) log.done({ kind: 'unban', ban, why: 'manual' })
  }

  /** Bans go on as they were; what is shown and kept of them follows the wall clock. */
  #followClock(): void {
    const { clock, history } = this.#parts
    const movedMs = clock.follow()
    if (movedMs === 0) return
    void history.save({ clockSteps: [{ movedMs }] })
    if (Math.abs(movedMs) >= TOLD_CLOCK_MS) this.tell({ kind: 'clock', movedMs })
  }

  #sums(): Sums {
    const totals = this.#jails.all.map(({ state }) => state.totals)
    const sum = (name: 'failures' | 'bans') => totals.reduce((before, one) => before + one[name], 0)
    return { lines: this.#pipeline.lines(), failures: sum('failures'), bans: sum('bans') }
  }

  #tick(): void {
    this.#followClock()
    this.#lastMinute.tick()
    const now = this.#parts.clock.now()
    const decisions = this.#jails.all.flatMap(({ state }) => step(state, { kind: 'tick' }, now))
    if (decisions.length > 0) void perform(this.#effects, decisions)
    this.#flush()
    this.#sparing.tick()
    this.#retrying.tick()
    this.#parts.acts?.tick()
    void this.#leaving.settle()
    this.#returning.tick(this.#pipeline.lines())
  }

  #flush(): void {
    this.#keeping.flush(this.#pipeline.takeMarks())
  }

  /** Once an hour at most: each ban of a flood makes room for itself. */
  #tellFull(): void {
    const hour = Math.floor(this.#parts.clock.now() / 3_600_000)
    if (!this.#troubles.isNews(`full ${hour}`)) return
    const what = 'there are so many bans that those which end first make room for new ones'
    const hint = 'shorten bantime, ban networks (bannet.ipv4), or raise maxbans in fail2ban.local'
    this.fault(new Fault('jail.full', what, { hint }))
  }

  /** Of every jail, for `makeRoom`. */
  heldBans(): HeldBans[] {
    return this.#jails.all.map(({ state }) => state.bans)
  }
}
