/** The commands of one action of one jail, as the shell runs them; what goes wrong with them is told. */
import { printNetwork } from '../base/address.ts'
import type { Fault } from '../base/fault.ts'
import type { Ban } from '../jail/ban.ts'
import type { Run } from '../world/run.ts'
import type { ActionSettings } from './action-settings.ts'
import { commandFault, type Outcome, runCommand } from './command.ts'
import { type Rendered, type Script, script } from './script.ts'
import { type Family, isTag, type Knowledge, tagValues } from './tag-values.ts'

export interface ActionShellParts {
  readonly jail: string
  readonly run: Run
  readonly knowledge: Knowledge
  /** @param fault undefined: what was wrong is over */
  readonly onTrouble: (fault: Fault | undefined) => void
}

/** How a command of this moment is limited. */
export interface Limits {
  readonly cut: AbortSignal
  /** Milliseconds that are left for it, if less than its own `timeout`. */
  readonly leftMs?: () => number
}

export type Verb = 'start' | 'stop' | 'check' | 'ban' | 'unban' | 'reban' | 'prolong' | 'repair' | 'reload' | 'flush'

/** Empty where both families are meant at once. */
export type Where = Family | ''

/** What a command is run for, where it is for a ban. */
export interface Whom {
  readonly ban: Ban | undefined
  readonly isRestored: boolean
}

const NOBODY: Whom = { ban: undefined, isRestored: false }

export class ActionShell {
  readonly #settings: ActionSettings
  readonly #parts: ActionShellParts
  readonly #scripts = new Map<string, Script>()
  #isTroubled = false

  constructor(settings: ActionSettings, parts: ActionShellParts) {
    this.#settings = settings
    this.#parts = parts
  }

  has(verb: Verb): boolean {
    return this.#text(verb, '') !== undefined
  }

  /** A command that the action does not have has done its work. */
  async run(verb: Verb, family: Where, limits: Limits, whom: Whom = NOBODY): Promise<Outcome> {
    const rendered = await this.render(verb, family, whom)
    return this.execute(verb, rendered, limits, whom)
  }

  /** Once for those families whose commands are the same. @returns the first that was not done, else `done` */
  async runEach(verb: Verb, families: Iterable<Where>, limits: Limits): Promise<Outcome> {
    const texts = new Set<string>()
    let worst: Outcome = 'done'
    for (const family of [...families]) {
      const rendered = await this.render(verb, family)
      if (!rendered || texts.has(rendered.text)) continue
      texts.add(rendered.text)
      const outcome = await this.execute(verb, rendered, limits)
      if (worst === 'done') worst = outcome
    }
    return worst
  }

  /** undefined: the action has no such command. */
  async render(verb: Verb, family: Where, whom: Whom = NOBODY): Promise<Rendered | undefined> {
    const text = this.#text(verb, family)
    if (text === undefined) return undefined
    const compiled = this.#scripts.get(text) ?? script(text, isTag)
    this.#scripts.set(text, compiled)
    const occasion = { ...whom, family, timeout: this.#settings.timeout }
    return compiled.render(await tagValues(compiled.tags, occasion, this.#parts.knowledge))
  }

  async execute(verb: Verb, rendered: Rendered | undefined, limits: Limits, { ban } = NOBODY): Promise<Outcome> {
    if (!rendered) return 'done'
    const { run, jail, onTrouble } = this.#parts
    const { name, timeout, at } = this.#settings
    const timeoutMs = Math.max(1, Math.min(timeout * 1000, limits.leftMs?.() ?? Number.POSITIVE_INFINITY))
    const ran = await runCommand(rendered, { run, timeoutMs, cut: limits.cut })
    const { outcome } = ran
    // What a check says is acted upon, and no fault.
    if (outcome === 'hung' || outcome === 'missed' || (outcome === 'failed' && verb !== 'check')) {
      this.#isTroubled = true
      const what = `action${verb}${ban ? ` for ${printNetwork(ban.network)}` : ''}`
      onTrouble(commandFault(ran, { jail, action: name, at }, what, timeoutMs))
    } else if (outcome === 'done' && this.#isTroubled && /ban$/.test(verb)) {
      this.#isTroubled = false
      onTrouble(undefined)
    }
    return outcome
  }

  #text(verb: Verb, family: Where): string | undefined {
    const text = this.#settings.commands[family || 'inet4'][`action${verb}`]
    return text === undefined || text.trim() === '' ? undefined : text
  }
}
