/**
 * How decisions reach the actions of jails that are scripts. Nothing here is waited for: each jail has a queue of its own.
 * A jail whose scripts are all that it has bans by them alone: its ban is in force when they said so.
 */
import type { ActionSettings } from '../../action/action-settings.ts'
import type { JailActions } from '../../action/jail-actions.ts'
import type { Family, JailFigures } from '../../action/tag-values.ts'
import { printNetwork } from '../../base/address.ts'
import type { Fault } from '../../base/fault.ts'
import type { Ban } from '../../jail/ban.ts'
import type { Decision } from '../../jail/decision.ts'
import type { Recall } from '../../store/recall.ts'
import type { World } from '../../world/world.ts'
import { textOf } from '../difference.ts'
import type { HeldJail } from '../held-jail.ts'
import { jailFigures } from '../jail-figures.ts'
import { ownName } from '../own-name.ts'
import type { SteadyClock } from '../steady-clock.ts'
import { actKnowledge } from './act-knowledge.ts'

export interface ActsParts {
  readonly world: Pick<World, 'run' | 'names' | 'files'>
  readonly clock: SteadyClock
  readonly history: Pick<Recall, 'bans'>
  /** `allowipv6` of fail2ban.conf. */
  readonly allowIpv6: string
}

/** What the engine is told, and asked. */
export interface Doing {
  readonly jail: (name: string) => HeldJail | undefined
  /** The scripts of a jail that bans by them alone have done it: a ban (not a restored one: nobody is told of those), or its end. */
  readonly onDone: (decision: Decision & { readonly kind: 'ban' | 'restore' | 'unban' }) => void
  /** A ban of such a jail that is in force no more until its scripts have done it again. */
  readonly onWaiting: (ban: Ban) => void
  /** @param fault undefined: what was wrong with this topic is over */
  readonly onTrouble: (topic: string, fault: Fault | undefined) => void
}

/** Loaded when a jail has a script: most have none. */
const code = async () => ({
  ...(await import('../../action/action.ts')),
  ...(await import('../../action/jail-actions.ts')),
  ...(await import('../../action/second-hand.ts')),
})

interface Running {
  readonly jail: string
  readonly actions: JailActions
  readonly settings: readonly ActionSettings[]
}

export class Acts {
  readonly #parts: ActsParts
  #doing: Doing | undefined
  #code: Awaited<ReturnType<typeof code>> | undefined
  #running: ReadonlyMap<string, Running> = new Map()
  #isEnding = false
  /** Of jails that a reload took away. */
  #ending: Promise<unknown> = Promise.resolve()

  constructor(parts: ActsParts) {
    this.#parts = parts
  }

  /** What the actions of these jails need is there then. */
  async load(jails: readonly { readonly actions: readonly ActionSettings[] }[]): Promise<void> {
    if (jails.some(({ actions }) => actions.length > 0)) this.#code ??= await code()
  }

  /** @param doing what `exchange` and all after it tell and ask */
  begin(doing: Doing): void {
    this.#doing = doing
  }

