/**
 * The engine: jails, history, kernel and reader brought together, and all that can be asked of them. It knows neither
 * sockets nor terminals: control/ and cli/ speak for it.
 */
import { type Network, printNetwork } from '../base/address.ts'
import type { Seconds } from '../base/duration.ts'
import { asFault, type Fault, Fault as Problem } from '../base/fault.ts'
import type { BanTable } from '../firewall/ban-table.ts'
import type { Scope } from '../firewall/block.ts'
import type { Ban } from '../jail/ban.ts'
import { ignoreList, type Spared } from '../jail/ignore.ts'
import { type Decision, step } from '../jail/jail.ts'
import type { Deed } from '../store/deed.ts'
import type { History } from '../store/history.ts'
import type { Cancel } from '../world/clock.ts'
import { bansBefore } from './enquire.ts'
import { type Event, type EventBody, type Events, events } from './event.ts'
import { banStatus, type HeldJail, jailStatus } from './held-jail.ts'
import { type Later, later } from './later.ts'
import { MANUAL_JAIL } from './manual-jail.ts'
import { type Outcome, outcome } from './outcome.ts'
import { type Effects, keyOf, perform, performAgain } from './perform.ts'
import { type Pipeline, pipeline } from './pipeline.ts'
import type { Batch, Report } from './report.ts'
import { ownSpared } from './spared.ts'
import type { JailDetails, Status, Why } from './status.ts'
import type { SteadyClock } from './steady-clock.ts'
import { why } from './why.ts'

export interface EngineParts {
  readonly version: string
  readonly pid: number
  readonly clock: SteadyClock
  readonly history: History
  /** Absent when observing: then nothing in the kernel is changed. */
  readonly table: BanTable | undefined
  readonly jails: readonly HeldJail[]
  /** Who is never banned, as it is now. */
  readonly spared: () => readonly Spared[]
  /** What a jail's own `ignoreip` adds. */
  readonly ignored: (jail: HeldJail) => readonly Spared[]
  readonly faults: readonly Fault[]
  /** Number of the last event in the history. */
  readonly lastSeq: number
}

export interface BanOrder {
  readonly jail: string | undefined
  readonly lasts: Seconds | undefined
  readonly force: boolean
}

const TICK_MS = 1000
/** The host's own addresses and sessions are looked up again this often. */
const SPARED_EVERY_TICKS = 15
const RETRY_MS = 5000
/** Kernel and history are waited for this long at the end. */
const STOP_MS = 5000
const SLOW_STOP = 'kernel or history did not answer in time: bans in the kernel stay there until their ends'
/** Bans in one deed where many are kept at once. */
const DEED_BANS = 1000
/** Faults shown by `status`: the latest. */
const MAX_FAULTS = 20
/** Rows that wait for the next tick; more are kept at once. */
const MAX_LATER_ROWS = 5000
/** Addresses remembered as told; then all may be told again. */
const MAX_TOLD = 10_000

export class Engine {
  readonly #parts: EngineParts
  readonly #jails: ReadonlyMap<string, HeldJail>
  readonly #events: Events
  readonly #effects: Effects
  readonly #pipeline: Pipeline
  readonly #since: number
  readonly #told = new Set<string>()
  readonly #later: Later = later()
  /** Events that are not in the history yet. */
  #unkept: Event[] = []
  #spared: readonly Spared[] = []
  #faults: Fault[]
  #kernelFault: Fault | undefined
  #ticks = 0
  #cancelTick: Cancel = () => {}

