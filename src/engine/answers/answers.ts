/** All that can be asked of a guard that runs, and what bans and lifts by hand. */
import type { Network } from '../../base/address.ts'
import type { Seconds } from '../../base/duration.ts'
import type { Fault } from '../../base/fault.ts'
import type { BanTable } from '../../firewall/ban-table.ts'
import type { Ban } from '../../jail/ban.ts'
import type { Decision } from '../../jail/decision.ts'
import { asksEarlier, step } from '../../jail/jail.ts'
import { countAnew } from '../../jail/jail-state.ts'
import type { ForeignBan } from '../../store/fail2ban/foreign-ban.ts'
import type { History } from '../../store/history.ts'
import type { EpochMs } from '../../world/clock.ts'
import { bansBefore } from '../enquire.ts'
import { banStatus, type HeldJail, jailStatus } from '../held-jail.ts'
import type { TakenOver } from '../history/take-over.ts'
import type { Jails } from '../jails.ts'
import type { KernelView } from '../kernel-view.ts'
import type { LastMinute } from '../last-minute.ts'
import { MANUAL_JAIL } from '../manual-jail.ts'
import { type Outcome, outcome } from '../outcome.ts'
import { type Effects, perform } from '../perform.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Acts } from '../scripts/act.ts'
import type { Sparing } from '../sparing/sparing.ts'
import type {
  AllLifted,
  GuardFolders,
  JailDetails,
  JailStatus,
  ListedBan,
  SparedNow,
  Status,
  Verified,
  Why,
} from '../status.ts'
import type { SteadyClock } from '../steady-clock.ts'
import type { Troubles } from '../troubles.ts'
import { listedBans } from './listed-bans.ts'
import { unbanAll } from './unban-all.ts'
import { why } from './why.ts'

export interface AnswersParts {
  readonly version: string
  readonly pid: number
  /** When it began, by its own clock. */
  readonly since: EpochMs
  readonly folders?: GuardFolders | undefined
  readonly clock: SteadyClock
  readonly history: History
  readonly table: BanTable | undefined
  readonly acts?: Acts | undefined
  readonly jails: Jails
  readonly effects: Effects
  readonly kernelView: KernelView
  /** Why the kernel's table is not as wanted; undefined: it is. */
  readonly kernelFault: () => Fault | undefined
  readonly pipeline: Pipeline
  readonly lastMinute: Pick<LastMinute, 'now'>
  readonly sparing: Sparing
  readonly troubles: Troubles
}

export interface BanOrder {
  readonly jail: string | undefined
  readonly lasts: Seconds | undefined
  readonly force: boolean
  readonly shorten?: boolean
  /** Why, in words. */
  readonly reason?: string | undefined
  /** Whoever stands in `ignoreip` is banned when he is named, as in Fail2ban; those whom the host spares are not. */
  readonly despiteIgnoreip?: boolean
}

/** Who bans by hand waits for scripts so long. */
const ACTS_MS = 3000

export class Answers {
  readonly #parts: AnswersParts

  constructor(parts: AnswersParts) {
    this.#parts = parts
  }

