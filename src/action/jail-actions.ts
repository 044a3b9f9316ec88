/**
 * The actions of one jail: one command at a time, in the order of the jail's file, and nobody waits for them. A ban is
 * held when every action that would have to undo it at its end has done it; where a jail's actions only tell, when they
 * have told. What fails is tried again, ever later, as long as the ban stands.
 */
import { printNetwork } from '../base/address.ts'
import { asFault, Fault } from '../base/fault.ts'
import type { Ban } from '../jail/ban.ts'
import type { Lifted } from '../jail/decision.ts'
import type { Clock } from '../world/clock.ts'
import type { Action } from './action.ts'
import type { Limits } from './action-shell.ts'
import type { Outcome } from './command.ts'
import { Owed } from './owed.ts'
import { MAX_WAITING, type Task, Waiting } from './waiting.ts'

export interface JailActionsParts {
  readonly jail: string
  /** In the order of the jail's file. */
  readonly actions: readonly Action[]
  readonly clock: Clock
  /** The jail's ban of this address as it stands now. */
  readonly standing: (address: string) => Ban | undefined
  /** When those that ran before in its place have ended: both may use the same chain. */
  readonly after?: Promise<unknown>
  readonly onHeld: (ban: Ban, isRestored: boolean) => void
  readonly onLifted: (ban: Ban, why: Lifted) => void
  readonly onFault: (fault: Fault) => void
}

/** An end that failed so often is given up: often the ban is gone already. */
const MAX_LIFT_TRIES = 4
/** Who is banned and seen again is looked after this often, and not at once. Source: Fail2ban's observed behaviour. */
const CHECK_EVERY_MS = 3000
/** What runs when the guard ends may go on so long. */
const LAST_WORDS_MS = 2000

export class JailActions {
  readonly #parts: JailActionsParts
  readonly #waiting = new Waiting()
  /** By address: what failed, or found no room. */
  readonly #owed: Owed
  /** Before what waits: the start, a flush. */
  readonly #jobs: (() => Promise<void>)[] = []
  readonly #settled = new Map<string, (() => void)[]>()
  #current: Task | undefined
  #cutter = new AbortController()
  #working: Promise<void> | undefined
  #checkedMs = Number.NEGATIVE_INFINITY
  #isStopping = false

  constructor(parts: JailActionsParts) {
    this.#parts = parts
    this.#owed = new Owed(parts.clock)
    this.#work(() => this.#start())
  }

  get waiting(): number {
    return this.#waiting.size + this.#owed.size + (this.#current ? 1 : 0)
  }

  /** Nothing runs, and nothing waits but what failed. */
  get isIdle(): boolean {
    return this.#working === undefined
  }