  constructor(parts: EngineParts) {
    const { clock, history, table } = parts
    this.#parts = parts
    this.#jails = new Map(parts.jails.map((jail) => [jail.name, jail]))
    this.#since = clock.now()
    this.#faults = [...parts.faults]
    this.#events = events(
      parts.lastSeq,
      () => clock.now(),
      (event) => this.#unkept.push(event),
    )
    this.#effects = {
      clock,
      events: this.#events,
      kernel: table,
      save: (deed) => this.#keep(deed),
      scopeOf: (jail) => this.#jail(jail).scope,
      pending: new Set(),
      refused: new Map(),
      standing: (ban) => this.#jails.get(ban.jail)?.state.bans.get(printNetwork(ban.network)),
      tellIgnored: (jail, address) => this.#isNews(`${jail} ${address}`),
    }
    this.#pipeline = pipeline({
      clock,
      history,
      jail: (name) => this.#jails.get(name),
      perform: (decisions, along) => this.#perform(decisions, along),
      onFault: (jail, fault) => {
        if (this.#isNews(`${jail} ${fault.code}`)) this.fault(fault)
      },
    })
    this.#refreshSpared()
  }

  /** Puts the bans of the history back in force, then begins to count time. */
  async start(): Promise<void> {
    const { clock, table, version } = this.#parts
    this.tell({ kind: 'start', version, observe: table === undefined })
    const decisions = await this.#restored().catch((thrown) => this.#withoutPast(thrown))
    const kept = decisions.flatMap((decision) => (decision.kind === 'restore' ? [decision.ban] : []))
    await table?.open(kept.map((ban) => this.#blockOf(ban)))
    const lifted = decisions.filter(({ kind }) => kind === 'unban')
    if (lifted.length > 0) void this.#perform(lifted, {})
    if (kept.length > 0) this.tell({ kind: 'restored', bans: kept.length })
    await this.#recount().catch((thrown) => this.#withoutPast(thrown))
    this.#cancelTick = clock.every(TICK_MS, () => this.#tick())
  }

  /** What the reader says. Resolves when a batch has been decided upon. */
  async hear(report: Report): Promise<void> {
    switch (report.kind) {
      case 'batch':
        return this.#pipeline.take(report.batch as Batch)
      case 'log': {
        const { log, state, why } = report
        for (const name of report.jails) {
          const logs = this.#jails.get(name)?.logs
          logs?.set(log, { log, state, why, cut: logs.get(log)?.cut ?? 0 })
        }
        this.tell({ kind: 'log', log, state, why })
        return
      }
      case 'cut':
        for (const name of report.jails) {
          const logs = this.#jails.get(name)?.logs
          const known = logs?.get(report.log)
          if (logs && known) logs.set(report.log, { ...known, cut: report.lines })
        }
        return
      case 'fault':
        return this.fault(
          new Problem(report.code, report.message, report.hint === undefined ? {} : { hint: report.hint }),
        )
      default:
        return report satisfies never
    }
  }

  /** A log of a jail that is waited for. */
  expect(jail: string, log: string): void {
    const logs = this.#jails.get(jail)?.logs
    if (logs && !logs.has(log)) logs.set(log, { log, state: 'pending', why: undefined, cut: 0 })
  }

  tell(body: EventBody): void {
    this.#events.tell(body)
  }

  fault(fault: Fault): void {
    const { code, message, hint } = fault
    this.#faults = [...this.#faults.filter((other) => other.message !== message), fault].slice(-MAX_FAULTS)
    this.tell({ kind: 'fault', code, message, hint })
  }

  /** The kernel's table could not be kept as wanted; undefined: it is again. */
  kernelFault(fault: Fault | undefined): void {
    this.#kernelFault = fault
    if (fault) this.fault(fault)
  }

  /** The history is a new one: it is told who is banned. */
  keepAnew(): void {
    for (const { state } of this.#jails.values()) {
      const bans = [...state.bans.values()]
      for (let at = 0; at < bans.length; at += DEED_BANS)
        void this.#parts.history.save({ bans: bans.slice(at, at + DEED_BANS) })
    }
  }

  listen(hear: (event: Event) => void): () => void {
    return this.#events.listen(hear)
  }

  status(): Status {
    const { version, pid, table, history } = this.#parts
    const banned = new Set<string>()
    for (const { state } of this.#jails.values()) for (const address of state.bans.keys()) banned.add(address)
    return {
      version,
      pid,
      since: this.#since,
      observe: table === undefined,
      jails: [...this.#jails.values()].filter((jail) => jail.settings || jail.state.totals.bans > 0).map(jailStatus),
      banned: banned.size,
      pending: this.#effects.pending.size,
      lines: this.#pipeline.lines(),
      kernel: table
        ? { state: this.#kernelFault ? 'failing' : 'ok', why: this.#kernelFault?.message }
        : { state: 'unused' },
      history: { state: history.state().kind },
      spared: ownSpared(this.#spared),
      faults: this.#faults.map(({ code, message, hint, at }) => ({ code, message, hint, at })),
    }
  }

  /** @throws Fault `control.no-jail` */
  jail(name: string): JailDetails {
    const held = this.#jail(name)
    const bans = [...held.state.bans.values()].map((ban) => banStatus(ban, this.#isPending(ban)))
    return { ...jailStatus(held), bans: bans.sort((a, b) => b.from - a.from) }
  }

  why(network: Network): Promise<Why> {
    const { table, history, clock } = this.#parts
    return why(network, {
      jails: [...this.#jails.values()],
      table,
      history,
      now: clock.now(),
      isPending: (ban) => this.#isPending(ban),
      spared: this.#whySpared(network),
    })
  }

  /** Resolves when kernel and history have it. @throws Fault `control.no-jail` */
  async ban(networks: readonly Network[], { jail, lasts, force }: BanOrder): Promise<Outcome[]> {
    const held = this.#jail(jail ?? MANUAL_JAIL)
    const decisions: Decision[] = []
    for (const network of networks) {
      const earlier = await bansBefore(this.#parts.history, held.state, network)
      const event = { kind: 'ban', network, earlier, lasts, origin: 'manual', force } as const
      decisions.push(...step(held.state, event, this.#parts.clock.now()))
    }
    await this.#perform(decisions, {})
    return decisions.map((decision) => outcome(decision, this.#effects.refused))
  }

  /** @throws Fault `control.no-jail` */
  async unban(networks: readonly Network[], jail: string | undefined): Promise<Outcome[]> {
    const jails = jail === undefined ? [...this.#jails.values()] : [this.#jail(jail)]
    const decisions = networks.flatMap((network) => {
      const lifted = jails.flatMap(({ state }) => step(state, { kind: 'unban', network }, this.#parts.clock.now()))
      const found = lifted.filter(({ kind }) => kind === 'unban')
      return found.length > 0 ? found : lifted.slice(0, 1)
    })
    await this.#perform(decisions, {})
    return decisions.map((decision) => outcome(decision, this.#effects.refused))
  }

  /**
   * @param keep leaves the bans in the kernel until their ends
   * @throws Fault `engine.slow-stop`, and what kernel or history refuse: then too nothing more is done
   */
  async stop({ keep }: { readonly keep: boolean }): Promise<void> {
    const { clock, table, history } = this.#parts
    this.#cancelTick()
    this.tell({ kind: 'stop' })
    this.#flush()
    const closed = Promise.allSettled([table?.close({ keep }), history.close()])
    const results = await Promise.race([
      closed,
      new Promise<[]>((resolve) => void clock.after(STOP_MS, () => resolve([]))),
    ])
    if (results.length === 0) throw new Problem('engine.slow-stop', SLOW_STOP)
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  async #restored(): Promise<Decision[]> {
    const { clock, history } = this.#parts
    const now = clock.now()
    const decisions: Decision[] = []
    for await (const bans of history.activeBans(now)) {
      for (const ban of bans) {
        const jail = this.#jails.get(ban.jail)
        if (jail) decisions.push(...step(jail.state, { kind: 'restore', ban }, now))
      }
    }
    return decisions
  }

  async #recount(): Promise<void> {
    const { clock, history } = this.#parts
    for await (const counters of history.counters(clock.now() - this.#longestFindtime())) {
      for (const { jail, network, ...counter } of counters) {
        this.#jails.get(jail)?.state.counters.set(printNetwork(network), counter)
      }
    }
  }

  /** A history that cannot be read keeps nobody from being guarded. */
  #withoutPast(thrown: unknown): Decision[] {
    this.fault(asFault(thrown, 'store.failed'))
    return []
  }

  #perform(decisions: readonly Decision[], along: Parameters<typeof perform>[2]): Promise<void> {
    return perform(this.#effects, decisions, along)
  }

  #tick(): void {
    this.#ticks++
    const now = this.#parts.clock.now()
    const decisions = [...this.#jails.values()].flatMap(({ state }) => step(state, { kind: 'tick' }, now))
    if (decisions.length > 0) void this.#perform(decisions, {})
    this.#flush()
    if (this.#ticks % SPARED_EVERY_TICKS === 0) this.#refreshSpared()
    if ((this.#ticks * TICK_MS) % RETRY_MS === 0) void performAgain(this.#effects)
  }

  #flush(): void {
    const positions = this.#pipeline.takeMarks()
    const unkept = this.#unkept
    this.#unkept = []
    const events = unkept.map(({ seq, time, kind, ...body }) => ({ seq, time, kind, body: JSON.stringify(body) }))
    this.#later.add({ positions, events })
    const deed = this.#later.take()
    if (deed) void this.#parts.history.save(deed)
  }

  /** Bans and their ends at once, and with them all that waited before; the rest with the next tick. */
  async #keep(deed: Deed): Promise<void> {
    this.#later.add(deed)
    const isUrgent = (deed.bans?.length ?? 0) > 0 || (deed.ends?.length ?? 0) > 0
    if (isUrgent || this.#later.rows > MAX_LATER_ROWS) await this.#parts.history.save(this.#later.take()!)
  }

  #refreshSpared(): void {
    try {
      this.#spared = this.#parts.spared()
    } catch (thrown) {
      // Those known stay spared: /proc may be short of descriptors for a moment.
      this.fault(asFault(thrown, 'spared.failed'))
      return
    }
    for (const jail of this.#jails.values()) {
      jail.state.ignored = ignoreList([...this.#parts.ignored(jail), ...this.#spared])
    }
  }

  /** By the host for all jails, or by one jail's `ignoreip`. */
  #whySpared(network: Network): string | undefined {
    const everywhere = ignoreList(this.#spared)(network)
    if (everywhere !== undefined) return everywhere
    return [...this.#jails.values()].map(({ state }) => state.ignored(network)).find((why) => why !== undefined)
  }

  #isNews(key: string): boolean {
    if (this.#told.has(key)) return false
    if (this.#told.size >= MAX_TOLD) this.#told.clear()
    this.#told.add(key)
    return true
  }

  #isPending(ban: Ban): boolean {
    return this.#effects.pending.has(keyOf(ban))
  }

  #blockOf({ jail, network, until }: Ban): {
    network: Network
    scope: Scope
    until: number | undefined
    owner: string
  } {
    return { network, scope: this.#jail(jail).scope, until, owner: jail }
  }

  #jail(name: string): HeldJail {
    const jail = this.#jails.get(name)
    if (jail) return jail
    const names = [...this.#jails.keys()].join(', ')
    throw new Problem('control.no-jail', `there is no jail "${name}"`, { hint: `there are: ${names}` })
  }

  #longestFindtime(): number {
    return Math.max(...[...this.#jails.values()].map(({ state }) => state.options.findtime * 1000))
  }
}