  /**
   * From here on exactly the actions of these jails run. Those that stay as they were are told of the reload and keep
   * their bans; others begin anew, with the bans that stand. `load` comes before.
   */
  exchange(jails: readonly HeldJail[]): void {
    const before = this.#running
    const after = new Map<string, Running>()
    for (const jail of jails) {
      const settings = jail.settings?.actions ?? []
      if (settings.length === 0) continue
      const known = before.get(jail.name)
      if (known && textOf(known.settings) === textOf(settings)) {
        known.actions.reload()
        after.set(jail.name, known)
      } else after.set(jail.name, this.#newActions(jail, settings, this.#end(known)))
    }
    for (const [name, running] of before) if (!after.has(name)) void this.#end(running)
    this.#running = after
  }

  /** The actions of these jails begin anew, with the bans that stand. */
  restart(jails: readonly HeldJail[]): void {
    const after = new Map(this.#running)
    for (const jail of jails) {
      const known = after.get(jail.name)
      if (known) after.set(jail.name, this.#newActions(jail, known.settings, this.#end(known)))
    }
    this.#running = after
  }

  /** Whether a ban of this jail is in force when its scripts say so, and not before. */
  decides(jail: string): boolean {
    return this.#running.has(jail) && this.#doing?.jail(jail)?.scope === undefined
  }

  /** Those that are not for the scripts alone to carry out. */
  withoutOwn<D extends { readonly ban: Ban }>(decisions: readonly D[]): readonly D[] {
    return this.#running.size === 0 ? decisions : decisions.filter(({ ban }) => !this.decides(ban.jail))
  }

  /** Some of the decisions of one moment may lift all bans of a jail at once. */
  take(decisions: readonly Decision[]): void {
    if (this.#running.size === 0) return
    const lifted = new Map<JailActions, (Decision & { readonly kind: 'unban' })[]>()
    for (const decision of decisions) {
      const actions = 'ban' in decision ? this.#running.get(decision.ban.jail)?.actions : undefined
      if (!actions) continue
      if (decision.kind === 'already') actions.again(decision.ban)
      if (decision.kind === 'ban' || decision.kind === 'restore') actions.ban(decision.ban, decision.kind === 'restore')
      if (decision.kind !== 'unban') continue
      const together = lifted.get(actions)
      if (together) together.push(decision)
      else lifted.set(actions, [decision])
    }
    for (const [actions, decided] of lifted) this.#lift(actions, decided)
  }

  /** Resolves when the scripts have done what these decisions ask for or have failed, but after so long in any case. */
  async done(decisions: readonly Decision[], ms: number): Promise<void> {
    const waited = decisions.flatMap((decision) => {
      if (decision.kind !== 'ban' && decision.kind !== 'unban') return []
      return this.#running.get(decision.ban.jail)?.actions.done(printNetwork(decision.ban.network)) ?? []
    })
    if (waited.length === 0) return
    const late = Promise.withResolvers<void>()
    const cancel = this.#parts.clock.after(ms, late.resolve)
    await Promise.race([Promise.all(waited), late.promise])
    cancel()
  }

  /** Bans and ends that the scripts of this jail have not done yet. */
  waiting(jail: string): number {
    return this.#running.get(jail)?.actions.waiting ?? 0
  }

  /** Whether the scripts of a jail that bans by them alone have this ban or its end still to do. */
  isWaiting(ban: Ban): boolean {
    if (!this.decides(ban.jail)) return false
    return this.#running.get(ban.jail)!.actions.isWaiting(printNetwork(ban.network))
  }

  tick(): void {
    for (const { actions } of this.#running.values()) actions.tick()
  }

  /** All bans are lifted, all actions stopped, as far as there is time. Never throws. */
  async stop(ms: number): Promise<void> {
    this.#isEnding = true
    const ended = [...this.#running.values()].map(({ actions }) => actions.stop(ms))
    const late = Promise.withResolvers<void>()
    const cancel = this.#parts.clock.after(ms + SPARE_MS, late.resolve)
    await Promise.race([Promise.all([this.#ending, ...ended]), late.promise])
    cancel()
  }

  #lift(actions: JailActions, decided: readonly (Decision & { readonly kind: 'unban' })[]): void {
    const isAll = this.#doing?.jail(decided[0]!.ban.jail)?.state.bans.size === 0
    const isWish = decided.every(({ why }) => why === 'manual')
    if (isAll && isWish && decided.length > 1) {
      const bans = decided.map(({ ban }) => ban)
      void actions.flush(bans, 'manual')
    } else for (const { ban, why } of decided) actions.unban(ban, why)
  }

  #end(running: Running | undefined): Promise<void> | undefined {
    if (!running) return undefined
    const { jail, actions, settings } = running
    const ended = actions.stop(RELOAD_STOP_MS)
    this.#ending = Promise.all([this.#ending, ended])
    for (const one of settings) {
      for (const topic of [topicOf(jail, one), `${topicOf(jail, one)} code`]) this.#doing?.onTrouble(topic, undefined)
    }
    return ended
  }

  #newActions(jail: HeldJail, settings: readonly ActionSettings[], after: Promise<void> | undefined): Running {
    const { Action, JailActions, secondHand } = this.#code!
    const { world, clock, history } = this.#parts
    const { name } = jail
    const doing = this.#doing!
    const knowledge = actKnowledge({
      history,
      clock,
      names: world.names,
      ownName: ownName(world.files),
      jail: () => this.#figures(doing.jail(name) ?? jail),
    })
    const actions = settings.map((one) => {
      const onTrouble = (fault: Fault | undefined) => doing.onTrouble(topicOf(name, one), fault)
      doing.onTrouble(`${topicOf(name, one)} code`, secondHand(name, one))
      return new Action(one, { jail: name, run: world.run, knowledge, families: this.#families(), onTrouble })
    })
    const running = new JailActions({
      jail: name,
      actions,
      clock,
      ...(after ? { after } : {}),
      standing: (address) => doing.jail(name)?.state.bans.get(address),
      onHeld: (ban, isRestored) =>
        this.#done(isRestored ? { kind: 'restore', ban } : { kind: 'ban', ban, prolongs: false }),
      onLifted: (ban, why) => this.#done({ kind: 'unban', ban, why }),
      onFault: (fault) => doing.onTrouble(`actions ${name} ${fault.code}`, fault),
    })
    for (const ban of jail.state.bans.values()) {
      if (jail.scope === undefined) doing.onWaiting(ban)
      running.ban(ban, true)
    }
    return { jail: name, actions: running, settings }
  }

  /** At the end all bans are taken to be lifted, as Fail2ban does. */
  #figures({ state }: HeldJail): JailFigures {
    return { ...jailFigures(state), ...(this.#isEnding ? { banned: 0 } : {}) }
  }

  #done(decision: Decision & { readonly kind: 'ban' | 'restore' | 'unban' }): void {
    if (this.decides(decision.ban.jail)) this.#doing?.onDone(decision)
  }

  #families(): readonly Family[] {
    const { allowIpv6, world } = this.#parts
    const hasIpv6 = () => world.names.own().some((address) => address.includes(':') && address !== '::1')
    const isAllowed = allowIpv6 === 'auto' ? hasIpv6() : /^(yes|true|on|1)$/i.test(allowIpv6)
    return isAllowed ? ['inet4', 'inet6'] : ['inet4']
  }
}

function topicOf(jail: string, { name }: ActionSettings): string {
  return `action ${jail} ${name}`
}

/** What has to be undone when a jail goes is given so long. */
const RELOAD_STOP_MS = 60_000
/** What a killed process may take to be gone. */
const SPARE_MS = 600
