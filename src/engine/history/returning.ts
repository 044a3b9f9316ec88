/**
 * What comes back: bans and half counts of the history, of what the kernel alone knows, of repeat offenders. At the start
 * for all jails, at a reload for those that it brings.
 */
import { asFault, type Fault } from '../../base/fault.ts'
import type { BanTable } from '../../firewall/ban-table.ts'
import type { Scope } from '../../firewall/block.ts'
import type { Ban } from '../../jail/ban.ts'
import type { Decision } from '../../jail/decision.ts'
import type { History } from '../../store/history.ts'
import type { Clock } from '../../world/clock.ts'
import { type HeldJail, RECIDIVE } from '../held-jail.ts'
import type { Jails } from '../jails.ts'
import { type Effects, perform } from '../perform.ts'
import type { Adoption } from './adoption.ts'
import { beginBans } from './begin-bans.ts'
import { recount, restore } from './past.ts'
import { repeatOffenders } from './repeat-offenders.ts'

export interface ReturningParts {
  readonly clock: Clock
  readonly history: History
  readonly table: BanTable | undefined
  readonly jails: Jails
  readonly effects: Effects
  /** Tells the history of bans that it does not know. */
  readonly keep: (bans: readonly Ban[]) => void
  readonly onFault: (fault: Fault, topic?: string) => void
}

/** To list so many takes the kernel half a second. */
const MANY_BANS = 20_000

export class Returning {
  readonly #parts: ReturningParts
  #adoption: Adoption | undefined

  constructor(parts: ReturningParts) {
    this.#parts = parts
  }

  /** At the start: all bans are in force when it resolves. @throws Fault if there can be no table in the kernel */
  async all(): Promise<void> {
    const { history, clock, table, jails, effects } = this.#parts
    const beginning = beginBans(effects, jails, table)
    const restoring = restore(history, jails.all, clock.now(), beginning.decided)
    const isLost = await restoring.then(
      () => history.isNew,
      (thrown) => this.#withoutPast(thrown),
    )
    const kept = await this.#lookAtKernel(beginning.restored(), isLost)
    const { restored, lifted } = await beginning.open(kept)
    if (lifted.length > 0) void perform(effects, lifted)
    this.#tell(restored)
    if (isLost) await this.#adoption?.settle()
    await this.#recount(jails.all)
  }

  /** Of jails that a reload brings. */
  async of(jails: readonly HeldJail[]): Promise<void> {
    const { history, clock, effects } = this.#parts
    const decisions: Decision[] = []
    const restoring = restore(history, jails, clock.now(), (decision) => decisions.push(decision))
    await restoring.catch((thrown) => this.#withoutPast(thrown))
    await perform(effects, decisions)
    this.#tell(decisions.filter(({ kind }) => kind === 'restore').length)
    await this.#recount(jails)
  }

  /** The history can be written again: had it been unreadable at the start, it is asked now whom it banned. */
  reclaim(): void {
    void this.#adoption?.reclaim()
  }

  /** Once a second. @param lines read so far */
  tick(lines: number): void {
    void this.#adoption?.tick(lines)
  }

  /** Of many bans those that only the kernel knows would take long to find; they go, unless nothing else knows any. */
  async #lookAtKernel(restored: number, isLost: boolean): Promise<readonly Scope[]> {
    const { table, history, jails, effects, keep, onFault } = this.#parts
    if (!table || (restored > MANY_BANS && !isLost)) return []
    const { Adoption } = await import('./adoption.ts')
    this.#adoption = new Adoption({ jails, table, history, effects, isLost, keep, onFault })
    return this.#adoption.look()
  }

  async #recount(jails: readonly HeldJail[]): Promise<void> {
    const { history, clock, effects } = this.#parts
    await recount(history, jails, clock.now()).catch((thrown) => this.#withoutPast(thrown))
    const repeater = jails.find(({ name }) => name === RECIDIVE)
    if (!repeater) return
    try {
      await perform(effects, await repeatOffenders(history, repeater.state, clock.now()))
    } catch (thrown) {
      this.#withoutPast(thrown)
    }
  }

  #tell(restored: number): void {
    if (restored > 0) this.#parts.effects.events.tell({ kind: 'restored', bans: restored })
  }

  /** A history that cannot be read keeps nobody from being guarded. */
  #withoutPast(thrown: unknown): true {
    this.#parts.onFault(asFault(thrown, 'store.failed'), 'history')
    return true
  }
}
