/**
 * `ignorecommand`: a script whose exit 0 says that a failure is to be ignored. It gets what is known of the failure as an
 * action gets what is known of a ban: as words, never as text of the script. What it cannot say counts.
 */
import { runCommand } from '../../action/command.ts'
import { type Script, script } from '../../action/script.ts'
import { isTag, type Knowledge, tagValues } from '../../action/tag-values.ts'
import type { Network } from '../../base/address.ts'
import { Fault } from '../../base/fault.ts'
import type { JailSettings } from '../../config/settings.ts'
import type { Ban } from '../../jail/ban.ts'
import type { JailState } from '../../jail/jail-state.ts'
import type { World } from '../../world/world.ts'
import { jailFigures } from '../jail-figures.ts'
import { ownName } from '../own-name.ts'
import type { Found } from '../reader/report.ts'
import { limiter } from './limiter.ts'
import type { NameQuestions } from './name-questions.ts'

export interface IgnoreCommandParts {
  readonly world: Pick<World, 'run' | 'files'>
  readonly settings: JailSettings
  readonly state: JailState
  readonly names: Pick<NameQuestions, 'hostName'>
  readonly onTrouble: (topic: string, fault: Fault | undefined) => void
}

/** Beyond what a failure may wait, which ends it first. */
const TIMEOUT_MS = 15_000
const AT_ONCE = 4
const MAX_KEY = 1024

export class IgnoreCommand {
  readonly #parts: IgnoreCommandParts
  readonly #script: Script | undefined
  readonly #limit = limiter(AT_ONCE, Number.POSITIVE_INFINITY)
  readonly #knowledge: Knowledge
  #isTroubled = false

  constructor(parts: IgnoreCommandParts) {
    const { ignorecommand } = parts.settings.options
    this.#parts = parts
    this.#script = ignorecommand === undefined ? undefined : script(ignorecommand, isTag)
    this.#knowledge = knowledgeOf(parts)
  }

  /** A text with its tags replaced, as a key. */
  async say(text: string, network: Network, found: Found): Promise<string> {
    const tags = [...text.matchAll(TAG)].map(([, tag]) => tag!).filter(isTag)
    const values = await this.#values(tags, network, found)
    return text
      .replace(TAG, (whole, tag: string) => (isTag(tag) ? (values.get(tag)?.text ?? '') : whole))
      .slice(0, MAX_KEY)
  }

  /** undefined: it did not say, in time or at all. Never rejects. @param late ends it */
  async spares(network: Network, found: Found, late: AbortSignal): Promise<boolean | undefined> {
    const asked = this.#script
    if (!asked) return false
    const rendered = asked.render(await this.#values(asked.tags, network, found))
    const { run } = this.#parts.world
    const ran = await this.#limit(
      () => runCommand(rendered, { run, timeoutMs: TIMEOUT_MS, cut: late }),
      () => late.aborted,
    )
    if (!ran || ran.outcome === 'cut' || ran.outcome === 'hung') return this.#fails('it did not end in time', network)
    const { code, err } = ran.exit
    if (code >= NOT_RUN) return this.#fails(`it ended with ${code}: ${err.trim().split('\n').at(-1) ?? ''}`, network)
    if (this.#isTroubled) this.#tell(undefined)
    return code === 0
  }

  #values(tags: readonly string[], network: Network, { failure }: Found) {
    const { settings } = this.#parts
    const { time, lines, fields } = failure
    const { bantime } = settings.options
    const until = bantime < 0 ? undefined : time + bantime * 1000
    const about: Ban = {
      jail: settings.name,
      network,
      from: time,
      until,
      failures: 0,
      count: 0,
      matches: lines,
      fields,
      origin: 'filter',
    }
    const family = network.family === 4 ? 'inet4' : 'inet6'
    return tagValues(tags, { family, ban: about, isRestored: false, timeout: TIMEOUT_MS / 1000 }, this.#knowledge)
  }

  #fails(why: string, network: Network): undefined {
    const { name, at } = this.#parts.settings
    const message = `jail ${name}: its ignorecommand says nothing of ${network.text}: ${why}`
    this.#tell(new Fault('ignorecommand.failed', message, { at, hint: 'failures count without an answer' }))
  }

  #tell(fault: Fault | undefined): void {
    this.#isTroubled = fault !== undefined
    this.#parts.onTrouble(`ignorecommand ${this.#parts.settings.name}`, fault)
  }
}

const TAG = /<([^<>\s]+)>/g
/** What a shell says of a command that is not there, may not be run, or was killed. */
const NOT_RUN = 126

function knowledgeOf({ state, names, world }: IgnoreCommandParts): Knowledge {
  return {
    kept: async ({ matches, fields }) => ({ matches, fields }),
    together: async (ban) => [ban],
    hostName: (address) => names.hostName(address),
    jail: () => jailFigures(state),
    ownName: ownName(world.files),
    aheadMs: () => 0,
  }
}