  ban(ban: Ban, isRestored: boolean): void {
    if (this.#isStopping) return
    const address = printNetwork(ban.network)
    this.#owed.delete(address)
    if (this.#waiting.isFull) {
      this.#parts.onFault(full(this.#parts.jail))
      this.#owed.add({
        kind: 'ban',
        address,
        ban: { ...ban, matches: [], fields: undefined },
        isRestored,
        why: 'ended',
        tries: 0,
      })
      return
    }
    const lift = this.#waiting.ban(ban, { isRestored, tries: 0 })
    if (lift) this.#parts.onLifted(lift.ban, lift.why)
    this.#work()
  }

  unban(ban: Ban, why: Lifted): void {
    if (this.#isStopping) return
    const address = printNetwork(ban.network)
    this.#owed.delete(address)
    this.#waiting.takeBan(address)
    const isRunning = this.#current?.address === address && this.#current.kind !== 'unban'
    if (!isRunning && !this.#parts.actions.some((action) => action.mayHold(address))) {
      this.#parts.onLifted(ban, why)
      this.#settle(address)
      return
    }
    this.#waiting.unban(ban, why)
    this.#work()
  }

  /** A banned address is seen again. */
  again(ban: Ban): void {
    const { clock } = this.#parts
    const isEarly = clock.now() - ban.from < CHECK_EVERY_MS || clock.monotonic() - this.#checkedMs < CHECK_EVERY_MS
    if (this.#isStopping || isEarly) return
    this.#checkedMs = clock.monotonic()
    this.#waiting.again(ban)
    this.#work()
  }

  /** Lifts all bans. Resolves when no action holds any, or has failed to let go. */
  flush(bans: readonly Ban[], why: Lifted): Promise<void> {
    this.#owed.clear()
    const dropped = this.#waiting.clear()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#work(async () => {
      await this.#lift(this.#limits())
      for (const ban of bans) this.#parts.onLifted(ban, why)
      for (const { address } of dropped) this.#settle(address)
      resolve()
    })
    return promise
  }

  /** The configuration was read again, and the jail's actions are as they were. */
  reload(): void {
    this.#work(async () => {
      for (const action of this.#parts.actions) await action.reload(this.#limits())
    })
  }

  /** Resolves when nothing is done or waits for this address, but for what failed and is tried again later. */
  done(address: string): Promise<void> {
    if (this.#current?.address !== address && !this.#waiting.has(address)) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#settled.set(address, [...(this.#settled.get(address) ?? []), resolve])
    return promise
  }

  /** Whether something is to be done for this address, now or again. */
  isWaiting(address: string): boolean {
    return this.#current?.address === address || this.#waiting.has(address) || this.#owed.has(address)
  }

  /** Once a second: what is owed and due. */
  tick(): void {
    if (this.#owed.size === 0 || this.#waiting.isFull || this.#isStopping) return
    for (const task of this.#owed.due()) {
      const { ban, address, why, tries, isRestored } = task
      if (task.kind === 'unban') this.#waiting.unban(ban, why, tries)
      else if (isSame(this.#parts.standing(address), ban)) this.#waiting.ban(ban, { isRestored, tries })
      if (this.#waiting.isFull) break
    }
    this.#work()
  }

  /** Lifts all bans and stops the actions. Never throws; after so much time it tells what is left, and ends. */
  async stop(ms: number): Promise<void> {
    const { clock, actions } = this.#parts
    const endMs = clock.monotonic() + ms
    this.#isStopping = true
    this.#waiting.clear()
    this.#owed.clear()
    const cancelFirst = clock.after(Math.min(LAST_WORDS_MS, ms / 2), () => this.#cutter.abort())
    await this.#working
    cancelFirst()
    this.#cutter = new AbortController()
    const cancel = clock.after(ms, () => this.#cutter.abort())
    const limits: Limits = { cut: this.#cutter.signal, leftMs: () => endMs - clock.monotonic() }
    await this.#lift(limits)
    for (const action of [...actions].reverse()) await action.stop(limits)
    cancel()
    this.#tellLeft()
  }

  /** @param job done before what waits */
  #work(job?: () => Promise<void>): void {
    if (job) this.#jobs.push(job)
    this.#working ??= this.#workOn()
  }

  async #workOn(): Promise<void> {
    await Promise.resolve() // Not within the step that found something to do.
    while (!this.#isStopping) {
      const job = this.#jobs.shift() ?? this.#nextTask()
      if (!job) break
      await job().catch((thrown) => this.#parts.onFault(asFault(thrown, 'action.failed')))
    }
    this.#working = undefined
  }

  #nextTask(): (() => Promise<void>) | undefined {
    const task = this.#waiting.next()
    return (
      task &&
      (async () => {
        this.#current = task
        await this.#do(task).finally(() => {
          this.#current = undefined
          this.#settle(task.address)
        })
      })
    )
  }

  async #do(task: Task): Promise<void> {
    if (task.kind === 'ban') return this.#ban(task)
    if (task.kind === 'unban') return this.#unban(task)
    for (const action of this.#parts.actions) await action.again(task.ban, this.#limits())
  }

  async #start(): Promise<void> {
    await this.#parts.after
    if (this.#isStopping) return
    for (const action of this.#parts.actions) await action.start(this.#limits())
  }

  async #ban(task: Task): Promise<void> {
    const { actions, onHeld } = this.#parts
    const { ban, isRestored, address, tries } = task
    const holders = actions.filter(({ holds }) => holds)
    const open = new Set(holders.length > 0 ? holders : actions)
    for (const action of actions) {
      const isDone = (tries > 0 && (!action.holds || action.has(address))) || (isRestored && action.settings.norestored)
      const outcome = isDone ? 'done' : await action.ban(ban, isRestored, this.#limits())
      // Those behind the last that must hold it are not waited for.
      if (outcome === 'done' && open.delete(action) && open.size === 0 && !this.#isStopping) onHeld(ban, isRestored)
    }
    if (open.size > 0 && holders.length > 0 && !this.#isStopping) this.#owed.add({ ...task, tries: tries + 1 })
  }

  #settle(address: string): void {
    if (this.#waiting.has(address)) return
    for (const resolve of this.#settled.get(address) ?? []) resolve()
    this.#settled.delete(address)
  }

  async #unban({ ban, address, tries, why }: Task): Promise<void> {
    const outcomes: Outcome[] = []
    for (const action of this.#parts.actions) outcomes.push(await action.unban(ban, this.#limits()))
    if (tries === 0) this.#parts.onLifted(ban, why)
    if (outcomes.every((outcome) => outcome === 'done') || this.#isStopping) return
    if (tries + 1 < MAX_LIFT_TRIES)
      this.#owed.add({ kind: 'unban', address, ban, isRestored: false, why, tries: tries + 1 })
    else for (const action of this.#parts.actions) action.giveUp(address)
  }

  /** All bans at once where an action can, else one after the other. */
  async #lift(limits: Limits): Promise<void> {
    const { actions } = this.#parts
    for (const action of actions) if (action.flushes) await action.flush(limits)
    const left = new Map(actions.flatMap(({ bans }) => bans.map((ban) => [printNetwork(ban.network), ban] as const)))
    for (const ban of left.values()) {
      if (limits.cut.aborted) return
      for (const action of actions) await action.unban(ban, limits)
    }
  }

  #tellLeft(): void {
    for (const { settings, holds, flushes, held } of this.#parts.actions) {
      if (!holds || held === 0) continue
      const what = `${held} ${held === 1 ? 'ban is' : 'bans are'} still in force`
      const message = `jail ${this.#parts.jail}, action ${settings.name}: ${what}, since the guard had to end`
      const hint = flushes ? 'lift them by hand' : 'lift them by hand; an actionflush would lift all by one command'
      this.#parts.onFault(new Fault('action.left', message, { hint, at: settings.at }))
    }
  }

  #limits(): Limits {
    return { cut: this.#cutter.signal }
  }
}

function isSame(standing: Ban | undefined, ban: Ban): boolean {
  return standing?.from === ban.from && standing.until === ban.until
}

function full(jail: string): Fault {
  return new Fault('action.behind', `jail ${jail}: ${MAX_WAITING} bans wait for its actions; further ones wait apart`, {
    hint: 'its scripts are slower than the attackers: a banaction such as nftables bans at once',
  })
}
