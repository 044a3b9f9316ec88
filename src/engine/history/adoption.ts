/**
 * Bans that the kernel holds and the history does not know: it was lost or damaged, cannot be read just now, or the guard
 * was killed while it could not be written. They become the jails' again, with the time that is left to them, and the
 * history's as soon as it can be told.
 *
 * From the start on they are wanted by nobody's name. What a log read again bans anew is left to that: it knows more. What
 * the history says was ended goes.
 */
import { printNetwork } from '../../base/address.ts'
import { asFault, type Fault } from '../../base/fault.ts'
import { type BanSet, banSet } from '../../firewall/ban-set.ts'
import type { BanTable } from '../../firewall/ban-table.ts'
import type { Scope } from '../../firewall/block.ts'
import type { Listed } from '../../firewall/listed.ts'
import type { Ban } from '../../jail/ban.ts'
import type { Decision } from '../../jail/decision.ts'
import { step } from '../../jail/jail.ts'
import type { History } from '../../store/history.ts'
import type { BlockingJail, HeldJail } from '../held-jail.ts'
import type { Jails } from '../jails.ts'
import { type Effects, perform } from '../perform.ts'

export interface AdoptionParts {
  readonly jails: Jails
  readonly table: BanTable
  readonly history: History
  readonly effects: Effects
  /** The history is a new one, or cannot be read. */
  readonly isLost: boolean
  /** Tells the history of bans that it does not know. */
  readonly keep: (bans: readonly Ban[]) => void
  readonly onFault: (fault: Fault) => void
}

const NOBODY = ''
/** Bans that are taken at once: between two pieces everything else has its turn. */
const PIECE = 2000
/** Logs that never rest are not waited for any longer. */
const MAX_TICKS = 10

export class Adoption {
  readonly #parts: AdoptionParts
  #unknown: readonly Listed[] = []
  readonly #adopted: Ban[] = []
  #isSettled = false
  #isKnown = false
  #lines = -1
  #ticks = 0

  constructor(parts: AdoptionParts) {
    this.#parts = parts
  }

  /**
   * Before the table is opened. Never rejects.
   * @returns scopes that must be left as they are: they hold too much to be looked at
   */
  async look(): Promise<readonly Scope[]> {
    const { jails, table, isLost, onFault } = this.#parts
    const scopes = jails.blocking.map(({ scope }) => scope)
    const ownersOf = owners(jails)
    try {
      this.#unknown = (await table.list(scopes)).filter((one) => ownersOf(one).every((jail) => !bans(jail, one)))
      for (const { set, network, until } of this.#unknown)
        table.want({ scope: set.scope, network, until, owner: NOBODY })
      return []
    } catch (thrown) {
      if (!isLost) return []
      onFault(asFault(thrown, 'kernel.failed'))
      return scopes
    }
  }

  /** Once a second: when the logs have been read again, it is decided upon what nobody has banned anew. */
  async tick(lines: number): Promise<void> {
    if (this.#isSettled) return
    const isQuiet = lines === this.#lines || ++this.#ticks > MAX_TICKS
    this.#lines = lines
    if (isQuiet) await this.settle()
  }

  /** Never rejects. */
  async settle(): Promise<void> {
    const { effects, history } = this.#parts
    this.#isSettled = true
    for (let at = 0; at < this.#unknown.length; at += PIECE) await this.#settle(this.#unknown.slice(at, at + PIECE))
    this.#unknown = []
    if (this.#adopted.length > 0) effects.events.tell({ kind: 'restored', bans: this.#adopted.length })
    if (history.state().kind === 'ok') await this.reclaim()
  }

  /**
   * The history can be read: it knows better than the kernel whose each ban is, but not what happened since; and it is
   * told what it does not know. Never rejects.
   */
  async reclaim(): Promise<void> {
    const { history, effects, isLost, keep, onFault } = this.#parts
    if (!this.#isSettled || this.#isKnown) return
    this.#isKnown = true
    try {
      if (isLost) for await (const bans of history.activeBans(effects.clock.now())) await this.#putRight(bans)
      keep(this.#adopted.filter((ban) => effects.standing(ban)?.from === ban.from))
    } catch (thrown) {
      this.#isKnown = false
      onFault(asFault(thrown, 'store.failed'))
    }
  }

  async #settle(unknown: readonly Listed[]): Promise<void> {
    const { jails, table, effects } = this.#parts
    const ownersOf = owners(jails)
    const decisions: Decision[] = []
    for (const one of unknown) if (!(await this.#isOver(one))) decisions.push(...this.#take(one, ownersOf(one)))
    await perform(effects, decisions)
    for (const decision of decisions) if (decision.kind === 'restore') this.#adopted.push(decision.ban)
    const released = unknown.map(
      ({ set: { scope }, network }) => ({ kind: 'remove', network, scope, owner: NOBODY }) as const,
    )
    await table.putEach(released).catch(() => {})
  }

  /** The history knows of a ban of it, and that is not in force: it was lifted, or its jail is no more. */
  async #isOver({ network }: Listed): Promise<boolean> {
    const { history, effects } = this.#parts
    const [last] = await history.bans({ network, limit: 1 }).catch(() => [])
    if (!last) return false
    const hasRunOut = last.until !== undefined && last.until <= effects.clock.now()
    return last.ended === undefined ? !hasRunOut : last.endedBy !== 'time'
  }

  #take(one: Listed, owners: readonly HeldJail[]): Decision[] {
    const { effects } = this.#parts
    const owner = ownerAmong(owners, one.until === undefined)
    if (!owner || owners.some((jail) => bans(jail, one))) return []
    const { network, from, until } = one
    const ban: Ban = { jail: owner.name, network, from, until, failures: 0, count: 1, matches: [], origin: 'import' }
    return step(owner.state, { kind: 'restore', ban }, effects.clock.now())
  }

  async #putRight(bans: readonly Ban[]): Promise<void> {
    const { jails, effects } = this.#parts
    const inForce: Ban[] = []
    const decisions = bans.flatMap((ban) => {
      const state = jails.get(ban.jail)?.state
      const standing = state?.bans.get(printNetwork(ban.network))
      const isNew = standing !== undefined && standing.origin !== 'import'
      if (!state || isNew) return []
      if (standing && !effects.pending.has(standing)) inForce.push(ban)
      return step(state, { kind: 'restore', ban }, effects.clock.now())
    })
    const done = perform(effects, decisions)
    // Only its end and its owner may change: nobody is told meanwhile that it is not in force.
    for (const ban of inForce) effects.pending.delete(ban)
    await done
  }
}

/** Whose bans are in a set; jails may share one. */
function owners({ blocking }: Jails): (one: Listed) => readonly BlockingJail[] {
  const known = new Map<BanSet, BlockingJail[]>()
  return ({ set }) => {
    const found = known.get(set) ?? blocking.filter(({ scope }) => banSet(scope, set).name === set.name)
    known.set(set, found)
    return found
  }
}

function bans({ state }: HeldJail, { network }: Listed): boolean {
  return state.bans.get(printNetwork(network)) !== undefined
}

/** Whose bans end, or do not, as this one. */
function ownerAmong(owners: readonly HeldJail[], isForEver: boolean): HeldJail | undefined {
  return owners.find(({ state }) => state.options.bantime < 0 === isForEver) ?? owners[0]
}
