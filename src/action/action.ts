/**
 * One action of one jail as it runs: which families it has started for, which bans it has in force, and what it does
 * where a command fails. Commands come one after the other; who calls waits for each. Source of all orders: the commands
 * that Fail2ban 1.0.2 was seen to run.
 */
import { printNetwork } from '../base/address.ts'
import type { Ban } from '../jail/ban.ts'
import type { ActionSettings } from './action-settings.ts'
import { ActionShell, type ActionShellParts, type Limits, type Verb, type Where } from './action-shell.ts'
import type { Outcome } from './command.ts'
import type { Family } from './tag-values.ts'

export interface ActionParts extends ActionShellParts {
  /** The families that this host bans. */
  readonly families: readonly Family[]
}

export class Action {
  readonly settings: ActionSettings
  readonly #families: readonly Family[]
  readonly #shell: ActionShell
  /** Families in the order of their start; '' is the start of a jail that asks for no family. The command that started each. */
  readonly #started = new Map<Where, string>()
  /** Bans that it has in force, by address. */
  readonly #bans = new Map<string, Ban>()
  /** Of those, the ones that the guard began with. */
  readonly #restored = new Set<string>()
  /** Of those, the ones from before something was repaired. */
  readonly #doubtful = new Set<string>()
  /** Families of all bans since they were last lifted at once. */
  readonly #touched = new Set<Family>()
  /** Bans that could not be lifted. */
  readonly #left = new Set<string>()

  constructor(settings: ActionSettings, parts: ActionParts) {
    this.settings = settings
    this.#families = parts.families
    this.#shell = new ActionShell(settings, parts)
  }

  /** Whether what it does at a ban must be undone at its end; else it only tells somebody. */
  get holds(): boolean {
    return this.#shell.has('unban')
  }

  get flushes(): boolean {
    return this.#shell.has('flush')
  }

  has(address: string): boolean {
    return this.#bans.has(address)
  }

  /** Whether `unban` has something to lift. */
  mayHold(address: string): boolean {
    return this.#bans.has(address) || this.#left.has(address)
  }

  /** Bans that it has in force, or may have. */
  get held(): number {
    return this.#bans.size + this.#left.size
  }

