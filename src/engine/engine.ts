/**
 * The engine: jails, history, kernel and reader brought together, and all that can be asked of them. It knows neither
 * sockets nor terminals: control/ and cli/ speak for it.
 */
import { type Network, printNetwork } from '../base/address.ts'
import type { Seconds } from '../base/duration.ts'
import { asFault, Fault } from '../base/fault.ts'
import type { JailSettings } from '../config/settings.ts'
import type { BanTable } from '../firewall/ban-table.ts'
import type { Scope } from '../firewall/block.ts'
import type { Ban } from '../jail/ban.ts'
import type { Decision } from '../jail/decision.ts'
import type { HeldBans } from '../jail/held-bans.ts'
import type { IgnoreList, Spared } from '../jail/ignore.ts'
import { step } from '../jail/jail.ts'
import type { ForeignBan } from '../store/fail2ban/foreign-ban.ts'
import type { History } from '../store/history.ts'
import type { Cancel } from '../world/clock.ts'
import type { Acts } from './act.ts'
import type { Adoption } from './adoption.ts'
import type { Asking } from './asking.ts'
import { beginBans } from './begin-bans.ts'
import { ByNetwork } from './by-network.ts'
import { bansBefore } from './enquire.ts'
import { type Event, type EventBody, type Events, events } from './event.ts'
import { banStatus, type HeldJail, jailStatus, RECIDIVE } from './held-jail.ts'
import { Jails } from './jails.ts'
import { type Keeping, keeping } from './keeping.ts'
import { type KernelView, kernelView } from './kernel-view.ts'
import { Leaving } from './leaving.ts'
import { MANUAL_JAIL } from './manual-jail.ts'
import { type Outcome, outcome } from './outcome.ts'
import { recount, restore } from './past.ts'
import { type Effects, perform, performed } from './perform.ts'
import { type Pipeline, pipeline } from './pipeline.ts'
import { repeatOffenders } from './repeat-offenders.ts'
import type { Batch, Report } from './report.ts'
import { NO_DESCRIPTORS } from './reserve.ts'
import { type Retrying, retrying } from './retrying.ts'
import { Sparing } from './sparing.ts'
import type { AllLifted, JailDetails, JailStatus, Status, Verified, Why } from './status.ts'
import type { SteadyClock } from './steady-clock.ts'
import type { TakenOver } from './take-over.ts'
import { CONFIGURATION, Troubles } from './troubles.ts'
import { unbanAll } from './unban-all.ts'
import { why } from './why.ts'

export interface EngineParts {
  readonly version: string
  readonly pid: number
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
}

export interface BanOrder {
  readonly jail: string | undefined
  readonly lasts: Seconds | undefined
  readonly force: boolean
  readonly shorten?: boolean
}

const TICK_MS = 1000
/** Who bans by hand waits for scripts so long. */
const ACTS_MS = 3000
/** What is left of the ten seconds of an end when kernel and history have theirs. */
const LAST_ACTS_MS = 4000
/** The host's own addresses and sessions are looked up again this often. */
const SPARED_EVERY_TICKS = 15
/** A clock that is set by less is put right now and then, and nobody wonders. */
const TOLD_CLOCK_MS = 10_000
/** Kernel and history are waited for this long at the end. */
const STOP_MS = 5000
/** What waits for an answer at the end is decided upon without one. */
const ASKING_MS = 1000
/** To list so many takes the kernel half a second. */
const MANY_BANS = 20_000
const SLOW_STOP = 'kernel or history did not answer in time: bans in the kernel stay there until their ends'

export class Engine {
  readonly #parts: EngineParts
  readonly #jails: Jails
  readonly #events: Events
  readonly #keeping: Keeping
  readonly #effects: Effects
  readonly #kernelView: KernelView
  readonly #retrying: Retrying
  readonly #pipeline: Pipeline
  readonly #sparing: Sparing
  readonly #troubles = new Troubles()
  readonly #leaving: Leaving
  readonly #since: number
  #adoption: Adoption | undefined
  #kernelFault: Fault | undefined
  #acted: Promise<void> | undefined
  #ticks = 0
  #cancelTick: Cancel = () => {}

