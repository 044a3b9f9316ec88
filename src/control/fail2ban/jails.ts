/**
 * The jails as Fail2ban would tell of them, each made when it is first asked for. A reload makes them anew: what was set
 * at run time is gone with it, as in Fail2ban.
 */
import type { JailSettings } from '../../config/settings.ts'
import type { HeldJail } from '../../engine/held-jail.ts'
import type { Prepared } from '../../engine/life/prepare.ts'
import type { Fail2banAsked } from './asked.ts'
import type { Change } from './jail/change.ts'
import { type JailModel, newJail } from './jail/jail-model.ts'
import { toldJail } from './jail/told-jail.ts'
import { raised } from './python.ts'
import type { Value } from './value.ts'

export class ToldJails {
  readonly #asked: Fail2banAsked
  readonly #models = new Map<string, JailModel>()
  /** What the models are of. */
  #prepared: Prepared

  constructor(asked: Fail2banAsked) {
    this.#asked = asked
    this.#prepared = asked.prepared()
  }

  /** In the order of the files; that of bans by hand only while it bans. */
  get all(): readonly HeldJail[] {
    return this.#asked.engine.jails.filter(({ settings, state }) => settings || state.bans.size > 0)
  }

  /** @throws Fault: UnknownJailException */
  held(name: Value): HeldJail {
    const held = this.all.find((jail) => jail.name === name)
    if (!held) throw raised('UnknownJailException', name)
    return held
  }

  /** @throws Fault: UnknownJailException */
  model(name: Value): JailModel {
    const { settings } = this.held(name)
    this.#freshen()
    const known = this.#models.get(String(name))
    if (known) return known
    const { world, folders } = this.#asked
    const model = settings ? toldJail(world, folders(), settings) : newJail(String(name), 'auto')
    this.#models.set(model.name, model)
    return model
  }

  /** @throws Fault: then nothing has changed */
  async change({ model, effect }: Change): Promise<void> {
    if (effect) await this.#change((jails) => jails.map((jail) => (jail.name === model.name ? effect(jail) : jail)))
    this.#models.set(model.name, model)
  }

  async add(settings: JailSettings): Promise<void> {
    await this.#change((jails) => [...jails, settings])
    this.#models.set(settings.name, newJail(settings.name, settings.backend))
  }

  async remove(name: string): Promise<void> {
    await this.#change((jails) => jails.filter((jail) => jail.name !== name))
    this.#models.delete(name)
  }

  async #change(next: (jails: Prepared['jails']) => Prepared['jails']): Promise<void> {
    this.#freshen()
    await this.#asked.change((before) => ({ ...before, jails: next(before.jails) }))
    this.#prepared = this.#asked.prepared()
  }

  #freshen(): void {
    const now = this.#asked.prepared()
    if (now === this.#prepared) return
    this.#prepared = now
    this.#models.clear()
  }
}