  get bans(): readonly Ban[] {
    return [...this.#bans.values()]
  }

  /** Where it does not wait for a ban. What fails is told, and bans are tried all the same. */
  async start(limits: Limits): Promise<void> {
    if (this.settings.startOnDemand) return
    const families = this.settings.isPerFamily ? this.#families : ([''] as const)
    for (const family of families) await this.#start(family, limits)
  }

  /** Puts a ban in force, or tells one that is how long it now lasts. */
  async ban(ban: Ban, isRestored: boolean, limits: Limits): Promise<Outcome> {
    const address = printNetwork(ban.network)
    if (this.#bans.has(address)) {
      this.#bans.set(address, light(ban))
      return this.#tell('prolong', { ban, isRestored, limits })
    }
    const outcome = await this.#banAnew('ban', { ban, isRestored, limits })
    if (outcome === 'done') this.#hold(address, ban, isRestored)
    return outcome
  }

  /** May be called again where it failed, until the ban is given up. */
  async unban(ban: Ban, limits: Limits): Promise<Outcome> {
    const address = printNetwork(ban.network)
    if (!this.mayHold(address)) return 'done'
    this.#bans.delete(address)
    this.#doubtful.delete(address)
    this.#left.add(address)
    const outcome = await this.#lift({ ban, isRestored: this.#restored.has(address), limits })
    if (outcome === 'done') this.giveUp(address)
    return outcome
  }

  giveUp(address: string): void {
    this.#left.delete(address)
    this.#restored.delete(address)
  }

  /** A banned address is seen again: is the ban in force? */
  async again(ban: Ban, limits: Limits): Promise<Outcome> {
    const address = printNetwork(ban.network)
    if (!this.#doubtful.has(address)) {
      for (const family of this.#started.keys()) await this.#isSound(family, true, limits)
    }
    if (!this.#doubtful.delete(address)) return 'done'
    const outcome = await this.#banAnew(this.#shell.has('reban') ? 'reban' : 'ban', { ban, isRestored: false, limits })
    if (outcome !== 'done') this.#doubtful.add(address)
    return outcome
  }

  /** Lifts all bans at once. */
  async flush(limits: Limits): Promise<Outcome> {
    const outcome = await this.#shell.runEach('flush', this.#touched, limits)
    if (outcome !== 'done') return outcome
    for (const known of [this.#touched, this.#bans, this.#restored, this.#doubtful]) known.clear()
    return 'done'
  }

  /** After all bans were lifted. */
  async stop(limits: Limits): Promise<void> {
    await this.#shell.runEach('stop', this.#started.keys(), limits)
    this.#started.clear()
  }

  /** The configuration was read again and this action stays as it is. */
  async reload(limits: Limits): Promise<void> {
    await this.#shell.runEach('reload', this.#started.keys(), limits)
  }

  async #banAnew(verb: 'ban' | 'reban', occasion: Occasion): Promise<Outcome> {
    const { ban, limits } = occasion
    const family = familyOf(ban)
    if (this.settings.startOnDemand && !this.#started.has(family)) {
      const outcome = await this.#start(family, limits)
      if (outcome !== 'done') return outcome
    }
    const outcome = await this.#tell(verb, occasion)
    // What hung would hang again.
    if (outcome !== 'failed') return outcome
    return (await this.#isSound(family, true, limits)) ? this.#tell(verb, occasion) : 'failed'
  }

  async #lift(occasion: Occasion): Promise<Outcome> {
    const { ban, limits } = occasion
    const outcome = await this.#tell('unban', occasion)
    if (outcome !== 'failed') return outcome
    const isSound = await this.#isSound(familyOf(ban), this.settings.repairOnUnban, limits)
    // Where the action's own ground is gone, so is the ban.
    return isSound ? this.#tell('unban', occasion) : 'done'
  }

  #hold(address: string, ban: Ban, isRestored: boolean): void {
    this.giveUp(address)
    if (isRestored) this.#restored.add(address)
    this.#bans.set(address, light(ban))
    this.#touched.add(familyOf(ban))
    this.#begun(familyOf(ban))
  }

  /** Checks the ground that the action stands on, and mends it if it may. */
  async #isSound(family: Where, mayRepair: boolean, limits: Limits): Promise<boolean> {
    const checked = await this.#shell.run('check', family, limits)
    if (checked === 'done' || checked === 'cut' || checked === 'missed' || !mayRepair) return checked === 'done'
    if (this.#shell.has('repair')) await this.#shell.run('repair', family, limits)
    else {
      if (this.#started.has(family)) await this.#shell.run('stop', family, limits)
      await this.#shell.run('start', family, limits)
    }
    this.#begun(family)
    const isSound = (await this.#shell.run('check', family, limits)) === 'done'
    if (isSound) for (const address of this.#bans.keys()) this.#doubtful.add(address)
    return isSound
  }

  /** From here on the family has something to stop. */
  #begun(family: Where): void {
    if (!this.#started.has(family)) this.#started.set(family, '')
  }

  /** Families whose command is the same are started by one. */
  async #start(family: Where, limits: Limits): Promise<Outcome> {
    const rendered = await this.#shell.render('start', family)
    const text = rendered?.text ?? ''
    const isStarted = [...this.#started.values()].includes(text)
    const outcome = isStarted ? 'done' : await this.#shell.execute('start', rendered, limits)
    if (outcome === 'done') this.#started.set(family, text)
    return outcome
  }

  #tell(verb: Verb, { ban, isRestored, limits }: Occasion): Promise<Outcome> {
    return this.#shell.run(verb, familyOf(ban), limits, { ban, isRestored })
  }
}

interface Occasion {
  readonly ban: Ban
  readonly isRestored: boolean
  readonly limits: Limits
}

function familyOf({ network }: Ban): Family {
  return network.family === 4 ? 'inet4' : 'inet6'
}

/** The history has its lines. */
function light({ fields: _fields, ...ban }: Ban): Ban {
  return { ...ban, matches: [] }
}