  constructor(parts: EngineParts) {
    const { clock, history, lastSeq } = parts
    this.#parts = parts
    this.#jails = new Jails(parts.jails)
    this.#since = clock.now()
    this.#keeping = keeping(history)
    this.#events = events(lastSeq, () => clock.now() + clock.aheadMs, this.#keeping.event)
    this.#effects = this.#effectsOf(parts)
    this.#leaving = new Leaving(this.#jails, this.#effects)
    this.#kernelView = kernelView(this.#effects, parts.table)
    this.#retrying = retrying(this.#effects)
    this.#pipeline = pipeline({
      clock,
      history,
      jail: (name) => this.#jails.get(name),
      asking: parts.asking,
      perform: (decisions, along) => perform(this.#effects, decisions, along),
      beforeBan: () => this.#sparing.freshen(),
      onFault: (jail, fault) => {
        if (this.#troubles.isNews(`${jail} ${fault.code}`)) this.fault(fault)
      },
    })
    this.#sparing = new Sparing({
      ...parts,
      jails: this.#jails,
      onGain: (networks) => this.#spare(networks),
      onFault: (fault) => this.fault(fault),
    })
    this.#sparing.refresh()
    this.#sparing.exchange()
    this.#troubles.configured(parts.faults)
  }

  #effectsOf({ clock, table, acts }: EngineParts): Effects {
    return {
      clock,
      acts,
      events: this.#events,
      kernel: table,
      save: this.#keeping.keep,
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

  /** Puts the bans of the history back in force, then begins to count time. */
  async start(): Promise<void> {
    const { clock, history, table, version } = this.#parts
    this.tell({ kind: 'start', version, observe: table === undefined })
    this.#beginActs()
    const beginning = beginBans(this.#effects, this.#jails, table)
    const restoring = restore(history, this.#jails.all, clock.now(), beginning.decided)
    const isLost = await restoring.then(
      () => history.isNew,
      (thrown) => this.#withoutPast(thrown),
    )
    const kept = await this.#lookAtKernel(beginning.restored(), isLost)
    const { restored, lifted } = await beginning.open(kept)
    if (lifted.length > 0) void perform(this.#effects, lifted)
    if (restored > 0) this.tell({ kind: 'restored', bans: restored })
    if (isLost) await this.#adoption?.settle()
    await this.#recount(this.#jails.all)
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
    await this.#bringBack(added)
  }

  /** What the history knows of jails that a reload brings. */
  async #bringBack(jails: readonly HeldJail[]): Promise<void> {
    const { history, clock } = this.#parts
    const decisions: Decision[] = []
    const restoring = restore(history, jails, clock.now(), (decision) => decisions.push(decision))
    await restoring.catch((thrown) => this.#withoutPast(thrown))
    await perform(this.#effects, decisions)
    const restored = decisions.filter(({ kind }) => kind === 'restore').length
    if (restored > 0) this.tell({ kind: 'restored', bans: restored })
    await this.#recount(jails)
  }

  async #recount(jails: readonly HeldJail[]): Promise<void> {
    const { history, clock } = this.#parts
    await recount(history, jails, clock.now()).catch((thrown) => this.#withoutPast(thrown))
    const repeater = jails.find(({ name }) => name === RECIDIVE)
    if (!repeater) return
    try {
      await perform(this.#effects, await repeatOffenders(history, repeater.state, clock.now()))
    } catch (thrown) {
      this.#withoutPast(thrown)
    }
  }

  /** What the reader says. Resolves when a batch has been decided upon. */
  async hear(report: Report): Promise<void> {
    switch (report.kind) {
      case 'batch':
        this.#troubles.end('reader')
        return this.#pipeline.take(report.batch as Batch)
      case 'log': {
        this.#troubles.end('reader')
        const { log, state, why } = report
        for (const name of report.jails) {
          const logs = this.#jails.get(name)?.logs
          const { cut = 0, behind = 0 } = logs?.get(log) ?? {}
          logs?.set(log, { log, state, why, cut, behind })
        }
        this.tell({ kind: 'log', log, state, why })
        return
      }
      case 'progress': {
        const { log, cut, behind } = report
        for (const name of report.jails) {
          const logs = this.#jails.get(name)?.logs
          const known = logs?.get(log)
          if (logs && known) logs.set(log, { ...known, cut, behind })
        }
        return
      }
      case 'fault': {
        const { code, message, hint, jail } = report
        const topic = code === 'reader.ended' ? 'reader' : jail === undefined ? undefined : CONFIGURATION + message
        return this.fault(new Fault(code, message, hint === undefined ? {} : { hint }), topic)
      }
      default:
        return report satisfies never
    }
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

  /** The history is a new one: it is told who is banned. */
  keepAnew(): void {
    for (const { state } of this.#jails.all) this.#keeping.anew([...state.bans.values()])
  }

  /** The history can be written again: had it been unreadable at the start, it is asked now whom it banned. */
  recall(): void {
    void this.#adoption?.reclaim()
  }

  listen(hear: (event: Event) => void): () => void {
    return this.#events.listen(hear)
  }

  status(): Status {
    const { version, pid, table, history } = this.#parts
    const jails = this.#jails.all.filter((jail) => jail.settings || jail.state.totals.bans > 0)
    return {
      version,
      pid,
      since: this.#since + this.#parts.clock.aheadMs,
      observe: table === undefined,
      jails: jails.map((jail) => this.#jailStatus(jail)),
      ...this.#kernelView.count(this.#jails.all),
      lines: this.#pipeline.lines(),
      kernel: this.#kernelStatus(),
      history: { state: history.state().kind },
      spared: this.#sparing.own(),
      faults: this.#troubles.faults.map(({ code, message, hint, at }) => ({ code, message, hint, at })),
    }
  }

  /** @throws Fault `control.no-jail` */
  jail(name: string): JailDetails {
    const held = this.#jails.need(name)
    const { aheadMs } = this.#parts.clock
    const bans = [...held.state.bans.values()].map((ban) => banStatus(ban, this.#kernelView.isPending(ban), aheadMs))
    return { ...this.#jailStatus(held), bans: bans.sort((a, b) => b.from - a.from) }
  }

  #jailStatus(jail: HeldJail): JailStatus {
    const pendingNow = this.#kernelView.pendingIn(jail)
    return jailStatus(jail, { pendingNow, waitingNow: this.#parts.acts?.waiting(jail.name) ?? 0 })
  }

  why(network: Network): Promise<Why> {
    const { table, history, clock } = this.#parts
    return why(network, {
      jails: this.#jails.all,
      table,
      history,
      clock,
      isPending: this.#kernelView.isPending,
      spared: this.#sparing.why(network),
    })
  }

  /** Resolves when kernel and history have it. @throws Fault `control.no-jail` */
  async ban(networks: readonly Network[], { jail, lasts, force, shorten = false }: BanOrder): Promise<Outcome[]> {
    const held = this.#jails.need(jail ?? MANUAL_JAIL)
    this.#sparing.freshen()
    const decisions: Decision[] = []
    for (const network of networks) {
      const earlier = await bansBefore(this.#parts.history, held.state, network, this.#parts.clock.now())
      const event = { kind: 'ban', network, earlier, lasts, origin: 'manual', force, shorten } as const
      decisions.push(...step(held.state, event, this.#parts.clock.now()))
    }
    await this.#carryOut([...decisions, ...(await this.#pipeline.repeated(decisions))])
    // What had to make room nobody has asked for.
    return this.#outcomes(decisions.filter(({ kind }) => kind !== 'unban'))
  }

  /** @throws Fault `control.no-jail` */
  async unban(networks: readonly Network[], jail: string | undefined): Promise<Outcome[]> {
    const jails = jail === undefined ? this.#jails.all : [this.#jails.need(jail)]
    const decisions = networks.flatMap((network) => {
      const lifted = jails.flatMap(({ state }) => step(state, { kind: 'unban', network }, this.#parts.clock.now()))
      const found = lifted.filter((one) => one.kind === 'unban' || (one.kind === 'absent' && one.within))
      return found.length > 0 ? found : lifted.slice(0, 1)
    })
    await this.#carryOut(decisions)
    return this.#outcomes(decisions)
  }

  /** Scripts are waited for, for a moment. */
  async #carryOut(decisions: readonly Decision[]): Promise<void> {
    await perform(this.#effects, decisions)
    await this.#parts.acts?.done(decisions, ACTS_MS)
  }

  #outcomes(decisions: readonly Decision[]): Outcome[] {
    const whyNot = (ban: Ban) => {
      if (this.#effects.refused.has(ban)) return 'the kernel has not taken it yet'
      return this.#parts.acts?.isWaiting(ban) ? 'the script of its action has not done it yet' : undefined
    }
    return decisions.map((decision) => outcome(decision, whyNot))
  }

  /** Every ban, or every one of a jail. Resolves when kernel and history have it. @throws Fault `control.no-jail` */
  unbanAll(jail: string | undefined): Promise<AllLifted> {
    return unbanAll(jail === undefined ? this.#jails.all : [this.#jails.need(jail)], this.#effects)
  }

  /** Reads the kernel's sets: takes a second where there are many bans. */
  async verify(): Promise<Verified> {
    const { verify } = await import('./verify.ts')
    const { clock, table } = this.#parts
    return verify({ clock, table, jails: this.#jails.all, isPending: this.#kernelView.isPending })
  }

  /** Bans of another guard. Resolves when kernel and history have them. */
  async takeOver(foreign: readonly ForeignBan[], dryRun: boolean): Promise<TakenOver> {
    const { takeOver } = await import('./take-over.ts')
    return takeOver(foreign, { jails: this.#jails, history: this.#parts.history, effects: this.#effects, dryRun })
  }

  /** Scripts undo what they did, and no more are run. They have a time of their own: begun early, it is over early. */
  endActions(): Promise<void> {
    this.#acted ??= this.#parts.acts?.stop(LAST_ACTS_MS) ?? Promise.resolve()
    return this.#acted
  }

  /**
   * @param keep leaves the bans in the kernel until their ends
   * @throws Fault `engine.slow-stop`, and what kernel or history refuse: then too nothing more is done
   */
  async stop({ keep }: { readonly keep: boolean }): Promise<void> {
    const { clock, table, history } = this.#parts
    this.#cancelTick()
    await this.#hurryAsking()
    this.tell({ kind: 'stop' })
    const put = table?.close({ keep })
    put?.catch(() => {}) // Told with the rest below.
    await this.endActions()
    this.#keeping.flush(this.#pipeline.takeMarks())
    const closed = Promise.allSettled([put, history.close()])
    const results = await Promise.race([
      closed,
      new Promise<[]>((resolve) => void clock.after(STOP_MS, () => resolve([]))),
    ])
    if (results.length === 0) throw new Fault('engine.slow-stop', SLOW_STOP)
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** What still waits for an answer of the world counts. */
  async #hurryAsking(): Promise<void> {
    const { asking, clock } = this.#parts
    if (!asking) return
    const late = Promise.withResolvers<void>()
    const cancel = clock.after(ASKING_MS, late.resolve)
    await Promise.race([asking.hurry().then(() => this.#pipeline.settled()), late.promise])
    cancel()
  }

  /** A history that cannot be read keeps nobody from being guarded. */
  #withoutPast(thrown: unknown): true {
    this.fault(asFault(thrown, 'store.failed'), 'history')
    return true
  }

  /** Of many bans those that only the kernel knows would take long to find; they go, unless nothing else knows any. */
  async #lookAtKernel(restored: number, isLost: boolean): Promise<readonly Scope[]> {
    const { table, history } = this.#parts
    if (!table || (restored > MANY_BANS && !isLost)) return []
    const { Adoption } = await import('./adoption.ts')
    this.#adoption = new Adoption({
      jails: this.#jails,
      table,
      history,
      effects: this.#effects,
      isLost,
      keep: this.#keeping.anew,
      onFault: (fault) => this.fault(fault),
    })
    return this.#adoption.look()
  }

  #kernelStatus(): Status['kernel'] {
    if (!this.#parts.table) return { state: 'unused' }
    const fault = this.#kernelFault ?? this.#effects.refused.first()?.fault
    return { state: fault ? 'failing' : 'ok', why: fault?.message }
  }

  /** Bans go on as they were; what is shown and kept of them follows the wall clock. */
  #followClock(): void {
    const { clock, history } = this.#parts
    const movedMs = clock.follow()
    if (movedMs === 0) return
    void history.save({ clockSteps: [{ movedMs }] })
    if (Math.abs(movedMs) >= TOLD_CLOCK_MS) this.tell({ kind: 'clock', movedMs })
  }

  #tick(): void {
    this.#ticks++
    this.#followClock()
    const now = this.#parts.clock.now()
    const decisions = this.#jails.all.flatMap(({ state }) => step(state, { kind: 'tick' }, now))
    if (decisions.length > 0) void perform(this.#effects, decisions)
    this.#keeping.flush(this.#pipeline.takeMarks())
    if (this.#ticks % SPARED_EVERY_TICKS === 0) this.#sparing.refresh()
    this.#retrying.tick()
    this.#parts.acts?.tick()
    void this.#leaving.settle()
    void this.#adoption?.tick(this.#pipeline.lines())
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