  status(): Status {
    const { version, pid, since, folders, clock, table, history, jails, kernelView, pipeline } = this.#parts
    const { lastMinute, sparing, troubles } = this.#parts
    const shown = jails.all.filter((jail) => jail.settings || jail.state.totals.bans > 0)
    return {
      version,
      pid,
      since: since + clock.aheadMs,
      observe: table === undefined,
      folders,
      jails: shown.map((jail) => this.#jailStatus(jail)),
      ...kernelView.count(jails.all),
      lines: pipeline.lines(),
      lastMinute: lastMinute.now(),
      kernel: this.#kernelStatus(),
      history: { state: history.state().kind },
      spared: sparing.own(),
      faults: troubles.faults.map(({ code, message, hint, at }) => ({ code, message, hint, at })),
    }
  }

  /** @throws Fault `control.no-jail` */
  jail(name: string): JailDetails {
    const { jails, clock, kernelView } = this.#parts
    const held = jails.need(name)
    const bans = [...held.state.bans.values()].map((ban) => banStatus(ban, kernelView.isPending(ban), clock.aheadMs))
    return { ...this.#jailStatus(held), bans: bans.sort((a, b) => b.from - a.from) }
  }

  /**
   * Every ban in force, or those of one jail, some at a time: between two of them everything else has its turn, and what
   * changes meanwhile may be among them or not. @throws Fault `control.no-jail`
   */
  bans(jail: string | undefined): Iterable<readonly ListedBan[]> {
    const { clock, kernelView } = this.#parts
    return listedBans(this.#oneOrAll(jail), kernelView.isPending, clock)
  }

  why(network: Network): Promise<Why> {
    const { table, history, clock, jails, kernelView, sparing } = this.#parts
    return why(network, {
      jails: jails.all,
      table,
      history,
      clock,
      isPending: kernelView.isPending,
      spared: sparing.why(network),
    })
  }

  /** Resolves when kernel and history have it. @throws Fault `control.no-jail` */
  async ban(networks: readonly Network[], order: BanOrder): Promise<Outcome[]> {
    const { jail, lasts, shorten = false, reason, despiteIgnoreip = false } = order
    const { jails, history, clock, pipeline, sparing } = this.#parts
    const held = jails.need(jail ?? MANUAL_JAIL)
    sparing.freshen()
    const decisions: Decision[] = []
    for (const network of networks) {
      const earlier = await bansBefore(history, held.state, network, clock.now())
      const force = order.force || (despiteIgnoreip && sparing.whyEverywhere(network) === undefined)
      const event = { kind: 'ban', network, earlier, lasts, origin: 'manual', force, shorten, reason } as const
      decisions.push(...step(held.state, event, clock.now()))
    }
    await this.#carryOut([...decisions, ...(await pipeline.repeated(decisions))])
    // What had to make room nobody has asked for.
    return this.#outcomes(decisions.filter(({ kind }) => kind !== 'unban'))
  }

  /**
   * A failure that is told by hand, in so many lines. Resolves when kernel and history have what comes of it.
   * @returns why it does not count; undefined if it does
   * @throws Fault `control.no-jail`
   */
  async attempt(network: Network, jail: string, lines: readonly string[]): Promise<string | undefined> {
    const { jails, history, clock, pipeline, sparing } = this.#parts
    const { state } = jails.need(jail)
    sparing.freshen()
    const attempts = Math.max(1, lines.length)
    const time = clock.now()
    const earlier = asksEarlier(state, network, attempts) ? await bansBefore(history, state, network, time) : 0
    const before = state.totals.failures
    const decisions = step(state, { kind: 'failure', network, time, attempts, lines, earlier }, time)
    // Of many lines one is told, as in Fail2ban.
    state.totals.failures = Math.min(state.totals.failures, before + 1)
    await this.#carryOut([...decisions, ...(await pipeline.repeated(decisions))])
    return decisions.find((one) => one.kind === 'ignored')?.why
  }

  /** @throws Fault `control.no-jail` */
  async unban(networks: readonly Network[], jail: string | undefined, narrow = false): Promise<Outcome[]> {
    const { clock } = this.#parts
    const jails = this.#oneOrAll(jail)
    const lifted = networks.map((network) =>
      jails.flatMap(({ state }) => step(state, { kind: 'unban', network, narrow }, clock.now())),
    )
    await this.#carryOut(lifted.flat())
    // Of many jails that do not ban it one is told.
    const told = lifted.flatMap((all) => {
      const found = all.filter((one) => one.kind === 'unban' || (one.kind === 'absent' && one.within))
      return found.length > 0 ? found : all.slice(0, 1)
    })
    return this.#outcomes(told)
  }

  /** Every ban, or every one of a jail. Resolves when kernel and history have it. @throws Fault `control.no-jail` */
  async unbanAll(jail: string | undefined): Promise<AllLifted> {
    return unbanAll(this.#oneOrAll(jail), this.#parts.effects)
  }

  /**
   * Looks anew at who is never banned, and ends the bans of those of these networks who are, made by hand or not.
   * Resolves when kernel and history have it.
   */
  async spare(networks: readonly Network[]): Promise<readonly SparedNow[]> {
    const { jails, clock, sparing } = this.#parts
    const gained: Network[] = []
    sparing.refresh((some) => gained.push(...some))
    const lift = (network: Network, byHand: boolean) =>
      jails.all.flatMap(({ state }) => step(state, { kind: 'spare', network, byHand }, clock.now()))
    const lifted = networks.map((network) => {
      const why = sparing.whyEverywhere(network)
      return { network, why, decisions: why === undefined ? [] : lift(network, true) }
    })
    const others = gained.flatMap((network) => lift(network, false))
    await this.#carryOut([...lifted.flatMap(({ decisions }) => decisions), ...others])
    return lifted.map(({ network, why, decisions }) => ({
      address: network.text,
      why,
      lifted: decisions.flatMap((one) =>
        one.kind === 'unban' ? [{ address: one.ban.network.text, jail: one.ban.jail }] : [],
      ),
    }))
  }

  /**
   * A jail, or every one, counts as if it had just been started, and its scripts begin anew; its bans stay in force.
   * @throws Fault `control.no-jail`
   */
  async restart(jail: string | undefined): Promise<void> {
    const { acts, effects } = this.#parts
    const jails = this.#oneOrAll(jail)
    const forgotten = jails.flatMap(({ name, state }) => countAnew(state).map((network) => ({ jail: name, network })))
    acts?.restart(jails)
    if (forgotten.length > 0) await effects.save({ forgotten })
  }

  /** Reads the kernel's sets: takes a second where there are many bans. */
  async verify(): Promise<Verified> {
    const { verify } = await import('./verify.ts')
    const { clock, table, jails, kernelView } = this.#parts
    return verify({ clock, table, jails: jails.all, isPending: kernelView.isPending })
  }

  /** Bans of another guard. Resolves when kernel and history have them. */
  async takeOver(foreign: readonly ForeignBan[], dryRun: boolean): Promise<TakenOver> {
    const { takeOver } = await import('../history/take-over.ts')
    const { jails, history, effects } = this.#parts
    return takeOver(foreign, { jails, history, effects, dryRun })
  }

  /** Scripts are waited for, for a moment. */
  async #carryOut(decisions: readonly Decision[]): Promise<void> {
    const { effects, acts } = this.#parts
    await perform(effects, decisions)
    await acts?.done(decisions, ACTS_MS)
  }

  #outcomes(decisions: readonly Decision[]): Outcome[] {
    const { effects, acts } = this.#parts
    const whyNot = (ban: Ban) => {
      if (effects.refused.has(ban)) return 'the kernel has not taken it yet'
      return acts?.isWaiting(ban) ? 'the script of its action has not done it yet' : undefined
    }
    return decisions.map((decision) => outcome(decision, whyNot))
  }

  #oneOrAll(jail: string | undefined): readonly HeldJail[] {
    const { jails } = this.#parts
    return jail === undefined ? jails.all : [jails.need(jail)]
  }

  #jailStatus(jail: HeldJail): JailStatus {
    const { kernelView, acts } = this.#parts
    return jailStatus(jail, { pendingNow: kernelView.pendingIn(jail), waitingNow: acts?.waiting(jail.name) ?? 0 })
  }

  #kernelStatus(): Status['kernel'] {
    const { table, effects, kernelFault } = this.#parts
    if (!table) return { state: 'unused' }
    const fault = kernelFault() ?? effects.refused.first()?.fault
    return { state: fault ? 'failing' : 'ok', why: fault?.message }
  }
}
